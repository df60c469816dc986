"""The open sale at the counter, and cash for it."""

from __future__ import annotations

import asyncio

import pytest

from pos.domain.errors import (
    CashTooLittle,
    ProductUnknown,
    QuantityOutOfRange,
    SaleEmpty,
    StoreUnavailable,
)
from pos.domain.won import Won
from tests.world import World


async def test_a_second_scan_of_a_product_counts_its_line_up() -> None:
    world = World()
    world.counter.scan("101")
    line = world.counter.scan("101", 2)

    assert 3 == line.quantity
    assert Won(15_000) == world.counter.sale.total


async def test_an_unknown_code_or_a_bad_quantity_changes_nothing() -> None:
    world = World()
    world.counter.scan("101")
    before = world.counter.sale

    with pytest.raises(ProductUnknown, match="999"):
        world.counter.scan("999")
    for quantity in (0, -1, 10_000):
        with pytest.raises(QuantityOutOfRange):
            world.counter.scan("8801234000017", quantity)

    assert before == world.counter.sale


async def test_cash_gives_change_opens_the_drawer_and_starts_a_new_sale() -> None:
    world = World()
    world.counter.scan("101")

    record = await world.cash.pay(Won(10_000))

    assert Won(5_000) == record.tenders[0].change  # type: ignore[union-attr]
    assert world.store.jobs[0].open_drawer
    assert "20261124-0001" == record.receipt_number
    assert () == world.counter.sale.lines
    assert record.id != world.counter.sale.id


async def test_exact_cash_is_one_call() -> None:
    world = World()
    world.counter.scan("101")
    record = await world.cash.pay()
    assert Won(0) == record.tenders[0].change  # type: ignore[union-attr]


async def test_too_little_cash_or_none_due_takes_nothing() -> None:
    world = World()
    with pytest.raises(SaleEmpty):
        await world.cash.pay()
    world.counter.scan("101")
    with pytest.raises(CashTooLittle):
        await world.cash.pay(Won(4_999))
    assert [] == world.store.journal
    assert Won(5_000) == world.counter.sale.due


async def test_a_failing_disk_leaves_the_sale_open_and_payable_after_a_restart() -> None:
    world = World()
    world.counter.scan("101")
    world.store.open_draft = world.counter.sale
    world.store.fail_next = StoreUnavailable(reason="disk full")
    with pytest.raises(StoreUnavailable):
        await world.cash.pay()
    with pytest.raises(StoreUnavailable):
        await world.cash.pay()
    assert Won(5_000) == world.counter.sale.due

    await world.restart()
    record = await world.cash.pay()

    assert Won(5_000) == record.total
    assert 1 == len(world.store.jobs)


async def test_the_draft_follows_the_sale_and_goes_with_it() -> None:
    world = World()
    keeper = asyncio.create_task(world.counter.keep_draft())
    world.counter.scan("101")
    await asyncio.sleep(0.01)
    assert world.counter.sale == world.store.open_draft

    world.counter.set_quantity(1, 0)
    await asyncio.sleep(0.01)
    assert None is world.store.open_draft
    keeper.cancel()


async def test_a_scanned_sale_comes_back_after_a_crash() -> None:
    world = World()
    keeper = asyncio.create_task(world.counter.keep_draft())
    world.counter.scan("101", 3)
    await asyncio.sleep(0.01)
    keeper.cancel()

    recovered = await world.restart()

    assert recovered.restored
    assert Won(15_000) == world.counter.sale.due


async def test_a_dropped_sale_is_gone_for_good() -> None:
    world = World()
    world.counter.scan("101")
    await world.counter.drop()
    assert () == world.counter.sale.lines
    assert ["sale.dropped"] == world.store.kinds()
    assert not (await world.restart()).restored


async def test_the_last_receipt_prints_again_as_a_reprint_without_the_drawer() -> None:
    world = World()
    assert None is await world.reprint.last_receipt()
    world.counter.scan("101")
    record = await world.cash.pay()

    assert record == await world.reprint.last_receipt()

    job = world.store.jobs[-1]
    assert job.reprint
    assert not job.open_drawer


async def test_the_day_adds_up_from_the_journal() -> None:
    world = World()
    world.counter.scan("101")
    await world.cash.pay(Won(10_000))
    world.counter.scan("8801234000024")
    await world.card.pay()
    world.line.failed(world.clock.now())
    world.counter.scan("8801234000017")
    await world.card.pay()

    day = await world.day.show()

    assert 3 == day.summary.sales.count
    assert Won(11_000) == day.summary.sales.amount
    assert Won(6_000) == day.summary.voucher.amount
    assert Won(5_000) == day.summary.tenders["cash"].amount
    assert Won(450) == day.summary.cashback
    assert Won(150) == day.summary.cashback_estimated
    assert Won(1_500) == day.backlog.amount
