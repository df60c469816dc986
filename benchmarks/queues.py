"""One durable record into our store, beside other queues at the same durability and a raw append.

Every one syncs each item to the disk before it answers (`benchmarks.peers`): litequeue and diskcache
by a PRAGMA, as neither does by itself, huey by its own switch. The peers write one row with the
bytes; ours also chains and signs it, indexes it and puts it into the outbox. In turns of 50, so that
a slow disk slows all.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, percentile, spread
from benchmarks.peers import PEERS, RawFile
from offline_queue.store import SqliteStore
from pos.domain.events import SaleCompleted, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.record import canonical
from pos.domain.sale import Sale, complete
from pos.domain.tender import take_cash
from pos.ports import Change
from tests.fakes import NOON, PRODUCTS

ROUNDS, A_ROUND = 10, 50
RAW = "a raw append + fdatasync"


def _change(sequence: int) -> Change:
    sale = Sale(TransactionId(1, 1, sequence), NOON)
    for product in PRODUCTS:
        sale = sale.add(product)
    paid = sale.with_tender(take_cash(sale.total, sale.total))
    record = complete(paid, receipt_number=f"20261124-{sequence:04d}", at=NOON)
    return Change(records=(to_record(SaleCompleted(record, NOON)),))


async def _measure() -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ("ours", RAW, *PEERS)}
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        store = SqliteStore(folder / "t.db", device=1, new_incarnation=lambda: 1)
        puts = {peer: make(folder).put for peer, make in PEERS.items()}
        puts = {RAW: RawFile(folder).put, **puts}
        for number in range(ROUNDS):
            changes = [_change(number * A_ROUND + n + 1) for n in range(A_ROUND)]
            for change in changes:
                begun = time.perf_counter()
                await store.commit(change)
                times["ours"].append((time.perf_counter() - begun) * 1_000)
            bodies = [canonical(change.records[0].body) for change in changes]
            for peer, put in puts.items():
                for data in bodies:
                    begun = time.perf_counter()
                    put(data)
                    times[peer].append((time.perf_counter() - begun) * 1_000)
        await store.close()
    return times


def run() -> list[Figure]:
    times = asyncio.run(_measure())
    ours = times.pop("ours")
    return [
        Figure(
            f"one durable record, beside {peer}, p50 / p95",
            spread(ours),
            spread(theirs),
            f"{percentile(theirs, 0.5) / percentile(ours, 0.5):.2f} x",
            ">= 0.6 x of the raw append" if peer == RAW else "same durability",
        )
        for peer, theirs in times.items()
    ]
