"""A card that another terminal took: written down, never authorized, and given back over there."""

from __future__ import annotations

import pytest

from pos.domain.cash_receipt import cash_of
from pos.domain.errors import AmountOutOfRange, PaymentPending
from pos.domain.payment_events import ExternalNoted
from pos.domain.reconciliation import printed_day, terminal_day
from pos.domain.refund import CardReturn, CashReturn, ExternalReturn
from pos.domain.sale import SaleRecord
from pos.domain.sale_errors import NotASlip, SlipNotedTwice
from pos.domain.tender import CashTender, ExternalTender, VoucherTender
from pos.domain.won import Won
from pos.services.card_outcome import NotApproved, PaidInFull, PaidInPart
from tests.fakes import NOON, PowerCut, ScriptedLedger, ScriptedReader
from tests.world import World

SLIP = ("국민", "00812345")


def a_world(**facts: object) -> World:
    world = World(**facts)  # type: ignore[arg-type]
    world.counter.scan("101")
    return world


async def test_it_closes_a_sale_without_the_line_a_reader_or_the_ledger() -> None:
    world = a_world()
    world.line.failed(NOON)

    record = await world.external.note(*SLIP)

    assert isinstance(record, SaleRecord)
    assert record.tenders == (ExternalTender(Won(5_000), "국민", "00812345", NOON),)
    assert world.store.kinds() == ["payment.external_noted", "sale.completed"]
    assert world.reader.requests == []
    [job] = world.store.jobs
    assert not job.open_drawer


async def test_it_pays_a_part_a_voucher_card_another_and_cash_the_rest() -> None:
    world = a_world()

    part = await world.external.note(*SLIP, Won(2_000))
    card = await world.card.pay(Won(1_000))
    record = await world.cash.pay()

    assert isinstance(part, ExternalTender)
    assert isinstance(card, PaidInPart)
    kinds = [type(each) for each in record.tenders]
    assert kinds == [ExternalTender, VoucherTender, CashTender]
    assert cash_of(record) == Won(2_000)  # A cash receipt is of the cash alone.


@pytest.mark.parametrize(
    ("issuer", "code"),
    [
        ("", "00812345"),
        ("국민", ""),
        ("국민", "123"),
        ("국민", "4111111111111111"),
        ("4111111111111111", "00812345"),
        ("국민", "12 34"),
        ("가" * 21, "00812345"),
    ],
)
async def test_what_is_on_no_slip_or_may_be_a_cards_number_is_not_noted(
    issuer: str, code: str
) -> None:
    world = a_world()

    with pytest.raises(NotASlip) as caught:
        await world.external.note(issuer, code)

    assert "4111111111111111" not in caught.value.message("ko")
    assert world.store.kinds() == []
    assert world.counter.sale.due == Won(5_000)


async def test_neither_more_than_is_due_nor_the_same_slip_twice() -> None:
    world = a_world()
    with pytest.raises(AmountOutOfRange):
        await world.external.note(*SLIP, Won(5_001))
    await world.external.note(*SLIP, Won(2_000))

    with pytest.raises(SlipNotedTwice):
        await world.external.note(*SLIP, Won(1_000))
    assert world.counter.sale.due == Won(3_000)


async def test_it_is_refused_while_a_card_is_awaited() -> None:
    refused: list[type[Exception]] = []

    class Pressing(ScriptedReader):
        async def present(self, request):  # type: ignore[no-untyped-def]
            try:
                await world.external.note(*SLIP)
            except PaymentPending as error:
                refused.append(type(error))
            return await super().present(request)

    world = World(reader=Pressing())
    world.counter.scan("101")

    assert isinstance(await world.card.pay(), PaidInFull)
    assert refused == [PaymentPending]


@pytest.mark.parametrize("commits", range(7))
async def test_a_power_cut_between_any_two_steps_loses_and_doubles_nothing(commits: int) -> None:
    world = a_world()
    world.store.die_after_commits = commits

    async def sell() -> None:
        await world.external.note(*SLIP, Won(2_000))
        await world.card.pay(Won(1_000))
        await world.cash.pay()

    try:
        await sell()
    except PowerCut:
        world.store.die_after_commits = None
        await world.restart()

    noted = [each.tender for each in world.events() if isinstance(each, ExternalNoted)]
    done = [e for e in world.store.journal if e.kind == "sale.completed"]
    taken = world.counter.sale.tenders
    if done:
        assert taken == ()
        assert len(done) == 1
    else:
        assert [each for each in taken if isinstance(each, ExternalTender)] == noted
        standing = [e.tender for e in world.payments() if e.tender is not None]
        assert [each for each in taken if isinstance(each, VoucherTender)] == standing


async def test_what_was_noted_after_a_declined_card_survives_with_the_lines_added_since() -> None:
    world = a_world(ledger=ScriptedLedger(balance=Won(0)))
    assert isinstance(await world.card.pay(), NotApproved)
    world.counter.scan("8801234000017")
    await world.external.note(*SLIP, Won(6_000))

    await world.restart()

    sale = world.counter.sale
    assert (len(sale.lines), sale.due) == (2, Won(500))
    assert [type(each) for each in sale.tenders] == [ExternalTender]


async def test_giving_back_takes_our_cards_first_then_the_other_terminal_then_cash() -> None:
    world = a_world()
    await world.external.note(*SLIP, Won(2_000))
    await world.card.pay(Won(1_000))
    record = await world.cash.pay()

    refund = await world.refund.refund(record.receipt_number)

    card, external, cash = refund.returns
    assert isinstance(card, CardReturn)
    assert external == ExternalReturn(Won(2_000), *SLIP)
    assert cash == CashReturn(Won(2_000))


async def test_giving_back_by_lines_never_asks_the_other_terminal_for_more_than_it_took() -> None:
    world = a_world()
    world.counter.scan("101")
    await world.external.note(*SLIP, Won(7_000))
    record = await world.cash.pay()

    first = await world.refund.refund(record.receipt_number, {1: 1})
    second = await world.refund.refund(record.receipt_number, {1: 1})

    assert first.returns == (ExternalReturn(Won(5_000), *SLIP),)
    assert second.returns == (ExternalReturn(Won(2_000), *SLIP), CashReturn(Won(3_000)))


async def test_the_day_counts_it_apart_from_cash_and_from_what_the_ledger_posted() -> None:
    world = a_world()
    await world.external.note(*SLIP, Won(2_000))
    record = await world.cash.pay()
    await world.refund.refund(record.receipt_number)

    summary = (await world.day.show()).summary
    mine, printed = terminal_day(summary.day, world.events()), printed_day(summary)

    assert summary.tenders["external"].amount == Won(2_000)
    assert summary.tenders["cash"].amount == Won(3_000)
    assert summary.refunded_to["external"].amount == Won(2_000)
    assert printed.card_tenders == Won.total(mine.paid.values()) == Won(0)
    assert printed.sales == Won.total(mine.sales.values()) == Won(5_000)
