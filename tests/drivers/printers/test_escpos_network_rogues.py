"""The driver against printers that behave badly: each a few lines, over a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from drivers.printers.escpos_network import EscposNetworkPrinter
from pos.ports import PrintOutcome, PrintResult
from tests.drivers.printers.simulated import receipt

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
STATUS_OK = b"\x12"


@asynccontextmanager
async def rogue(behaviour: Behaviour) -> AsyncIterator[EscposNetworkPrinter]:
    open_writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_writers.append(writer)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await behaviour(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield EscposNetworkPrinter("127.0.0.1", port)
    finally:
        for writer in open_writers:
            writer.transport.abort()
        server.close()


async def run(behaviour: Behaviour, deadline_ms: int = 1_500) -> tuple[PrintResult, float]:
    async with rogue(behaviour) as printer:
        loop = asyncio.get_running_loop()
        began = loop.time()
        result = await printer.print(
            receipt(), token="A001", kick_drawer=True, deadline_ms=deadline_ms
        )
        return result, loop.time() - began


async def answer_statuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for _ in range(4):
        await reader.readexactly(3)
        writer.write(STATUS_OK)


async def hang(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def test_one_that_closes_at_once_was_not_started() -> None:
    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    result, _ = await run(behaviour)
    assert result == PrintResult(PrintOutcome.NOT_STARTED, "connection_lost")


async def test_one_that_closes_in_the_middle_broke_off() -> None:
    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_statuses(reader, writer)
        await reader.readexactly(100)
        writer.transport.abort()

    result, _ = await run(behaviour)
    assert result == PrintResult(PrintOutcome.BROKEN_OFF, "connection_lost")


async def test_one_that_closes_before_the_echo_broke_off() -> None:
    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_statuses(reader, writer)
        await reader.readuntil(b"A001")
        writer.close()

    result, _ = await run(behaviour)
    assert result.outcome is PrintOutcome.BROKEN_OFF


async def test_one_that_never_reads_is_left_at_the_deadline() -> None:
    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_statuses(reader, writer)
        await asyncio.sleep(60)

    async with rogue(behaviour) as printer:
        loop = asyncio.get_running_loop()
        began = loop.time()
        result = await printer.print(
            receipt() * 20_000, token="A001", kick_drawer=False, deadline_ms=800
        )
        assert loop.time() - began < 1.2
    assert result == PrintResult(PrintOutcome.BROKEN_OFF, "deadline")


async def test_one_that_answers_nothing_is_unconfirmed() -> None:
    result, took_s = await run(hang)
    assert result == PrintResult(PrintOutcome.UNCONFIRMED, "no_answer")
    assert took_s < 1.6


async def test_one_that_answers_too_late_for_the_deadline_was_not_started() -> None:
    result, took_s = await run(hang, deadline_ms=200)
    assert result == PrintResult(PrintOutcome.NOT_STARTED, "deadline")
    assert took_s < 0.4


async def test_one_without_echo_but_with_status_is_unconfirmed() -> None:
    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_statuses(reader, writer)
        await reader.readuntil(b"A001")
        while True:
            await answer_statuses(reader, writer)

    result, _ = await run(behaviour)
    assert result == PrintResult(PrintOutcome.UNCONFIRMED)


async def test_one_that_falls_silent_during_the_job_broke_off() -> None:
    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_statuses(reader, writer)
        await asyncio.sleep(60)

    result, took_s = await run(behaviour)
    assert result == PrintResult(PrintOutcome.BROKEN_OFF, "no_answer")
    assert took_s < 1.6


async def test_one_that_runs_out_of_paper_during_the_job_is_noticed_at_once() -> None:
    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_statuses(reader, writer)
        await reader.readuntil(b"A001")
        for answer in (b"\x1a", b"\x32", b"\x12", b"\x7e"):
            await reader.readexactly(3)
            writer.write(answer)
        await asyncio.sleep(60)

    result, took_s = await run(behaviour, deadline_ms=10_000)
    assert result == PrintResult(PrintOutcome.BROKEN_OFF, "paper_out")
    assert took_s < 2


async def test_one_that_stammers_is_understood() -> None:
    """Replies in single bytes, with flow control and automatic status between them."""

    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(4):
            await reader.readexactly(3)
            writer.write(b"\x11\x10")
            await asyncio.sleep(0.01)
            writer.write(STATUS_OK)
        await reader.readuntil(b"A001")
        for byte in b"\x14\x00\x00\x0f" + b"7\x22A001\x00":
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.005)
        await asyncio.sleep(60)

    result, _ = await run(behaviour)
    assert result == PrintResult(PrintOutcome.CONFIRMED)


async def test_the_echo_of_another_job_confirms_nothing() -> None:
    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_statuses(reader, writer)
        await reader.readuntil(b"A001")
        writer.write(b"7\x22A000\x00")
        while True:
            await answer_statuses(reader, writer)

    result, _ = await run(behaviour)
    assert result.outcome is PrintOutcome.UNCONFIRMED


async def test_one_that_refuses_was_not_started() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        printer = EscposNetworkPrinter("127.0.0.1", taken.getsockname()[1])
        result = await printer.print(b"x", token="A001", kick_drawer=False, deadline_ms=1_000)
    assert result == PrintResult(PrintOutcome.NOT_STARTED, "unreachable")


@pytest.mark.parametrize(
    ("host", "port"),
    [("printer.invalid", 9100), ("x" * 70 + ".kr", 9100), ("a\0b", 9100), ("127.0.0.1", 99_999)],
)
async def test_an_address_nobody_has_was_not_started(host: str, port: int) -> None:
    printer = EscposNetworkPrinter(host, port)
    assert not (await printer.status()).ready
    result = await printer.print(b"x", token="A001", kick_drawer=False, deadline_ms=3_000)
    assert result.outcome is PrintOutcome.NOT_STARTED


@pytest.mark.parametrize("token", ["", "ABC", "ABCDE", "가나", "A\x1b01"])
async def test_a_token_that_cannot_be_echoed_is_not_sent(token: str) -> None:
    printer = EscposNetworkPrinter("127.0.0.1", 9)
    result = await printer.print(b"x", token=token, kick_drawer=False, deadline_ms=1_000)
    assert result == PrintResult(PrintOutcome.NOT_STARTED, "bad_token")


async def test_a_job_that_waits_for_its_turn_too_long_was_not_started() -> None:
    async with rogue(hang) as printer:
        first = asyncio.create_task(
            printer.print(b"1", token="A001", kick_drawer=False, deadline_ms=1_500)
        )
        await asyncio.sleep(0.05)
        second = await printer.print(b"2", token="A002", kick_drawer=False, deadline_ms=300)
        assert second == PrintResult(PrintOutcome.NOT_STARTED, "deadline")
        assert (await first).outcome is PrintOutcome.UNCONFIRMED
