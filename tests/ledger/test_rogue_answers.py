"""What a till makes of answers that no ledger gives: ten ways, each silence, in bounded time and memory.

Silence is the safe reading: the payment is then asked about by its id, or reversed.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from ledger.client import HttpLedger
from pos.domain.errors import LedgerSilent
from tests.ledger.conftest import DEVICE, KEY
from tests.ledger.journal import Journal
from tests.ledger.test_payments_over_http import request, response

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
APPROVAL = {
    "status": "approved",
    "amount": 12_500,
    "approval_code": "00000001",
    "rrn": "000000000001",
    "approved_at": "2026-11-24T03:00:00Z",
    "purses": [{"purse": "charged", "amount": 12_500}],
    "cashback": 0,
    "balance": 0,
}
PART = 1 << 16
LONG = 100 << 20
Pieces = Iterator[bytes]


def approval(**other: object) -> bytes:
    return json.dumps(APPROVAL | other).encode()


def raw(amount: str) -> Pieces:
    """An approval whose amount is written so."""
    yield response(200, approval().replace(b'"amount": 12500', b'"amount": ' + amount.encode(), 1))


def whole(body: bytes) -> Pieces:
    yield response(200, body)


def endless() -> Pieces:
    yield HEAD + b"Content-Length: %d\r\n\r\n{" % LONG
    for _ in range(LONG // PART):
        yield b" " * PART


def bomb() -> Pieces:
    packed = gzip.compress(b" " * LONG, 9)
    yield HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    yield packed


def elsewhere() -> Pieces:
    yield b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"


ROGUES: dict[str, Callable[[], Pieces]] = {
    "1 truncated JSON": lambda: whole(approval()[:-9]),
    "2 another amount under our id": lambda: whole(approval(amount=1)),
    "5 an amount of 1e400": lambda: raw("1e400"),
    "5 an amount as text": lambda: raw('"12500.0"'),
    "5 minus nothing": lambda: raw("-0"),
    "5 beyond 63 bits": lambda: raw(str(2**63)),
    "5 not a number": lambda: raw("NaN"),
    "7 a redirect to another host": elsewhere,
    "8 a hundred megabytes": endless,
    "8 a gzip bomb": bomb,
}


@asynccontextmanager
async def rogue(make: Callable[[], Pieces]) -> AsyncIterator[HttpLedger]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            for piece in make():
                writer.write(piece)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    client = HttpLedger(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", DEVICE, KEY)
    try:
        yield client
    finally:
        await client.aclose()
        server.close()


@pytest.mark.parametrize("name", ROGUES)
async def test_an_answer_that_no_ledger_gives_is_silence_in_bounded_time_and_memory(
    name: str,
) -> None:
    async with rogue(ROGUES[name]) as client:
        with pytest.raises(LedgerSilent):  # The first call loads what is needed.
            await client.authorize(request(1), deadline_ms=5_000)
        tracemalloc.start()
        began = time.monotonic()
        with pytest.raises(LedgerSilent):
            await client.authorize(request(1), deadline_ms=5_000)
        took_s = time.monotonic() - began
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert took_s < 6
    assert peak < 120 << 20  # The limit, twice while it is put together, and what the server sends.


async def test_a_key_that_stands_twice_is_read_once_and_never_as_another_amount() -> None:
    twice = approval().replace(b'"amount": 12500', b'"amount": 12500, "amount": 1', 1)
    async with rogue(lambda: whole(twice)) as client:
        with pytest.raises(LedgerSilent):
            await client.authorize(request(1), deadline_ms=5_000)


@pytest.mark.parametrize("sequences", [[], [2], [1, 1], [0]], ids=str)
async def test_outcomes_of_other_records_than_were_sent_are_no_answer(sequences: list[int]) -> None:
    said = [{"sequence": each, "status": "accepted"} for each in sequences]
    async with rogue(lambda: whole(json.dumps({"outcomes": said}).encode())) as client:
        with pytest.raises(LedgerSilent):
            await client.forward([Journal().offline(1, 4_500)], deadline_ms=5_000)
