"""Offline payments a second that the ledger takes in signed batches of 100, a terminal beside another.

Bodies are made beforehand and signed when they are sent. Cards come in clear, as in `ledger_load`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from ledger import mapping
from ledger.contract import models
from ledger.contract.http_signature import Message, signed_fields
from pos.domain.card import CardEntry, CardRead, Cryptogram
from pos.domain.events import to_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment_events import OfflineApproved
from pos.domain.record import FIRST_PREVIOUS, chain
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from tests.ledger.conftest import Key
from tests.ledger.plain_cards import seal_of

BATCH, BATCHES, TERMINALS, CARDS_EACH = 100, 6, 16, 10
INCARNATION = 9
ONE_WON = Won(1)


async def rate(port: int, keys: Sequence[Key], pan: Callable[[int], str]) -> float:
    """Return records a second; terminal n has the n-th key and cards 10 n to 10 n + 9 of `pan`."""
    terminals = [(number, keys[number - 1]) for number in range(1, TERMINALS + 1)]
    bodies = [_bodies(number, pan) for number, _ in terminals]
    begun = time.perf_counter()
    work = zip(terminals, bodies, strict=True)
    await asyncio.gather(*(_send(port, device, key, each) for (device, key), each in work))
    return TERMINALS * BATCHES * BATCH / (time.perf_counter() - begun)


def _bodies(device: int, pan: Callable[[int], str]) -> list[bytes]:
    """Return a terminal's whole journal of payments taken at risk, batch by batch."""
    bodies, wire, previous = list[bytes](), list[models.ForwardedRecord](), FIRST_PREVIOUS
    for number in range(1, BATCHES * BATCH + 1):
        payment, at = TransactionId(device, INCARNATION, number), datetime.now(UTC)
        card, atc = device * CARDS_EACH + number % CARDS_EACH, 1 + number // CARDS_EACH
        read = CardRead(
            masked_pan="629099******0000",
            card_ref=f"{card:032x}",
            sealed=seal_of(payment, ONE_WON, atc, pan(card)),
            entry=CardEntry.CONTACTLESS_CHIP,
            cryptogram=Cryptogram.ARQC,
            genuine=True,
            expired=False,
            offline_available=None,
        )
        mode = ApprovalMode.OFFLINE_AT_RISK
        event = OfflineApproved(payment, payment, ONE_WON, read, mode, "F1", Won(0), at)
        record = chain(device, INCARNATION, number, previous, to_record(event))
        previous = record.hash
        wire.append(mapping.record_to_wire(record))
        if len(wire) == BATCH:
            bodies.append(models.ForwardRequest(records=tuple(wire)).model_dump_json().encode())
            wire = []
    return bodies


async def _send(port: int, device: int, key: Key, bodies: Sequence[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number, body in enumerate(bodies):
        named = {"ieum-device": f"{device:012x}"}
        named |= signed_fields(
            Message("POST", "/v1/records", "", named),
            body,
            keyid=key.public.hex(),
            created=int(time.time()),
            nonce=f"{device:016x}{number:016x}",
            sign=key.sign,
        )
        fields = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        writer.write(
            f"POST /v1/records HTTP/1.1\r\nhost: ledger\r\n{fields}"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        assert head.startswith(b"HTTP/1.1 200"), head + answer
        outcomes = json.loads(answer)["outcomes"]
        assert len(outcomes) == BATCH, outcomes
        assert all(each["status"] == "accepted" for each in outcomes), outcomes[:1]
    writer.close()
