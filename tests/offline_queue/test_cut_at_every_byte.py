"""A receipt whose line is cut after any byte, in four ways: on paper at least once, unmarked at most once.

The real spool, driver and receipt; the simulated printer at the other end. `CUT_EVERY=1 pytest ...`
cuts after each byte; otherwise after one in thirteen.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.printers import escpos_link, escpos_printer
from offline_queue import spool
from offline_queue.spool import Spool
from offline_queue.store import SqliteStore
from pos.ports import Change, NewPrintJob, PrintJobState, PrintKind
from receipts.renderer import ReceiptRenderer
from tests.drivers.printers.in_memory import Cut, Wire
from tests.fakes import DEVICE, FixedClock
from tests.receipts.samples import CASH_PART, KIMBAP, SHOP, receipt_of, sale

BODY = receipt_of(sale((KIMBAP,), (CASH_PART,)))
TITLE, LAST, MARK = "영수증", "이용해 주셔서 감사합니다.", "재발행"
WAIT_MS = 40  # Instead of seconds: the simulated printer answers at once or never.
CUT_EVERY = int(os.environ.get("CUT_EVERY", "13"))
SILENT_EVERY = 8 * CUT_EVERY  # Where a cut is noticed only by waiting.


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "t.db", device=DEVICE, new_incarnation=lambda: 42)
    yield opened
    await opened.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "DEADLINE_MS", 8 * WAIT_MS)
    monkeypatch.setattr(escpos_link, "STATUS_WAIT_MS", WAIT_MS)
    monkeypatch.setattr(escpos_printer, "ECHO_POLL_MS", WAIT_MS)
    monkeypatch.setattr(escpos_printer, "ECHO_WAIT_KNOWN_SILENT_MS", WAIT_MS)


async def print_over(store: SqliteStore, wire: Wire, subject: str) -> list[str]:
    """Print one receipt over a wire until the spool has nothing more to do; return what is on paper."""
    printer = wire.printer
    assert (await printer.status()).ready  # It has answered once: from then on silence is trouble.
    wire.armed = True
    work = Spool(
        store=store,
        printer=printer,
        renderer=ReceiptRenderer(SHOP, 42),
        clock=FixedClock(),
    )
    job = NewPrintJob(PrintKind.SALE_RECEIPT, subject, BODY, open_drawer=True)
    await store.commit(Change(print_jobs=(job,)))
    for _ in range(6):
        if await work.print_once() is None:
            break
    assert await work.waiting() == 0
    return wire.all_rows()


def unmarked(rows: list[str]) -> int:
    """Return how many copies began without a mark; torn ones count."""
    starts = [at for at, row in enumerate(rows) if row == TITLE]
    return sum(not any(MARK in row for row in rows[max(0, at - 2) : at]) for at in starts)


def whole(rows: list[str]) -> int:
    return rows.count(LAST)


async def length_of_a_job(store: SqliteStore) -> int:
    wire = Wire()
    rows = await print_over(store, wire, "whole")
    assert (unmarked(rows), whole(rows), wire.machine.kicks) == (1, 1, 1)
    return wire.sent


def judge(rows: list[str], wire: Wire, at: int) -> list[str]:
    wrong = []
    if unmarked(rows) > 1:
        wrong.append(f"cut at {at}: {unmarked(rows)} copies without a mark")
    if whole(rows) < 1:
        wrong.append(f"cut at {at}: no whole receipt")
    if wire.kicks + wire.machine.kicks > 1:
        wrong.append(f"cut at {at}: the drawer was kicked {wire.kicks + wire.machine.kicks} times")
    return wrong


@pytest.mark.parametrize("how", [Cut.LINE, Cut.POWER], ids=["line", "power"])
@pytest.mark.timeout(3_000)
async def test_a_cut_after_any_byte_loses_no_receipt_and_doubles_none_unmarked(
    store: SqliteStore, how: Cut
) -> None:
    length = await length_of_a_job(store)
    wrong: list[str] = []
    marked = 0
    places = range(0, length + 1, CUT_EVERY)
    for at in places:
        wire = Wire(at, how)
        rows = await print_over(store, wire, f"{how.name} {at}")
        wrong += judge(rows, wire, at)
        marked += any(MARK in row for row in rows)
    assert wrong == []
    assert marked > len(places) // 2  # The cuts were real.
    states = {job.state for job in await store.run(lambda: store.print_jobs.latest(10_000))}
    assert states == {PrintJobState.DONE}


@pytest.mark.parametrize("how", [Cut.SILENCE, Cut.ANSWERS], ids=["silence", "answers"])
@pytest.mark.usefixtures("impatient")
async def test_a_line_that_falls_silent_after_any_byte_does_neither(
    store: SqliteStore, how: Cut
) -> None:
    length = await length_of_a_job(store)
    wrong: list[str] = []
    for at in range(0, length + 1, SILENT_EVERY):
        wire = Wire(at, how)
        rows = await print_over(store, wire, f"{how.name} {at}")
        wrong += judge(rows, wire, at)
    assert wrong == []
