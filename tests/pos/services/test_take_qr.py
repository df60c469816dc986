"""Payments by QR, both ways: the id and intent first, the reversal last, and never money without the ledger."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from pos.domain.card import CardEntry
from pos.domain.customer_code import CustomerCode
from pos.domain.errors import LedgerError, LedgerSilent, LedgerUnreachable, PaymentPending
from pos.domain.identifiers import TransactionId
from pos.domain.payment import PaymentState
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.scan_errors import (
    NotAPaymentCode,
    PaymentCodeDamaged,
    QrCancelled,
    QrNeedsLine,
    QrNotPaidInTime,
)
from pos.domain.shop_code import GOOD_FOR, ShopCode, read_shop_code
from pos.domain.tender import VoucherTender
from pos.domain.won import Won
from pos.ports import AuthorizationRequest, PaymentFate
from pos.services.card_outcome import (
    CardOutcome,
    NotApproved,
    NotTaken,
    PaidInFull,
    PaidInPart,
    Stage,
    Unanswered,
)
from tests.fakes import NOON, PowerCut, ScriptedLedger
from tests.world import World

CODE = CustomerCode("ab" * 16, NOON + GOOD_FOR, bytes(64)).text


@dataclass
class QrLedger(ScriptedLedger):
    """A ledger whose customers pay the shop's code when `pays_at` is asked for the nth time."""

    pays_at: int = 0
    amount: Won = Won(5_000)
    asked: int = 0
    requests: list[AuthorizationRequest] = field(default_factory=list)
    faults: dict[int, LedgerError] = field(default_factory=dict)
    on_ask: dict[int, object] = field(default_factory=dict)

    async def authorize(
        self, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        self.requests.append(request)
        return await super().authorize(request, deadline_ms=deadline_ms)

    async def outcome(
        self, payment_id: TransactionId, *, deadline_ms: int
    ) -> Approval | Decline | PaymentFate:
        self.asked += 1
        if self.asked == self.pays_at:
            self._post(payment_id, self.amount, NOON)
        deed = self.on_ask.get(self.asked)
        if callable(deed):
            await deed()
        if self.asked in self.faults:
            raise self.faults[self.asked]
        return await super().outcome(payment_id, deadline_ms=deadline_ms)


def a_world(**facts: object) -> World:
    world = World(ledger=QrLedger(**facts))  # type: ignore[arg-type]
    world.counter.scan("101")
    return world


def ledger_of(world: World) -> QrLedger:
    assert isinstance(world.ledger, QrLedger)
    return world.ledger


def kinds(world: World) -> list[str]:
    return [each.removeprefix("payment.") for each in world.store.kinds()]


# The customer's code ---------------------------------------------------------------------------


async def test_a_customers_code_pays_like_a_card_and_the_tender_says_qr() -> None:
    world = a_world()

    outcome = await world.qr.scanned(CODE)

    assert isinstance(outcome, PaidInFull)
    assert outcome.tender.entry is CardEntry.CUSTOMER_QR
    assert outcome.tender.by_qr
    assert ["intended", "sent", "approved", "sale.completed"] == kinds(world)
    [asked] = ledger_of(world).requests
    assert (asked.by_code, asked.sealed) == (True, CODE)


async def test_without_the_line_a_code_is_refused_and_nothing_is_written() -> None:
    world = a_world()
    world.line.failed(NOON)

    for paying in (world.qr.scanned(CODE), world.qr.show()):
        outcome = await paying
        assert isinstance(outcome, NotTaken)
        assert isinstance(outcome.error, QrNeedsLine)

    assert [] == kinds(world)
    assert [] == ledger_of(world).requests


async def test_a_line_that_goes_before_the_request_leaves_charges_nothing() -> None:
    world = a_world(fault_before=[LedgerUnreachable()])

    outcome = await world.qr.scanned(CODE)

    assert isinstance(outcome, NotTaken)
    assert isinstance(outcome.error, QrNeedsLine)
    assert [PaymentState.ABANDONED] == [each.state for each in world.payments()]
    assert Won(5_000) == world.counter.sale.due


async def test_no_answer_is_unknown_and_is_asked_for_then_reversed() -> None:
    stages: list[Stage] = []
    world = a_world(fault_after=[LedgerSilent()], outcome_fault=LedgerSilent())

    outcome = await world.qr.scanned(CODE, on_stage=stages.append)

    assert isinstance(outcome, Unanswered)
    assert [PaymentState.REVERSING] == [each.state for each in world.payments()]
    assert [Stage.ASKING, Stage.CHECKING] == stages


async def test_an_answer_that_was_lost_is_found_by_its_id() -> None:
    world = a_world(fault_after=[LedgerSilent()])

    assert isinstance(await world.qr.scanned(CODE), PaidInFull)


async def test_a_poor_card_is_said_so_and_a_part_can_be_taken() -> None:
    world = a_world(balance=Won(2_000))

    declined = await world.qr.scanned(CODE)
    part = await world.qr.scanned(CODE, Won(2_000))

    assert isinstance(declined, NotApproved)
    assert declined.decline == Decline(DeclineReason.INSUFFICIENT_FUNDS, Won(2_000))
    assert isinstance(part, PaidInPart)
    assert Won(3_000) == world.counter.sale.due


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("8801234000017", NotAPaymentCode),
        ("", NotAPaymentCode),
        ("IEUM1:ABC", NotAPaymentCode),
        ("IEUMC1:", PaymentCodeDamaged),
        (CODE[:-1], PaymentCodeDamaged),
        (CODE + "0", PaymentCodeDamaged),
        (CODE.replace(":", ":a", 1)[:-1], PaymentCodeDamaged),
        ("IEUMC1:" + "가" * 128, PaymentCodeDamaged),
    ],
)
async def test_what_is_no_payment_code_is_refused_before_anything_is_written(
    text: str, error: type[Exception]
) -> None:
    world = a_world()

    with pytest.raises(error):
        await world.qr.scanned(text)

    assert [] == kinds(world)


# The shop's code -------------------------------------------------------------------------------


async def test_the_shops_code_asks_for_what_is_due_and_ends_in_three_minutes() -> None:
    shown: list[ShopCode | None] = []
    world = a_world(pays_at=3)
    world.qr.on_code(shown.append)

    outcome = await world.qr.show()

    assert isinstance(outcome, PaidInFull)
    assert outcome.tender.entry is CardEntry.SHOP_QR
    code, gone = shown
    assert gone is None
    assert world.qr.shown is None
    assert code is not None
    assert read_shop_code(code.text) == code
    assert (code.amount, code.expires_at, code.name) == (Won(5_000), NOON + GOOD_FOR, "IE-0001-01")
    assert code.payment_id == outcome.tender.payment_id


async def test_the_code_is_durable_before_anyone_sees_it() -> None:
    world = a_world(pays_at=1)
    before: list[list[str]] = []
    world.qr.on_code(lambda code: before.append(kinds(world)) if code else None)

    await world.qr.show()

    assert [["intended", "sent"]] == before


async def test_cancelling_reverses_by_id_so_that_a_late_payment_cannot_post() -> None:
    world = a_world()
    ledger_of(world).on_ask[2] = world.qr.cancel

    outcome = await world.qr.show()

    assert isinstance(outcome, NotTaken)
    assert isinstance(outcome.error, QrCancelled)
    assert ["intended", "sent", "no_answer", "reversal_asked"] == kinds(world)
    assert ["payment.reversal_asked"] == [each.kind for each in world.store.waiting]
    assert Won(5_000) == world.counter.sale.due
    assert world.sync.woken


async def test_cancel_works_at_once_even_while_the_till_waits_for_the_next_look() -> None:
    world = a_world()
    forever = asyncio.Event()

    async def sleep_ms(duration_ms: int) -> None:
        await forever.wait()

    world.clock.sleep_ms = sleep_ms  # type: ignore[method-assign]
    showing = asyncio.ensure_future(world.qr.show())
    for _ in range(10):
        await asyncio.sleep(0)
    await world.qr.cancel()

    outcome = await asyncio.wait_for(showing, 1)

    assert isinstance(outcome, NotTaken)


async def test_what_was_paid_when_cancel_is_pressed_stands() -> None:
    world = a_world(pays_at=2)
    ledger_of(world).on_ask[2] = world.qr.cancel

    assert isinstance(await world.qr.show(), PaidInFull)
    assert [] == [each for each in kinds(world) if "reversal" in each]


async def test_an_unpaid_code_ends_by_itself_and_is_reversed() -> None:
    world = a_world()

    outcome = await world.qr.show()

    assert isinstance(outcome, NotTaken)
    assert isinstance(outcome.error, QrNotPaidInTime)
    assert [PaymentState.REVERSING] == [each.state for each in world.payments()]
    assert world.clock.now() - NOON > GOOD_FOR
    assert ledger_of(world).asked > 100


async def test_a_lost_line_says_so_and_goes_on_asking() -> None:
    stages: list[Stage] = []
    world = a_world(pays_at=5, faults={2: LedgerSilent(), 3: LedgerUnreachable()})

    outcome = await world.qr.show(on_stage=stages.append)

    assert isinstance(outcome, PaidInFull)
    assert [Stage.SHOWN, Stage.LINE_LOST, Stage.LINE_LOST, Stage.SHOWN] == stages


async def test_a_line_that_stays_away_leaves_an_unknown_that_is_reversed() -> None:
    world = a_world(outcome_fault=LedgerSilent())

    outcome = await world.qr.show()

    assert isinstance(outcome, Unanswered)
    assert [PaymentState.REVERSING] == [each.state for each in world.payments()]
    assert not world.line.up


async def test_an_approval_of_another_amount_is_no_answer() -> None:
    world = a_world(pays_at=1, amount=Won(1))

    outcome = await world.qr.show()

    assert not isinstance(outcome, PaidInFull)
    assert [PaymentState.REVERSING] == [each.state for each in world.payments()]


async def test_no_second_payment_starts_while_a_code_is_shown() -> None:
    world = a_world(pays_at=3)
    refused: list[type[Exception]] = []

    async def press_other_keys() -> None:
        for paying in (world.card.pay(), world.cash.pay(None), world.qr.scanned(CODE)):
            try:
                await paying
            except PaymentPending as error:
                refused.append(type(error))

    ledger_of(world).on_ask[1] = press_other_keys

    assert isinstance(await world.qr.show(), PaidInFull)
    assert [PaymentPending] * 3 == refused
    assert 1 == len(ledger_of(world).posted)


@pytest.mark.parametrize("paid", [False, True])
async def test_a_power_cut_while_the_code_is_shown_is_resolved_by_the_restart(paid: bool) -> None:
    world = a_world(pays_at=2 if paid else 0)

    async def cut() -> None:
        raise PowerCut

    ledger_of(world).on_ask[2] = cut
    with pytest.raises(PowerCut):
        await world.qr.show()
    recovered = await world.restart()

    assert len(recovered.completed) == int(paid)
    assert len(recovered.reversing) == int(not paid)
    if paid:
        [tender] = recovered.completed[0].tenders
        assert isinstance(tender, VoucherTender)
        assert tender.entry is CardEntry.SHOP_QR


async def test_the_day_says_how_much_came_by_qr() -> None:
    world = a_world(pays_at=1)
    await world.qr.show()
    world.counter.scan("101")
    await world.card.pay()

    summary = (await world.day.show()).summary

    assert (1, Won(5_000)) == (summary.qr.count, summary.qr.amount)
    assert (2, Won(10_000)) == (summary.voucher.count, summary.voucher.amount)


async def test_the_card_that_paid_by_code_is_named_as_the_ledger_says_it() -> None:
    class Naming(QrLedger):
        def _post(self, payment_id: TransactionId, amount: Won, at: object) -> Approval | Decline:
            said = super()._post(payment_id, amount, NOON)
            assert isinstance(said, Approval)
            return Approval(**{**_fields(said), "masked_pan": "629099******4321"})

    world = World(ledger=Naming())
    world.counter.scan("101")
    outcome: CardOutcome = await world.qr.scanned(CODE)

    assert isinstance(outcome, PaidInFull)
    assert "629099******4321" == outcome.tender.masked_pan


def _fields(approval: Approval) -> dict[str, object]:
    return {name: getattr(approval, name) for name in Approval.__dataclass_fields__}
