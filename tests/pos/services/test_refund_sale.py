"""Voids and refunds at the counter: once, whatever fails, with or without the line."""

from __future__ import annotations

import asyncio

import pytest

from pos.domain.errors import (
    RefundByHand,
    RefundExceedsSale,
    RefundNothingLeft,
    SaleNotFound,
    StoreUnavailable,
)
from pos.domain.events import SaleRefunded, to_record
from pos.domain.payment import PaymentState
from pos.domain.payment_answers import Decline, DeclineReason, ReceivableEnd
from pos.domain.payment_events import AdviceDeclined, RefundAsked, RefundDeclined
from pos.domain.refund import CardReturn, CashReturn, RefundKind
from pos.domain.sale import SaleRecord
from pos.domain.won import Won
from pos.ports import Change, PrintKind
from pos.services.card_outcome import (
    PaidInFull,
)
from pos.services.receivables import Owed, ReceivableGone
from tests.world import World


async def sold(world: World, *, offline: bool = False) -> SaleRecord:
    """Sell two rolls for 9,000 won by card."""
    if offline:
        world.line.failed(world.clock.now())
    world.counter.scan("8801234000024", 2)
    outcome = await world.card.pay()
    assert isinstance(outcome, PaidInFull)
    return outcome.record


async def test_a_void_is_written_printed_and_told_in_one_change() -> None:
    world = World()
    sale = await sold(world)
    before = world.sync.woken
    record = await world.refund.refund(sale.receipt_number, by="김이음")
    assert record.kind is RefundKind.VOID
    assert world.store.kinds()[-2:] == ["payment.refund_asked", "sale.refunded"]
    assert [each.kind for each in world.store.waiting[-2:]] == world.store.kinds()[-2:]
    slip = world.store.jobs[-1]
    assert (slip.kind, slip.open_drawer) == (PrintKind.REFUND_SLIP, False)
    assert world.sync.woken == before + 1
    assert world.payments()[0].state is PaymentState.VOIDED
    assert record.receipt_number != sale.receipt_number


async def test_cash_back_opens_the_drawer() -> None:
    world = World()
    world.counter.scan("101")
    sale = await world.cash.pay()
    record = await world.refund.refund(sale.receipt_number)
    assert record.returns == (CashReturn(Won(5_000)),)
    assert world.store.jobs[-1].open_drawer


async def test_a_line_comes_back_in_parts_and_never_more_than_was_sold() -> None:
    world = World()
    sale = await sold(world)
    await world.refund.refund(sale.receipt_number, {1: 1})
    assert world.payments()[0].state is PaymentState.PARTLY_REFUNDED
    assert (await world.refund.find(sale.receipt_number)).left == {1: 1}
    with pytest.raises(RefundExceedsSale):
        await world.refund.refund(sale.receipt_number, {1: 2})
    await world.refund.refund(sale.receipt_number)
    assert world.payments()[0].state is PaymentState.FULLY_REFUNDED
    with pytest.raises(RefundNothingLeft):
        await world.refund.refund(sale.receipt_number)


async def test_two_presses_give_back_once() -> None:
    world = World()
    sale = await sold(world)
    presses = [world.refund.refund(sale.receipt_number) for _ in range(2)]
    results = await asyncio.gather(*presses, return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["RefundNothingLeft", "RefundRecord"]
    assert len([e for e in world.events() if isinstance(e, SaleRefunded)]) == 1


async def test_what_could_not_be_written_gave_nothing_back() -> None:
    world = World()
    sale = await sold(world)
    kinds, jobs = world.store.kinds(), len(world.store.jobs)
    world.store.fail_next = StoreUnavailable(reason="full")
    with pytest.raises(StoreUnavailable):
        await world.refund.refund(sale.receipt_number)
    assert (world.store.kinds(), len(world.store.jobs)) == (kinds, jobs)
    assert (await world.refund.refund(sale.receipt_number)).total == sale.total


async def test_an_offline_sale_is_voided_while_its_advice_still_waits() -> None:
    world = World()
    sale = await sold(world, offline=True)
    record = await world.refund.refund(sale.receipt_number)
    assert isinstance(record.returns[0], CardReturn)
    waiting = [each.kind for each in world.store.waiting]
    assert waiting.index("payment.offline_approved") < waiting.index("payment.refund_asked")


async def test_ids_of_refunds_go_on_after_a_restart() -> None:
    world = World()
    sale = await sold(world)
    await world.refund.refund(sale.receipt_number, {1: 1})
    await world.restart()
    await world.refund.refund(sale.receipt_number)
    asked = [e.refund_id for e in world.events() if isinstance(e, RefundAsked)]
    whole = [e.refund.id for e in world.events() if isinstance(e, SaleRefunded)]
    assert len({*asked, *whole}) == 4


async def test_an_unknown_number_is_said_to_be_so() -> None:
    with pytest.raises(SaleNotFound):
        await World().refund.find("20260101-0001")


async def declined_later(world: World) -> SaleRecord:
    sale = await sold(world, offline=True)
    payment = world.payments()[0]
    decline = Decline(DeclineReason.INSUFFICIENT_FUNDS)
    event = AdviceDeclined(payment.id, sale.id, payment.amount, decline, world.clock.now())
    await world.store.commit(Change(records=(to_record(event),)))
    return sale


async def test_a_receivable_stays_until_a_person_closes_it_and_says_how() -> None:
    world = World()
    await declined_later(world)
    (item,) = await world.receivables.open_ones()
    assert (item.owed, item.amount) == (Owed.BY_CUSTOMER, Won(9_000))
    await world.receivables.close(item, ReceivableEnd.PAID, note="현금", by="김이음")
    assert await world.receivables.open_ones() == ()
    assert world.payments()[0].state is PaymentState.RECEIVABLE_CLOSED
    with pytest.raises(ReceivableGone):
        await world.receivables.close(item, ReceivableEnd.PAID, note="", by="")


async def test_a_refund_makes_a_receivable_smaller_and_a_void_ends_it() -> None:
    world = World()
    sale = await declined_later(world)
    await world.refund.refund(sale.receipt_number, {1: 1})
    (item,) = await world.receivables.open_ones()
    assert item.amount == Won(4_500)
    await world.refund.refund(sale.receipt_number)
    assert await world.receivables.open_ones() == ()


async def test_what_a_person_has_settled_no_key_gives_back() -> None:
    world = World()
    sale = await declined_later(world)
    (item,) = await world.receivables.open_ones()
    await world.receivables.close(item, ReceivableEnd.WRITTEN_OFF, note="", by="김이음")
    with pytest.raises(RefundByHand):
        await world.refund.refund(sale.receipt_number)


async def test_a_declined_refund_is_owed_to_the_customer_until_it_is_settled() -> None:
    world = World()
    sale = await sold(world)
    record = await world.refund.refund(sale.receipt_number)
    back = record.returns[0]
    assert isinstance(back, CardReturn)
    decline = Decline(DeclineReason.PAYMENT_UNKNOWN)
    at = world.clock.now()
    event = RefundDeclined(back.refund_id, back.payment_id, sale.id, back.amount, decline, at)
    await world.store.commit(Change(records=(to_record(event),)))
    (item,) = await world.receivables.open_ones()
    assert (item.owed, item.amount) == (Owed.TO_CUSTOMER, Won(9_000))
    await world.receivables.close(item, ReceivableEnd.PAID, note="현금으로 드림", by="김이음")
    assert await world.receivables.open_ones() == ()


async def test_the_day_counts_sales_and_what_was_given_back_apart() -> None:
    world = World()
    sale = await sold(world)
    await world.refund.refund(sale.receipt_number, {1: 1})
    summary = (await world.day.show()).summary
    assert summary.sales.amount == Won(9_000)
    assert (summary.refunds.count, summary.refunds.amount) == (1, Won(4_500))
    assert summary.net == Won(4_500)
    assert summary.refunded_to["card"].amount == Won(4_500)
