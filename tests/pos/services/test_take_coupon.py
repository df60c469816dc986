"""A coupon as a part of a sale: asked for first, then a payment like any other; never used up for nothing."""

from __future__ import annotations

import pytest

from pos.domain.benefit import Benefit, BenefitKind
from pos.domain.coupon import (
    CouponNeedsLine,
    CouponOffer,
    CouponRefusal,
    CouponTakenAlready,
    NotACoupon,
    coupon_code,
    read_coupon_code,
)
from pos.domain.errors import (
    LedgerRefused,
    LedgerSilent,
    LedgerUnreachable,
    PaymentPending,
    StoreUnavailable,
)
from pos.domain.payment import PaymentState
from pos.domain.payment_answers import Decline, DeclineReason
from pos.domain.reconciliation import printed_day, terminal_day
from pos.domain.refund import CardReturn, CashReturn
from pos.domain.tender import VoucherTender
from pos.domain.won import Won
from pos.ports import AuthorizationRequest
from pos.services.card_outcome import NotApproved, NotTaken, PaidInFull, PaidInPart, Unanswered
from tests.fakes import NOON, PowerCut, ScriptedLedger
from tests.world import World

PRINTED = coupon_code(0x1234567890ABC)
CODE = read_coupon_code(PRINTED)
OTHER = coupon_code(0x77777777777)
THREE = CouponOffer("장보는 날 쿠폰", Won(3_000))


def a_world(**facts: object) -> World:
    world = World(ledger=ScriptedLedger(**facts))  # type: ignore[arg-type]
    world.counter.scan("101")
    return world


def kinds(world: World) -> list[str]:
    return [each.removeprefix("payment.") for each in world.store.kinds()]


async def test_a_coupon_pays_a_part_and_cash_the_rest() -> None:
    world = a_world()

    part = await world.coupon.take(PRINTED)
    record = await world.cash.pay()

    assert isinstance(part, PaidInPart)
    assert part.due == Won(2_000)
    assert part.tender.by_coupon
    assert part.tender.balance is None
    assert part.tender.benefits == (Benefit(BenefitKind.COUPON, THREE.name, Won(3_000)),)
    assert [each.amount for each in record.tenders] == [Won(3_000), Won(2_000)]
    assert kinds(world) == ["intended", "sent", "approved", "sale.completed"]


async def test_a_coupon_of_more_than_is_due_pays_what_is_due_and_closes_the_sale() -> None:
    world = a_world(coupon_said=CouponOffer("큰 쿠폰", Won(50_000)))

    outcome = await world.coupon.take(CODE)

    assert isinstance(outcome, PaidInFull)
    assert outcome.record.total == outcome.tender.amount == Won(5_000)


async def test_the_code_is_asked_for_but_stands_in_no_record() -> None:
    asked: list[AuthorizationRequest] = []

    class Listening(ScriptedLedger):
        async def authorize(self, request, *, deadline_ms):  # type: ignore[no-untyped-def]
            asked.append(request)
            return await super().authorize(request, deadline_ms=deadline_ms)

    world = World(ledger=Listening())
    world.counter.scan("101")
    await world.coupon.take(PRINTED)

    [request] = asked
    assert (request.sealed, request.coupon_of) == (CODE, Won(5_000))
    assert not any(CODE in str(record.body) for record in world.store.journal)
    assert CODE[-4:] in str(world.store.journal[1].body)


@pytest.mark.parametrize("reason", [each for each in DeclineReason if "coupon" in each.value])
async def test_a_refused_coupon_says_why_and_leaves_no_trace(reason: DeclineReason) -> None:
    world = a_world(coupon_said=CouponRefusal(reason, Won(20_000)))

    outcome = await world.coupon.take(CODE)

    assert isinstance(outcome, NotApproved)
    assert outcome.decline == Decline(reason, Won(20_000))
    assert kinds(world) == []
    assert world.counter.sale.due == Won(5_000)


async def test_one_used_between_question_and_payment_is_declined_and_the_sale_goes_on() -> None:
    world = a_world(coupons_paid=[CODE])

    outcome = await world.coupon.take(CODE)

    assert isinstance(outcome, NotApproved)
    assert outcome.decline.reason is DeclineReason.COUPON_USED
    assert world.counter.sale.due == Won(5_000)
    assert (await world.cash.pay()).total == Won(5_000)


async def test_without_the_line_it_is_refused_plainly_and_nothing_is_written() -> None:
    world = a_world()
    world.line.failed(NOON)

    outcome = await world.coupon.take(CODE)

    assert isinstance(outcome, NotTaken)
    assert isinstance(outcome.error, CouponNeedsLine)
    assert kinds(world) == []


@pytest.mark.parametrize("fault", [LedgerUnreachable(), LedgerSilent(), LedgerRefused(reason="x")])
async def test_a_question_without_an_answer_uses_nothing_up(fault: Exception) -> None:
    world = a_world(coupon_fault=fault)

    outcome = await world.coupon.take(CODE)

    assert isinstance(outcome, NotTaken)
    assert kinds(world) == []
    assert world.counter.sale.due == Won(5_000)


async def test_a_payment_without_an_answer_is_unknown_and_reversed_so_that_it_is_free_again() -> (
    None
):
    world = a_world(fault_after=[LedgerSilent()], outcome_fault=LedgerSilent())

    outcome = await world.coupon.take(CODE)

    assert isinstance(outcome, Unanswered)
    assert [each.state for each in world.payments()] == [PaymentState.REVERSING]
    assert [each.kind for each in world.store.waiting] == ["payment.reversal_asked"]
    assert world.counter.sale.due == Won(5_000)


async def test_an_answer_that_was_lost_is_found_by_its_id() -> None:
    world = a_world(fault_after=[LedgerSilent()])

    outcome = await world.coupon.take(CODE)

    assert isinstance(outcome, PaidInPart)
    assert outcome.tender.by_coupon


async def test_one_coupon_a_sale_and_no_other_codes() -> None:
    world = a_world()
    await world.coupon.take(CODE)

    with pytest.raises(CouponTakenAlready):
        await world.coupon.take(OTHER)
    with pytest.raises(NotACoupon):
        await world.coupon.take("8801234000017")
    assert world.counter.sale.due == Won(2_000)


async def test_no_second_payment_starts_while_a_coupon_is_asked_for() -> None:
    refused: list[type[Exception]] = []
    world = a_world()

    class Pressing(ScriptedLedger):
        async def coupon(self, code, total, *, deadline_ms):  # type: ignore[no-untyped-def]
            for paying in (world.card.pay(), world.cash.pay(None), world.coupon.take(OTHER)):
                try:
                    await paying
                except PaymentPending as error:
                    refused.append(type(error))
            return await super().coupon(code, total, deadline_ms=deadline_ms)

    world.ledger = Pressing()
    world._build(0)
    world.counter.scan("101")

    assert isinstance(await world.coupon.take(CODE), PaidInPart)
    assert refused == [PaymentPending] * 3


@pytest.mark.parametrize("commits", range(4))
async def test_a_power_cut_between_any_two_steps_loses_and_doubles_nothing(commits: int) -> None:
    world = a_world()
    world.store.die_after_commits = commits

    async def sell() -> None:
        await world.coupon.take(CODE)
        await world.cash.pay()

    with pytest.raises(PowerCut):
        await sell()
    world.store.die_after_commits = None
    assert isinstance(world.ledger, ScriptedLedger)
    used = len(world.ledger.coupons_paid)

    await world.restart()

    sale = world.counter.sale
    taken = Won.total(each.amount for each in sale.tenders)
    standing = [each for each in world.payments() if each.state is PaymentState.APPROVED]
    if commits:  # Before the first commit nothing of the sale was ever durable.
        assert sale.total == Won(5_000)
        assert taken == Won.total(each.amount for each in standing)
        assert taken == (Won(3_000) if used else Won(0))


async def test_a_power_cut_with_the_answer_unwritten_asks_for_it_by_id() -> None:
    world = a_world()
    world.store.die_after_commits = 2  # Intended, sent; not the answer.
    with pytest.raises(PowerCut):
        await world.coupon.take(CODE)
    world.store.die_after_commits = None

    await world.restart()

    [tender] = world.counter.sale.tenders
    assert isinstance(tender, VoucherTender)
    assert (tender.by_coupon, tender.amount) == (True, Won(3_000))
    assert world.counter.sale.due == Won(2_000)


async def test_a_store_that_fails_halts_the_till_as_for_a_card() -> None:
    world = a_world()
    world.store.fail_next = StoreUnavailable(reason="disk")

    with pytest.raises(StoreUnavailable):
        await world.coupon.take(CODE)
    with pytest.raises(StoreUnavailable):
        await world.cash.pay()


async def test_a_dropped_sale_gives_the_coupon_back() -> None:
    world = a_world()
    await world.coupon.take(CODE)

    await world.counter.drop()

    assert [each.state for each in world.payments()] == [PaymentState.REVERSING]


async def test_a_refund_goes_to_the_coupons_issuer_first_and_the_rest_in_cash() -> None:
    world = a_world()
    await world.coupon.take(CODE)
    record = await world.cash.pay()

    refund = await world.refund.refund(record.receipt_number)

    coupon, cash = refund.returns
    assert isinstance(coupon, CardReturn)
    assert (coupon.by_coupon, coupon.amount) == (True, Won(3_000))
    assert cash == CashReturn(Won(2_000))


async def test_the_day_counts_it_apart_and_agrees_with_what_the_ledger_posted() -> None:
    world = a_world()
    await world.coupon.take(CODE)
    record = await world.cash.pay()
    world.counter.scan("101")
    await world.card.pay()
    await world.refund.refund(record.receipt_number)

    summary = (await world.day.show()).summary
    mine, printed = terminal_day(summary.day, world.events()), printed_day(summary)

    assert summary.tenders["coupon"].amount == Won(3_000)
    assert summary.voucher.amount == Won(5_000)
    assert summary.refunded_to["coupon"].amount == Won(3_000)
    assert printed.card_tenders == Won.total(mine.paid.values()) == Won(8_000)
    assert printed.refunded_to_cards == Won.total(mine.card_refunds.values()) == Won(3_000)


async def test_the_day_says_what_the_shop_itself_gave_to_card_holders() -> None:
    world = a_world(benefits=(Benefit(BenefitKind.PLUS, "3%", Won(150)),))

    outcome = await world.card.pay()

    assert isinstance(outcome, PaidInFull)
    summary = (await world.day.show()).summary
    assert summary.benefits["plus"].amount == Won(150)
    assert summary.sales.amount == Won(5_000)  # Never off the price.
    [job] = world.store.jobs
    assert job.body["benefits"] == [
        {"type": "Benefit", "kind": "plus", "name": "3%", "amount": 150}
    ]
