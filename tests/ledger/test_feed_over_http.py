"""The feed and the orders: long poll, answers, expiry, commission."""

from __future__ import annotations

import asyncio
import time

import pytest

from ledger.client import HttpLedger
from pos.domain.errors import LedgerRefused
from pos.domain.forwarding import ForwardStatus
from pos.domain.order import OrderState
from pos.domain.won import Won
from tests.ledger.conftest import OTHER_DEVICE, OTHER_KEY, Process
from tests.ledger.journal import Journal

DEADLINE_MS = 5_000


async def now(ledger: HttpLedger) -> str:
    """Return the cursor of a terminal that has seen all there is."""
    return (await ledger.feed("", wait_ms=0)).cursor


async def place(process: Process, **wish: object) -> dict[str, object]:
    made = await asyncio.to_thread(process.ask, "/demo/orders", wish)
    assert isinstance(made, dict)
    return made


async def test_an_order_comes_down_once_and_the_cursor_moves_on(
    ledger: HttpLedger, process: Process
) -> None:
    before = await now(ledger)
    made = await place(process)

    page = await ledger.feed(before, wait_ms=0)
    after = await ledger.feed(page.cursor, wait_ms=0)

    (item,) = page.items
    assert item.order is not None
    assert item.order.key == made["key"]
    assert item.order.state is OrderState.NEW
    assert Won.total(line.amount for line in item.order.lines) == item.order.total
    assert 290 < (item.order.accept_by - item.order.placed_at).seconds <= 300
    assert (after.cursor, after.items) == (page.cursor, ())


async def test_a_waiting_reader_is_told_as_soon_as_something_comes(
    ledger: HttpLedger, process: Process
) -> None:
    waiting = asyncio.create_task(ledger.feed(await now(ledger), wait_ms=10_000))
    await asyncio.sleep(0.3)
    assert not waiting.done()

    placed_at = time.monotonic()
    await place(process)
    page = await waiting

    assert len(page.items) == 1
    assert time.monotonic() - placed_at < 2


async def test_a_wait_without_news_ends_empty(ledger: HttpLedger) -> None:
    cursor = await now(ledger)
    began = time.monotonic()

    page = await ledger.feed(cursor, wait_ms=300)

    assert page.items == ()
    assert 0.25 < time.monotonic() - began < 3


async def test_another_shop_does_not_see_the_order(process: Process) -> None:
    other = HttpLedger(process.url, OTHER_DEVICE, OTHER_KEY)
    before = await now(other)
    await place(process)

    assert (await other.feed(before, wait_ms=0)).items == ()
    await other.aclose()


async def test_an_accepted_order_is_charged_once(ledger: HttpLedger, process: Process) -> None:
    made = await place(process)
    key, total = str(made["key"]), int(str(made["total"]))
    journal = Journal()
    journal.accepted(1, key, total)
    journal.accepted(2, key, total)  # A second decision comes too late.

    first, second = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)
    (again,) = await ledger.forward(journal.records[:1], deadline_ms=DEADLINE_MS)

    assert first.status is ForwardStatus.ACCEPTED
    assert first.commission == Won((total * 100 + 5_000) // 10_000)
    assert again == first
    assert second.status is ForwardStatus.DECLINED
    book = process.ask("/demo/entries")
    assert [each["kind"] for each in book["postings"]].count("order") == 1
    assert book["balances"]["commission"] == first.commission.amount
    assert book["wrong"] == []


async def test_an_order_accepted_at_another_total_is_poison(
    ledger: HttpLedger, process: Process
) -> None:
    made = await place(process)
    journal = Journal()
    journal.accepted(1, str(made["key"]), int(str(made["total"])) + 1)

    (outcome,) = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert outcome.status is ForwardStatus.POISON


async def test_a_rejected_order_costs_nothing(ledger: HttpLedger, process: Process) -> None:
    made = await place(process)
    journal = Journal()
    journal.rejected(1, str(made["key"]))

    (outcome,) = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert outcome.status is ForwardStatus.ACCEPTED
    assert "commission" not in process.ask("/demo/entries")["balances"]


async def test_an_order_that_nobody_answers_is_cancelled_and_can_not_be_taken(
    ledger: HttpLedger, process: Process
) -> None:
    made = await place(process, accept_s=-60)  # Beyond the grace already.
    first = await ledger.feed("", wait_ms=0)

    page = first
    while not any(each.state for each in page.items):
        page = await ledger.feed(first.cursor, wait_ms=5_000)
    journal = Journal()
    journal.accepted(1, str(made["key"]), int(str(made["total"])))
    (outcome,) = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    ended = page.items[-1]
    assert (ended.order_key, ended.state) == (made["key"], OrderState.AUTO_CANCELLED)
    assert outcome.status is ForwardStatus.DECLINED


async def test_a_customer_may_cancel_before_the_shop_answers(
    ledger: HttpLedger, process: Process
) -> None:
    before = await now(ledger)
    made = await place(process)
    key = str(made["key"])

    assert process.ask(f"/demo/orders/{key}/cancel", {}) == {"cancelled": True}
    assert process.ask(f"/demo/orders/{key}/cancel", {}) == {"cancelled": False}

    page = await ledger.feed(before, wait_ms=0)
    assert [each.state for each in page.items] == [None, OrderState.CANCELLED]


async def test_a_cursor_that_is_no_number_is_refused(ledger: HttpLedger) -> None:
    with pytest.raises(LedgerRefused):
        await ledger.feed("x", wait_ms=0)
