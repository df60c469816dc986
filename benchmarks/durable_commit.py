"""How fast the end of a sale is durable, against a raw append + fdatasync of the same bytes.

The commit writes two journal records, an outbox row, a print job and the draft's end, through the
whole store: chain, signature, thread, transaction. The floor appends the same bytes to a file and
syncs it. Both in turns of 50, so that a slow disk slows both.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, percentile, spread
from offline_queue.store import SqliteStore
from pos.domain.events import SaleCompleted, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval
from pos.domain.payment_events import Approved
from pos.domain.record import canonical
from pos.domain.sale import Sale, complete
from pos.domain.tender import take_cash
from pos.domain.won import Won
from pos.ports import Change
from pos.services.finish_sale import receipt_job
from tests.fakes import NOON, PRODUCTS

ROUNDS, A_ROUND = 12, 50


def _change(sequence: int) -> Change:
    sale_id = TransactionId(1, 1, sequence)
    sale = Sale(sale_id, NOON)
    for product in PRODUCTS:
        sale = sale.add(product)
    paid = sale.with_tender(take_cash(sale.total, sale.total))
    record = complete(paid, receipt_number=f"20261124-{sequence:04d}", at=NOON)
    approval = Approval(sale.total, "00000001", "R00000000001", NOON, (), Won(100), Won(5_000))
    events = (Approved(sale_id, sale_id, approval, NOON), SaleCompleted(record, NOON))
    records = tuple(to_record(event) for event in events)
    return Change(records=records, print_jobs=(receipt_job(record, ()),), clear_draft=True)


def _bytes_of(change: Change) -> bytes:
    bodies = [canonical(record.body) for record in change.records]
    return b"\n".join([*bodies, *(canonical(job.body) for job in change.print_jobs)])


async def _measure() -> tuple[list[float], list[float]]:
    ours: list[float] = []
    floor: list[float] = []
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        store = SqliteStore(folder / "t.db", device=1, new_incarnation=lambda: 1)
        raw = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for _ in range(ROUNDS):
            changes = [_change(len(ours) + n + 1) for n in range(A_ROUND)]
            for change in changes:
                begun = time.perf_counter()
                await store.commit(change)
                ours.append((time.perf_counter() - begun) * 1_000)
            for data in [_bytes_of(change) for change in changes]:
                begun = time.perf_counter()
                os.write(raw, data)
                os.fdatasync(raw)
                floor.append((time.perf_counter() - begun) * 1_000)
        os.close(raw)
        await store.close()
    return ours, floor


def run() -> list[Figure]:
    ours, floor = asyncio.run(_measure())
    ratio = percentile(floor, 0.5) / percentile(ours, 0.5)
    what = "durable end of a sale, p50 / p95"
    return [Figure(what, spread(ours), spread(floor), f"{ratio:.2f} x", ">= 0.6 x of the append")]
