"""One durable record into our store, beside other queues at the same durability and a raw append.

Every one syncs each item to the disk before it answers: litequeue and diskcache by a PRAGMA, as
neither does by itself, huey by its own switch. The peers write one row with the bytes; ours also
chains it, indexes it and puts it into the outbox. In turns of 50, so that a slow disk slows all.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import Figure, percentile, spread
from offline_queue.store import SqliteStore
from pos.domain.events import SaleCompleted, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.record import canonical
from pos.domain.sale import Sale, complete
from pos.domain.tender import take_cash
from pos.ports import Change
from tests.fakes import NOON, PRODUCTS

ROUNDS, A_ROUND = 10, 50
Put = Callable[[bytes], object]


def _change(sequence: int) -> Change:
    sale = Sale(TransactionId(1, 1, sequence), NOON)
    for product in PRODUCTS:
        sale = sale.add(product)
    paid = sale.with_tender(take_cash(sale.total, sale.total))
    record = complete(paid, receipt_number=f"20261124-{sequence:04d}", at=NOON)
    return Change(records=(to_record(SaleCompleted(record, NOON)),))


def _raw(folder: Path) -> Put:
    handle = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def put(data: bytes) -> None:
        os.write(handle, data)
        os.fdatasync(handle)

    return put


def _persist_queue(folder: Path) -> Put:
    from persistqueue import SQLiteAckQueue

    queue = SQLiteAckQueue(str(folder / "persist"), auto_commit=True)
    put: Put = queue.put
    return put


def _huey(folder: Path) -> Put:
    from huey.storage import SqliteStorage

    storage = SqliteStorage(filename=str(folder / "huey.db"), fsync=True)
    put: Put = storage.enqueue
    return put


def _diskcache(folder: Path) -> Put:
    from diskcache import Cache, Deque

    cache = Cache(str(folder / "cache"), sqlite_synchronous=2, eviction_policy="none")
    put: Put = Deque.fromcache(cache).append
    return put


def _litequeue(folder: Path) -> Put:
    from litequeue import LiteQueue

    queue = LiteQueue(str(folder / "lite.db"))
    queue.conn.execute("PRAGMA synchronous=2")
    return lambda data: queue.put(data.decode())


PEERS = {
    "raw append + fdatasync": _raw,
    "persist-queue": _persist_queue,
    "huey": _huey,
    "diskcache": _diskcache,
    "litequeue": _litequeue,
}


async def _measure() -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ("ours", *PEERS)}
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        store = SqliteStore(folder / "t.db", device=1, new_incarnation=lambda: 1)
        puts = {peer: make(folder) for peer, make in PEERS.items()}
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
            f"one durable record, beside {peer}",
            spread(ours),
            spread(theirs),
            f"{percentile(theirs, 0.5) / percentile(ours, 0.5):.2f} x",
            ">= 0.6 x of the raw append" if peer.startswith("raw") else "same durability",
        )
        for peer, theirs in times.items()
    ]
