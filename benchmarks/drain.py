"""A queue of offline payments taken out and acknowledged, beside other queues and a raw file.

All are filled durably beforehand with the same records' bytes; only the taking out is timed, in
turns of 500, so that a slow disk slows all. What each can do:

* ours: the sync engine itself reads the outbox in batches of 100, hands each to a ledger that
  answers at once in this process, and in one synced transaction a batch takes the records out of
  the outbox and writes each answer down as a chained and signed record;
* ours, one by one: the same, the outbox handing out one record at a time, so that each has a synced
  transaction of its own. The product has no such setting: the Store port is asked for one;
* persist-queue (get, ack) and litequeue (pop, done): one item at a time, two synced transactions
  each, the first of which marks it as taken; nothing is deleted in time, nor is an answer kept;
* diskcache (popleft) and huey (dequeue): one item at a time, deleted in one synced transaction,
  before anybody has dealt with it: a crash in between loses it, so this is less than the others do;
* a raw file: lines read, and how far appended to a second file and synced, once a batch or an item.

None of the four takes a batch, so only the one-by-one figures are of one kind.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from benchmarks.figures import Figure, percentile
from benchmarks.peers import PEERS, Peer, RawFile
from composition.clock import SystemClock
from offline_queue.forwarder import BATCH, Forwarder
from offline_queue.store import SqliteStore
from pos.domain.events import to_record
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval
from pos.domain.payment_events import OfflineApproved
from pos.domain.record import Record, canonical
from pos.domain.tender import ApprovalMode, Purse, PurseDraw
from pos.domain.won import Won
from pos.ports import Change, Ledger, Store
from tests.fakes import NOON, good_card

ROUNDS, A_ROUND = 5, 500
AMOUNT = Won(1_000)
OURS, OURS_SINGLY = "ours", "ours, one by one"
RAW, RAW_SINGLY = f"a raw file, an acknowledgment for {BATCH}", "a raw file, an acknowledgment each"


class PromptLedger:
    """The part of the `Ledger` port that forwarding uses, answering at once and in process."""

    async def forward(
        self, records: Sequence[Record], *, deadline_ms: int
    ) -> tuple[ForwardOutcome, ...]:
        return tuple(
            ForwardOutcome(
                record.sequence,
                ForwardStatus.ACCEPTED,
                approval=_approval(record),
            )
            for record in records
        )


class Singly:
    """A store whose outbox hands out one record at a time."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.commit, self.backlog = store.commit, store.backlog

    async def outbox(self, limit: int, *, after: int = 0) -> tuple[Record, ...]:
        return await self._store.outbox(min(limit, 1), after=after)


def _approval(record: Record) -> Approval:
    code, rrn = f"{record.sequence:08d}", f"{record.sequence:012d}"
    draws = (PurseDraw(Purse.CHARGED, AMOUNT),)
    return Approval(AMOUNT, code, rrn, NOON, draws, Won(100), Won(5_000))


def _payment(sequence: int) -> OfflineApproved:
    payment, mode = TransactionId(1, 1, sequence), ApprovalMode.OFFLINE_GUARANTEED
    return OfflineApproved(payment, payment, AMOUNT, good_card(), mode, "F1", Won(0), NOON)


def _forwarder(store: object) -> Forwarder:
    return Forwarder(
        store=cast("Store", store),
        ledger=cast("Ledger", PromptLedger()),
        clock=SystemClock(),
        answered=lambda: None,
        failed=lambda: None,
        jitter=lambda: 0.0,
    )


async def _drain_ours(
    store: SqliteStore, forwarder: Forwarder, events: list[OfflineApproved]
) -> float:
    await store.commit(Change(records=tuple(to_record(event) for event in events)))
    begun = time.perf_counter()
    assert await forwarder.drain() == len(events)
    taken = time.perf_counter() - begun
    backlog = await store.backlog()
    assert backlog.count == backlog.parked == 0
    return taken


def _drain_peer(peer: Peer, items: list[bytes]) -> float:
    for item in items:
        peer.put(item)
    begun = time.perf_counter()
    taken_out = [peer.take() for _ in items]
    taken = time.perf_counter() - begun
    assert taken_out == items
    peer.tidy()
    return taken


def _drain_raw(file: RawFile, items: list[bytes], batch: int) -> float:
    file.fill(items)
    begun = time.perf_counter()
    taken_out = [line for _ in range(0, len(items), batch) for line in file.take(batch)]
    taken = time.perf_counter() - begun
    assert [line.rstrip(b"\n") for line in taken_out] == items
    return taken


async def _measure() -> dict[str, list[float]]:
    rates: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        stores = [
            SqliteStore(folder / each / "t.db", device=1, new_incarnation=lambda: 1)
            for each in ("batches", "singly")
        ]
        ours = {
            OURS: (stores[0], _forwarder(stores[0])),
            OURS_SINGLY: (stores[1], _forwarder(Singly(stores[1]))),
        }
        raw = {RAW: (RawFile(folder, "raw"), BATCH), RAW_SINGLY: (RawFile(folder, "raw1"), 1)}
        peers = {peer: make(folder) for peer, make in PEERS.items()}
        for number in range(ROUNDS):
            events = [_payment(number * A_ROUND + n + 1) for n in range(A_ROUND)]
            items = [canonical(to_record(event).body) for event in events]
            for who, (store, forwarder) in ours.items():
                _note(rates, who, await _drain_ours(store, forwarder, events))
            for who, (file, batch) in raw.items():
                _note(rates, who, _drain_raw(file, items, batch))
            for who, peer in peers.items():
                _note(rates, f"{who}: {peer.acts}", _drain_peer(peer, items))
        for store in stores:
            await store.close()
    return rates


def _note(rates: dict[str, list[float]], who: str, seconds: float) -> None:
    rates.setdefault(who, []).append(A_ROUND / seconds)


def run() -> list[Figure]:
    rates = {who: percentile(each, 0.5) for who, each in asyncio.run(_measure()).items()}
    singly, batches = rates.pop(OURS_SINGLY), rates.pop(OURS)
    figures = [_figure("drain in batches of 100", batches, RAW, rates.pop(RAW))]
    return [
        *figures,
        *(_figure("drain one by one", singly, who, rate) for who, rate in rates.items()),
        *(
            _figure("drain as the product does", batches, who, rate)
            for who, rate in rates.items()
            if who != RAW_SINGLY
        ),
    ]


def _figure(what: str, ours: float, beside: str, theirs: float) -> Figure:
    goal = "" if beside in (RAW, RAW_SINGLY) else "same durability"
    return Figure(
        f"{what}, beside {beside}",
        f"{ours:,.0f} /s",
        f"{theirs:,.0f} /s",
        f"{ours / theirs:.2f} x",
        goal,
    )
