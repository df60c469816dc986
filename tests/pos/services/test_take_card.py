"""A card payment from the key to the journal, with every way it can go wrong."""

from __future__ import annotations

import pytest

from pos.domain.card import Cryptogram
from pos.domain.errors import (
    AmountOutOfRange,
    CardRemoved,
    ForeignCard,
    LedgerRefused,
    LedgerSilent,
    LedgerUnreachable,
    NoCardInTime,
    PaymentPending,
    SaleEmpty,
    SaleHasTender,
    StoreUnavailable,
)
from pos.domain.payment import PaymentState
from pos.domain.payment_answers import DeclineReason
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from pos.ports import Change
from pos.services.take_card import (
    NotApproved,
    NotTaken,
    PaidInFull,
    PaidInPart,
    Stage,
    Unanswered,
)
from tests.fakes import LIMITS, MemoryStore, ScriptedLedger, ScriptedReader, good_card
from tests.world import World


async def test_an_approved_payment_closes_the_sale_with_what_the_ledger_said() -> None:
    world = World()
    world.counter.scan("8801234000024")

    outcome = await world.card.pay()

    assert isinstance(outcome, PaidInFull)
    assert Won(4_500) == outcome.record.total
    assert ApprovalMode.ONLINE is outcome.tender.mode
    assert Won(450) == outcome.tender.cashback
    assert not outcome.tender.cashback_is_estimate
    assert Won(100_000 - 4_500 + 450) == outcome.tender.balance
    assert () == world.counter.sale.lines
    assert ["sale_receipt"] == [job.kind for job in world.store.jobs]
    assert not world.store.jobs[0].open_drawer


async def test_the_intent_stands_before_the_card_and_the_request_before_the_line() -> None:
    seen: dict[str, list[str]] = {}

    class Reader(ScriptedReader):
        async def present(self, request):  # type: ignore[no-untyped-def]
            seen["card"] = world.store.kinds()
            return await super().present(request)

    class Ledger(ScriptedLedger):
        async def authorize(self, request, *, deadline_ms):  # type: ignore[no-untyped-def]
            seen["line"] = world.store.kinds()
            return await super().authorize(request, deadline_ms=deadline_ms)

    world = World(reader=Reader(), ledger=Ledger())
    world.counter.scan("101")
    await world.card.pay()

    assert ["payment.intended"] == seen["card"]
    assert ["payment.intended", "payment.sent"] == seen["line"]
    assert [
        "payment.intended",
        "payment.sent",
        "payment.approved",
        "sale.completed",
    ] == world.store.kinds()


@pytest.mark.parametrize("error", [NoCardInTime(), CardRemoved(), ForeignCard(brand="VISA")])
async def test_a_card_that_fails_leaves_the_sale_and_asks_nobody(error: NoCardInTime) -> None:
    world = World(reader=ScriptedReader(error))
    world.counter.scan("101")

    outcome = await world.card.pay()

    assert NotTaken(error) == outcome
    assert Won(5_000) == world.counter.sale.due
    assert {} == world.ledger.posted
    assert [PaymentState.ABANDONED] == [p.state for p in world.payments()]


async def test_a_poor_card_is_declined_with_its_balance_and_the_split_pays_the_rest() -> None:
    world = World(ledger=ScriptedLedger(balance=Won(3_000)))
    world.counter.scan("101")

    declined = await world.card.pay()
    assert isinstance(declined, NotApproved)
    assert DeclineReason.INSUFFICIENT_FUNDS is declined.decline.reason
    assert Won(3_000) == declined.decline.balance

    part = await world.card.pay(declined.decline.balance)
    assert isinstance(part, PaidInPart)
    assert Won(2_000) == part.due

    record = await world.cash.pay(Won(10_000))
    assert [Won(3_000), Won(2_000)] == [tender.amount for tender in record.tenders]
    assert Won(8_000) == record.tenders[1].change  # type: ignore[union-attr]
    assert world.store.jobs[-1].open_drawer


async def test_a_sale_given_up_after_a_part_reverses_that_part() -> None:
    world = World()
    world.counter.scan("101")
    await world.card.pay(Won(1_000))
    with pytest.raises(SaleHasTender):
        world.counter.scan("101")

    await world.counter.drop()

    assert [PaymentState.REVERSING] == [p.state for p in world.payments()]
    assert ["payment.reversal_asked"] == [r.kind for r in world.store.waiting]
    assert () == world.counter.sale.lines


async def test_a_lost_answer_is_asked_for_by_id_and_found() -> None:
    world = World(ledger=ScriptedLedger(fault_after=[LedgerSilent()]))
    world.counter.scan("101")
    stages: list[Stage] = []

    outcome = await world.card.pay(on_stage=stages.append)

    assert isinstance(outcome, PaidInFull)
    assert [Stage.TAP, Stage.ASKING, Stage.CHECKING] == stages
    assert 1 == len(world.ledger.posted)


async def test_a_silent_ledger_is_unknown_and_reversed_never_declined() -> None:
    ledger = ScriptedLedger(fault_after=[LedgerSilent()], outcome_fault=LedgerSilent())
    world = World(ledger=ledger)
    world.counter.scan("101")

    outcome = await world.card.pay()

    assert isinstance(outcome, Unanswered)
    assert not world.line.up
    assert [PaymentState.REVERSING] == [p.state for p in world.payments()]
    assert ["payment.reversal_asked"] == [r.kind for r in world.store.waiting]
    assert Won(5_000) == world.counter.sale.due


async def test_a_payment_the_ledger_has_not_seen_is_reversed_for_it_may_still_arrive() -> None:
    world = World(ledger=ScriptedLedger(fault_before=[LedgerSilent()]))
    world.counter.scan("101")

    assert isinstance(await world.card.pay(), Unanswered)
    assert [PaymentState.REVERSING] == [p.state for p in world.payments()]


async def test_no_connection_asks_for_the_card_once_more_and_approves_offline() -> None:
    world = World(ledger=ScriptedLedger(fault_before=[LedgerUnreachable()]))
    world.counter.scan("101")
    stages: list[Stage] = []

    outcome = await world.card.pay(on_stage=stages.append)

    assert isinstance(outcome, PaidInFull)
    assert ApprovalMode.OFFLINE_GUARANTEED is outcome.tender.mode
    assert outcome.tender.cashback_is_estimate
    assert None is outcome.tender.balance
    assert [Stage.TAP, Stage.ASKING, Stage.TAP_AGAIN] == stages
    assert [True, False] == [request.online for request in world.reader.requests]
    assert ["payment.offline_approved", "sale.completed"] == [r.kind for r in world.store.waiting]
    assert Won(5_000) == (await world.store.backlog()).amount


async def test_a_line_known_to_be_down_goes_offline_at_the_first_tap() -> None:
    world = World()
    world.line.failed(world.clock.now())
    world.counter.scan("101")

    outcome = await world.card.pay()

    assert isinstance(outcome, PaidInFull)
    assert [False] == [request.online for request in world.reader.requests]
    assert {} == world.ledger.posted


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        (good_card(genuine=False), DeclineReason.CARD_NOT_GENUINE),
        (good_card(expired=True), DeclineReason.CARD_EXPIRED),
        (good_card(cryptogram=Cryptogram.AAC), DeclineReason.CARD_DECLINED),
    ],
)
@pytest.mark.parametrize("up", [True, False])
async def test_a_bad_card_is_refused_without_asking(card, reason, up) -> None:  # type: ignore[no-untyped-def]
    world = World(reader=ScriptedReader(card))
    if not up:
        world.line.failed(world.clock.now())
    world.counter.scan("101")

    outcome = await world.card.pay()

    assert isinstance(outcome, NotApproved)
    assert reason is outcome.decline.reason
    assert [] == world.store.waiting


async def test_an_offline_card_over_its_amount_is_refused_unless_the_shop_takes_the_risk() -> None:
    class Wants(ScriptedReader):
        async def present(self, request):  # type: ignore[no-untyped-def]
            return good_card(offline_available=Won(0))

    refused = World(reader=Wants())
    refused.line.failed(refused.clock.now())
    refused.counter.scan("101")
    outcome = await refused.card.pay()
    assert isinstance(outcome, NotApproved)
    assert DeclineReason.OFFLINE_AMOUNT_EXCEEDED is outcome.decline.reason

    from dataclasses import replace

    risky = World(reader=Wants(), limits=replace(LIMITS, at_risk_allowed=True))
    risky.line.failed(risky.clock.now())
    risky.counter.scan("101")
    outcome = await risky.card.pay()
    assert isinstance(outcome, PaidInFull)
    assert ApprovalMode.OFFLINE_AT_RISK is outcome.tender.mode
    assert Won(5_000) == (await risky.store.backlog()).at_risk


async def test_a_refused_request_says_so_and_keeps_the_line() -> None:
    world = World(ledger=ScriptedLedger(fault_before=[LedgerRefused(reason="unknown_device")]))
    world.counter.scan("101")

    outcome = await world.card.pay()

    assert isinstance(outcome, NotTaken)
    assert world.line.up
    assert [PaymentState.ABANDONED] == [p.state for p in world.payments()]


async def test_amounts_outside_what_is_due_are_refused() -> None:
    world = World()
    with pytest.raises(SaleEmpty):
        await world.card.pay()
    world.counter.scan("101")
    for amount in (0, 5_001):
        with pytest.raises(AmountOutOfRange):
            await world.card.pay(Won(amount))
    assert [] == world.store.journal


async def test_a_second_payment_is_refused_while_one_waits_and_cancel_ends_the_wait() -> None:
    import asyncio

    world = World(reader=ScriptedReader(None))
    world.counter.scan("101")
    waiting = asyncio.create_task(world.card.pay())
    await asyncio.sleep(0.01)

    with pytest.raises(PaymentPending):
        await world.card.pay()
    with pytest.raises(PaymentPending):
        world.counter.scan("101")
    await world.card.cancel()

    assert isinstance(await waiting, NotTaken)
    world.counter.scan("101")


async def test_a_disk_that_fails_at_the_intent_touches_neither_card_nor_line() -> None:
    world = World()
    world.counter.scan("101")
    world.store.fail_next = StoreUnavailable(reason="disk full")

    with pytest.raises(StoreUnavailable):
        await world.card.pay()

    assert [] == world.reader.requests
    assert {} == world.ledger.posted
    assert Won(5_000) == world.counter.sale.due


async def test_a_disk_that_fails_at_the_answer_is_resolved_by_the_restart() -> None:
    class FailsThird(MemoryStore):
        commits = 0

        async def commit(self, change: Change):  # type: ignore[no-untyped-def]
            self.commits += 1
            if self.commits == 3:
                raise StoreUnavailable(reason="disk full")
            return await super().commit(change)

    world = World(store=FailsThird())
    world.counter.scan("101")
    with pytest.raises(StoreUnavailable):
        await world.card.pay()

    recovered = await world.restart()

    assert [Won(5_000)] == [sale.total for sale in recovered.completed]
    assert 1 == len(world.ledger.posted)
