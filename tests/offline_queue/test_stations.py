"""Several printers: each its own documents, one standing in for another by rule, a list to cancel from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from offline_queue.spool import Spool
from offline_queue.stations import MAIN, Station
from offline_queue.store import SqliteStore
from pos.domain.codec import Json
from pos.ports import (
    Change,
    NewPrintJob,
    PrintJobState,
    PrintKind,
    PrintOutcome,
    PrintResult,
)
from tests.fakes import DEVICE, FakePrinter, FixedClock

NOT_STARTED = PrintResult(PrintOutcome.NOT_STARTED, "paper_out")
BROKEN_OFF = PrintResult(PrintOutcome.BROKEN_OFF, "offline")
UNCONFIRMED = PrintResult(PrintOutcome.UNCONFIRMED)
AFTER_MS = 20_000


@dataclass(frozen=True)
class Drawn:
    """Says for which paper it drew."""

    paper: str

    def render(self, kind: PrintKind, body: dict[str, Json], *, copy: int) -> bytes:
        return f"{self.paper}: {kind.value} copy {copy}".encode()


@dataclass
class Shop:
    spool: Spool
    counter: FakePrinter
    kitchen: FakePrinter
    clock: FixedClock
    store: SqliteStore

    async def put(self, *jobs: NewPrintJob) -> None:
        await self.store.commit(Change(print_jobs=jobs))

    async def fail_for(self, name: str, ms: int) -> None:
        assert await self.spool.print_once(name) is False
        self.clock.time += timedelta(milliseconds=ms)


RECEIPT = NewPrintJob(PrintKind.SALE_RECEIPT, "sale", {}, open_drawer=True)
TICKET = NewPrintJob(PrintKind.KITCHEN_TICKET, "order", {})


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    store = SqliteStore(tmp_path / "t.db", device=DEVICE, new_incarnation=lambda: 42)
    counter, kitchen, clock = FakePrinter(), FakePrinter(), FixedClock()
    spool = Spool(
        store=store,
        printer=counter,
        renderer=Drawn("80mm"),
        clock=clock,
        instead="kitchen",
        instead_after_ms=AFTER_MS,
        others=[
            Station(
                "kitchen",
                kitchen,
                Drawn("58mm"),
                frozenset({PrintKind.KITCHEN_TICKET}),
                instead=MAIN,
                instead_after_ms=AFTER_MS,
                has_drawer=False,
            )
        ],
    )
    yield Shop(spool, counter, kitchen, clock, store)
    await store.close()


async def test_each_document_goes_to_its_own_printer_and_is_drawn_for_its_paper(
    shop: Shop,
) -> None:
    await shop.put(RECEIPT, TICKET)
    assert await shop.spool.print_once() is True
    assert await shop.spool.print_once() is None
    assert await shop.spool.print_once("kitchen") is True
    assert shop.counter.printed == [b"80mm: sale_receipt copy 1"]
    assert shop.kitchen.printed == [b"58mm: kitchen_ticket copy 1"]


async def test_a_printer_that_fails_holds_up_no_other(shop: Shop) -> None:
    shop.counter.script = [NOT_STARTED] * 1_000
    await shop.put(RECEIPT, TICKET)
    task = asyncio.create_task(shop.spool.run())
    for _ in range(400):
        await asyncio.sleep(0.005)
        if shop.kitchen.printed:
            break
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert shop.kitchen.printed == [b"58mm: kitchen_ticket copy 1"]


async def test_another_stands_in_only_after_the_time_of_its_rule(shop: Shop) -> None:
    shop.kitchen.script = [NOT_STARTED] * 3
    shop.kitchen.problem = "paper_out"
    await shop.put(TICKET)
    await shop.fail_for("kitchen", AFTER_MS - 1)
    await shop.fail_for("kitchen", 1)
    assert await shop.spool.print_once("kitchen") is True
    assert shop.counter.printed == [b"80mm: kitchen_ticket copy 1"]
    assert shop.spool.problem == "paper_out"  # It still stands there, to be mended.


async def test_it_goes_on_standing_in_and_stops_when_the_other_is_well(shop: Shop) -> None:
    shop.kitchen.script = [NOT_STARTED]
    shop.kitchen.problem = "paper_out"
    await shop.put(TICKET, TICKET, TICKET)
    await shop.fail_for("kitchen", AFTER_MS)
    for _ in range(2):
        assert await shop.spool.print_once("kitchen") is True
    assert len(shop.counter.printed) == 2
    shop.kitchen.problem = ""
    assert await shop.spool.print_once("kitchen") is True
    assert len(shop.kitchen.printed) == 1
    assert shop.spool.problem == ""


async def test_what_may_be_torn_in_the_kitchen_comes_marked_at_the_counter(shop: Shop) -> None:
    shop.kitchen.script = [BROKEN_OFF]
    shop.kitchen.problem = "offline"
    await shop.put(TICKET)
    await shop.fail_for("kitchen", AFTER_MS)
    await shop.spool.print_once("kitchen")
    assert shop.counter.printed == [b"80mm: kitchen_ticket copy 2"]


async def test_a_printer_without_a_drawer_kicks_none_and_no_kick_comes_later(shop: Shop) -> None:
    shop.counter.script = [NOT_STARTED]
    shop.counter.problem = "paper_out"
    await shop.put(RECEIPT)
    await shop.fail_for(MAIN, AFTER_MS)
    assert await shop.spool.print_once() is True
    assert shop.kitchen.printed == [b"58mm: sale_receipt copy 1"]
    assert shop.kitchen.kicks == shop.counter.kicks == 0
    shop.counter.problem = ""
    assert await shop.spool.print_once() is None
    assert shop.counter.kicks == 0


async def test_the_list_says_what_became_of_each_job(shop: Shop) -> None:
    shop.counter.script = [PrintResult(PrintOutcome.CONFIRMED), UNCONFIRMED]
    await shop.put(RECEIPT, NewPrintJob(PrintKind.REFUND_SLIP, "refund", {}), TICKET)
    for _ in range(2):
        await shop.spool.print_once()
    waiting, sent, done = await shop.spool.jobs()
    assert (waiting.kind, waiting.state) == (PrintKind.KITCHEN_TICKET, PrintJobState.WAITING)
    assert (sent.kind, sent.state) == (PrintKind.REFUND_SLIP, PrintJobState.SENT)
    assert (done.kind, done.state, done.attempts) == (PrintKind.SALE_RECEIPT, PrintJobState.DONE, 1)
    assert len(await shop.spool.jobs(2)) == 2


async def test_a_cancelled_job_is_not_printed_opens_no_drawer_and_waits_no_more(
    shop: Shop,
) -> None:
    await shop.put(RECEIPT)
    (job,) = await shop.spool.jobs()
    assert await shop.spool.cancel(job.id)
    assert await shop.spool.waiting() == 0
    assert await shop.spool.print_once() is None
    assert shop.counter.kicks == 0
    assert (await shop.spool.jobs())[0].state is PrintJobState.CANCELLED


async def test_what_is_over_can_not_be_cancelled_and_what_waits_not_repeated(shop: Shop) -> None:
    await shop.put(RECEIPT)
    (job,) = await shop.spool.jobs()
    assert not await shop.spool.again(job.id)
    await shop.spool.print_once()
    assert not await shop.spool.cancel(job.id)
    assert not await shop.spool.cancel(999)
    assert (await shop.spool.jobs())[0].state is PrintJobState.DONE


async def test_a_job_printed_again_from_the_list_is_a_marked_copy_without_a_kick(
    shop: Shop,
) -> None:
    await shop.put(RECEIPT)
    await shop.spool.print_once()
    (job,) = await shop.spool.jobs()
    assert await shop.spool.again(job.id)
    await shop.spool.print_once()
    assert shop.counter.printed[-1] == b"80mm: sale_receipt copy 2"
    assert shop.counter.kicks == 1


@pytest.mark.parametrize(
    "others",
    [
        [("receipt", "", ())],
        [("a", "b", ())],
        [("a", "a", ())],
        [("a", "", (PrintKind.ORDER_LABEL,)), ("b", "", (PrintKind.ORDER_LABEL,))],
    ],
)
def test_rules_that_contradict_each_other_are_refused(
    shop: Shop, others: list[tuple[str, str, tuple[PrintKind, ...]]]
) -> None:
    stations = [
        Station(name, FakePrinter(), Drawn(""), frozenset(kinds), instead=instead)
        for name, instead, kinds in others
    ]
    with pytest.raises(ValueError, match="printer"):
        Spool(
            store=shop.store,
            printer=FakePrinter(),
            renderer=Drawn(""),
            clock=FixedClock(),
            others=stations,
        )
