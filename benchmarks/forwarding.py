"""How fast a queue of offline payments drains, against the same batches thrown at a fresh ledger.

Every payment is a real one: the virtual card signed it, the ledger opens, verifies and posts it.
Ours reads the outbox, maps, sends, settles and journals the answers; the floor sends bodies that
were made beforehand over one raw connection and throws the answers away. Two fresh ledgers, told the
same in turns of 500, so that a busy machine slows both.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure
from composition.clock import SystemClock
from composition.demo.enrolment import introduce
from composition.demo.home import Home
from composition.demo.servers import ledger_database, ledger_process
from drivers.cards.kernel import Kernel
from drivers.cards.terminal_keys import load_terminal_keys
from drivers.simulators.card.keys import CARD_FILE, TERMINAL_FILE
from drivers.simulators.card.wallet import Wallet
from ledger import mapping
from ledger.client import HttpLedger
from ledger.contract import models
from ledger.contract.http_signature import Message, signed_fields
from offline_queue.device_key import Signer
from offline_queue.forwarder import BATCH, Forwarder
from offline_queue.store import SqliteStore
from pos.domain.card import CardEntry
from pos.domain.events import to_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment_events import OfflineApproved
from pos.domain.record import Record
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from pos.ports import CardRequest, Change

ROOT = Path(__file__).resolve().parents[1]
DEVICE, PAYMENTS, A_TURN = 1, 2_000, 500
ONE_WON = Won(1)


def _payments(home: Home, profiles: Sequence[object]) -> list[OfflineApproved]:
    kernel = Kernel(load_terminal_keys(home.folder / TERMINAL_FILE))
    wallet = Wallet(profiles, home.folder / CARD_FILE, home.folder / "state.json")  # type: ignore[arg-type]
    card = wallet.card("offline")
    made: list[OfflineApproved] = []
    for number in range(1, PAYMENTS + 1):
        payment = TransactionId(DEVICE, 1, number)
        now = datetime.now(UTC)
        card.power_on()
        request = CardRequest(payment, ONE_WON, online=False, at=now, deadline_ms=1_000)
        read = kernel.run(card.transmit, request, CardEntry.CONTACTLESS_CHIP)
        mode = ApprovalMode.OFFLINE_GUARANTEED
        made.append(OfflineApproved(payment, payment, ONE_WON, read, mode, "F1", Won(0), now))
    return made


async def _raw(port: int, signer: Signer, records: Sequence[Record]) -> float:
    bodies = []
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        wire = models.ForwardRequest(records=tuple(mapping.record_to_wire(r) for r in batch))
        bodies.append(wire.model_dump_json().encode())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = time.perf_counter()
    for body in bodies:
        named = {"ieum-device": f"{DEVICE:012x}"}
        signed = signed_fields(
            Message("POST", "/v1/records", "", named),
            body,
            keyid=signer.public.hex(),
            created=int(time.time()),
            nonce=secrets.token_hex(16),
            sign=signer.sign,
        )
        fields = "".join(f"{name}: {value}\r\n" for name, value in (named | signed).items())
        head = (
            f"POST /v1/records HTTP/1.1\r\nhost: ledger\r\n{fields}"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
        length = next(
            int(line.split(b":")[1])
            for line in answer.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        )
        outcomes = json.loads(await reader.readexactly(length))["outcomes"]
        assert all(each["status"] == "accepted" for each in outcomes), outcomes[:1]
    taken = time.perf_counter() - begun
    writer.close()
    return taken


async def _measure(home: Home) -> tuple[float, float]:
    profiles = home.make(fresh=False)
    store = SqliteStore(home.folder / "t.db", device=DEVICE, new_incarnation=lambda: 1)
    payments = _payments(home, profiles)
    assert store.signer is not None
    for name in ("floor", "ours"):
        introduce(ledger_database(home, name), DEVICE, store.signer.public)
    one, two = ledger_process(home, "floor", demo=False), ledger_process(home, "ours", demo=False)
    floor_port = int((await one.start())["port"])
    ours_port = int((await two.start())["port"])
    ledger = HttpLedger(f"http://127.0.0.1:{ours_port}", DEVICE, store.signer)
    forwarder = Forwarder(
        store=store,
        ledger=ledger,
        clock=SystemClock(),
        answered=lambda: None,
        failed=lambda: None,
        jitter=lambda: 0.0,
    )
    ours = floor = 0.0
    for start in range(0, PAYMENTS, A_TURN):
        turn = payments[start : start + A_TURN]
        records = await store.commit(Change(records=tuple(to_record(each) for each in turn)))
        floor += await _raw(floor_port, store.signer, records)
        begun = time.perf_counter()
        assert await forwarder.drain() == A_TURN
        ours += time.perf_counter() - begun
    backlog = await store.backlog()
    assert backlog.count == backlog.parked == 0
    await ledger.aclose()
    await asyncio.gather(one.stop(), two.stop())
    await store.close()
    return ours, floor


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        ours, floor = asyncio.run(_measure(Home(Path(name), ROOT)))
    return [
        Figure(
            f"forward {PAYMENTS:,} queued offline payments",
            f"{PAYMENTS / ours:,.0f} /s",
            f"{PAYMENTS / floor:,.0f} /s",
            f"{floor / ours:.2f} x",
            ">= 0.8 x of what the ledger takes in batches",
        )
    ]
