"""The print spool: at least once on paper, at most once at the drawer, whatever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from offline_queue.spool import Spool
from offline_queue.store import SqliteStore
from pos.domain.codec import Json
from pos.ports import Change, NewPrintJob, PrintKind, PrintOutcome, PrintResult
from tests.fakes import DEVICE, FakePrinter, FixedClock

NOT_STARTED = PrintResult(PrintOutcome.NOT_STARTED, "paper_out")
BROKEN_OFF = PrintResult(PrintOutcome.BROKEN_OFF, "offline")


class PlainRenderer:
    """Prints the copy number, so that a test can read it off the paper."""

    def render(self, kind: PrintKind, body: dict[str, Json], *, copy: int) -> bytes:
        if body.get("bad"):
            raise ValueError("no such shape")
        return f"{kind.value} {body.get('n', '')} copy {copy}".encode()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "t.db", device=DEVICE, new_incarnation=lambda: 42)
    yield opened
    await opened.close()


def spool_of(store: SqliteStore, *results: PrintResult) -> tuple[Spool, FakePrinter]:
    printer = FakePrinter(*results)
    return Spool(
        store=store, printer=printer, renderer=PlainRenderer(), clock=FixedClock()
    ), printer


def receipt(subject: str = "a", **facts: bool) -> NewPrintJob:
    return NewPrintJob(PrintKind.SALE_RECEIPT, subject, {"n": subject}, **facts)


async def put(store: SqliteStore, *jobs: NewPrintJob) -> None:
    await store.commit(Change(print_jobs=jobs))


async def test_jobs_print_in_order_and_kick_the_drawer_once(store: SqliteStore) -> None:
    spool, printer = spool_of(store)
    await put(store, receipt("a", open_drawer=True), receipt("b"))
    assert [await spool.print_once() for _ in range(3)] == [True, True, None]
    assert printer.printed == [b"sale_receipt a copy 1", b"sale_receipt b copy 1"]
    assert printer.kicks == 1


async def test_what_never_reached_the_paper_prints_later_without_a_mark(store: SqliteStore) -> None:
    spool, printer = spool_of(store, NOT_STARTED, NOT_STARTED)
    await put(store, receipt(open_drawer=True))
    assert await spool.print_once() is False
    assert spool.problem == "paper_out"
    assert await spool.waiting() == 1
    await spool.print_once()
    assert await spool.print_once() is True
    assert printer.printed == [b"sale_receipt a copy 1"]
    assert printer.kicks == 1
    assert spool.problem == ""


async def test_a_copy_after_a_break_is_marked_and_leaves_the_drawer_shut(
    store: SqliteStore,
) -> None:
    spool, printer = spool_of(store, BROKEN_OFF)
    await put(store, receipt(open_drawer=True))
    assert [await spool.print_once() for _ in range(2)] == [False, True]
    assert printer.printed[-1] == b"sale_receipt a copy 2"
    assert printer.kicks == 1


async def test_a_crash_while_printing_prints_again_marked(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    store = SqliteStore(path, device=DEVICE, new_incarnation=lambda: 42)
    await put(store, receipt(open_drawer=True))
    await store.run(store.print_jobs.begin_next, write=True)  # And the power goes.
    await store.close()

    store = SqliteStore(path, device=DEVICE, new_incarnation=lambda: 42)
    spool, printer = spool_of(store)
    task = asyncio.create_task(spool.run())
    for _ in range(200):
        await asyncio.sleep(0.005)
        if printer.printed:
            break
    task.cancel()
    assert printer.printed == [b"sale_receipt a copy 2"]
    assert printer.kicks == 0
    await store.close()


async def test_a_reprint_is_always_a_copy(store: SqliteStore) -> None:
    spool, printer = spool_of(store)
    await put(store, receipt(), receipt(reprint=True), receipt(reprint=True))
    for _ in range(3):
        await spool.print_once()
    assert [each[-1:] for each in printer.printed] == [b"1", b"2", b"3"]


async def test_a_reprint_asked_while_the_first_still_waits_is_marked_too(
    store: SqliteStore,
) -> None:
    spool, printer = spool_of(store)
    await put(store, receipt(reprint=True))
    await spool.print_once()
    assert printer.printed == [b"sale_receipt a copy 2"]


async def test_a_document_that_can_not_be_drawn_does_not_block_the_next(
    store: SqliteStore,
) -> None:
    spool, printer = spool_of(store)
    bad = NewPrintJob(PrintKind.TEST_PAGE, "bad", {"bad": True})
    await put(store, bad, receipt())
    await spool.print_once()
    assert spool.problem == "bad_document"
    await spool.print_once()
    assert printer.printed == [b"sale_receipt a copy 1"]


async def test_a_document_that_can_not_be_drawn_still_opens_the_drawer_and_stays_in_view(
    store: SqliteStore,
) -> None:
    spool, printer = spool_of(store)
    bad = NewPrintJob(PrintKind.SALE_RECEIPT, "bad", {"bad": True}, open_drawer=True)
    await put(store, bad, receipt())
    for _ in range(2):
        await spool.print_once()
    assert printer.kicks == 1
    assert spool.problem == "bad_document"


async def test_what_waits_in_a_copy_put_back_is_a_marked_copy_and_opens_no_drawer(
    tmp_path: Path,
) -> None:
    import shutil

    path, incarnations = tmp_path / "till.db", iter(range(1, 9))

    def reopen() -> SqliteStore:
        return SqliteStore(path, device=DEVICE, new_incarnation=incarnations.__next__)

    store = reopen()
    await put(store, receipt(open_drawer=True))
    await store.close()
    shutil.copy(path, tmp_path / "copy.db")
    store = reopen()
    await spool_of(store)[0].print_once()  # On paper, and then the disk dies.
    await store.close()
    path.unlink()
    shutil.copy(tmp_path / "copy.db", path)
    store = reopen()
    spool, printer = spool_of(store)
    await spool.print_once()
    assert printer.printed == [b"sale_receipt a copy 2"]
    assert printer.kicks == 0
    await store.close()
