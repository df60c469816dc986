"""A card payment from the key to the journal, with every way it can go wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pos.domain.card import CardRead, CardUpdate, Cryptogram
from pos.domain.codec import decode
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
from pos.domain.events import CardNotTold
from pos.domain.identifiers import TransactionId
from pos.domain.payment import PaymentState
from pos.domain.payment_answers import DeclineReason
from pos.domain.payment_events import OfflineApproved
from pos.domain.receipt_body import ReceiptBody
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from pos.ports import CardRequest, Change
from pos.services.card_outcome import (
    NotApproved,
    NotTaken,
    PaidInFull,
    PaidInPart,
    Stage,
    Unanswered,
)
from tests.fakes import (
    LIMITS,
    MemoryStore,
    PowerCut,
    ScriptedLedger,
    ScriptedReader,
    good_card,
)
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


OPEN = replace(LIMITS, at_risk_allowed=True, permission_above=Won(5_000))


def at_risk_world(*cards: CardRead) -> World:
    """Return a terminal whose line is down and whose cards do not approve by themselves."""
    world = World(limits=OPEN, reader=AskingReader(*cards))
    world.line.failed(world.clock.now())
    return world


class AskingReader(ScriptedReader):
    """Hands the card on as it is: it wants the ledger asked."""

    async def present(self, request: CardRequest) -> CardRead:
        self.requests.append(request)
        answer = self.script.pop(0) if self.script else good_card()
        assert isinstance(answer, CardRead)
        return answer


async def test_a_risk_up_to_the_limit_needs_nobodys_word_and_above_it_somebodys() -> None:
    world = at_risk_world()
    world.counter.scan("101")  # 5,000 won: the limit itself.
    assert isinstance(await world.card.pay(), PaidInFull)

    asked: list[Won] = []

    async def cashier(amount: Won) -> str:
        asked.append(amount)
        return "김이음"

    world.counter.scan("101")
    world.counter.scan("8801234000017")
    outcome = await world.card.pay(permit=cashier)
    assert isinstance(outcome, PaidInFull)
    assert asked == [Won(6_500)]
    events = [e for e in world.events() if isinstance(e, OfflineApproved)]
    assert [e.permitted_by for e in events] == ["", "김이음"]
    assert [e.mode for e in events] == [ApprovalMode.OFFLINE_AT_RISK] * 2


async def test_a_risk_that_nobody_answers_for_is_refused_and_the_sale_stays() -> None:
    world = at_risk_world()
    world.counter.scan("101")
    world.counter.scan("8801234000017")
    outcome = await world.card.pay()
    assert isinstance(outcome, NotApproved)
    assert outcome.decline.reason is DeclineReason.OFFLINE_NOT_PERMITTED
    assert world.counter.sale.due == Won(6_500)


async def test_a_card_that_comes_too_often_is_refused_even_after_it_was_sent() -> None:
    world = at_risk_world()
    for _ in range(3):
        world.counter.scan("8801234000017")
        assert isinstance(await world.card.pay(), PaidInFull)
    world.store.waiting.clear()  # All sent.
    world.counter.scan("8801234000017")
    outcome = await world.card.pay()
    assert isinstance(outcome, NotApproved)
    assert outcome.decline.reason is DeclineReason.OFFLINE_TOO_OFTEN
    world.clock.time += timedelta(hours=1, seconds=1)
    assert isinstance(await world.card.pay(), PaidInFull)


@pytest.mark.parametrize("cryptogram", [Cryptogram.TC, Cryptogram.ARQC])
async def test_a_stopped_card_is_refused_without_the_line(cryptogram: Cryptogram) -> None:
    world = at_risk_world(good_card(cryptogram=cryptogram, hotlisted=True))
    world.counter.scan("8801234000017")
    outcome = await world.card.pay()
    assert isinstance(outcome, NotApproved)
    assert outcome.decline.reason is DeclineReason.CARD_HOTLISTED


async def test_a_receipt_carries_the_advices_of_its_offline_payments_and_only_those() -> None:
    world = World()
    world.line.failed(world.clock.now())
    world.counter.scan("101")
    assert isinstance(await world.card.pay(Won(2_000)), PaidInPart)
    assert isinstance(await world.card.pay(), PaidInFull)
    body = decode(ReceiptBody, dict(world.store.jobs[-1].body))
    events = [e for e in world.events() if isinstance(e, OfflineApproved)]
    assert list(body.advices) == events
    assert len(events) == 2

    world.line.answered(world.clock.now())
    world.counter.scan("101")
    assert isinstance(await world.card.pay(), PaidInFull)
    assert decode(ReceiptBody, dict(world.store.jobs[-1].body)).advices == ()
    await world.reprint.last_receipt()
    assert world.store.jobs[-1].reprint


FOR_CARD = "9108" + "0102030400800000"


class Watching(ScriptedReader):
    """Notes what was durable when the card was given its answer."""

    def __init__(self, store: MemoryStore, update: CardUpdate | None = None) -> None:
        super().__init__()
        self._store = store
        self.update = update or self.update
        self.durable: list[list[str]] = []

    async def complete(self, payment_id: TransactionId, for_card: bytes | None) -> CardUpdate:
        self.durable.append(self._store.kinds())
        return await super().complete(payment_id, for_card)


def told_world(update: CardUpdate | None = None) -> tuple[World, Watching]:
    store = MemoryStore()
    reader = Watching(store, update)
    world = World(store=store, reader=reader, ledger=ScriptedLedger(for_card=FOR_CARD))
    world.counter.scan("101")
    return world, reader


async def test_the_card_gets_its_answer_once_the_sale_is_durable() -> None:
    world, reader = told_world()
    outcome = await world.card.pay()
    assert isinstance(outcome, PaidInFull)
    payment_id = outcome.tender.payment_id
    # The second time it is let go, which it is already.
    assert reader.told == [(payment_id, bytes.fromhex(FOR_CARD)), (payment_id, None)]
    assert reader.durable[0][-2:] == ["payment.approved", "sale.completed"]


async def test_what_is_said_to_the_card_is_not_kept_in_the_journal() -> None:
    world, _ = told_world()
    await world.card.pay()
    assert all(FOR_CARD not in str(record.body) for record in world.store.journal)


@pytest.mark.parametrize(
    "update",
    [
        CardUpdate(),
        CardUpdate(reached=True, authenticated=False),
        CardUpdate(reached=True, authenticated=True, script_results="20000000011100000002"),
        CardUpdate(reached=False, authenticated=True, script_results="0000000001"),
    ],
)
async def test_a_card_that_would_not_take_it_is_noted_and_the_sale_stands(
    update: CardUpdate,
) -> None:
    world, _ = told_world(update)
    outcome = await world.card.pay()
    assert isinstance(outcome, PaidInFull)
    noted = [each for each in world.events() if isinstance(each, CardNotTold)]
    assert [(each.payment_id, each.update) for each in noted] == [
        (outcome.tender.payment_id, update)
    ]
    assert world.store.kinds()[-1] == "card.not_told"
    assert (await world.restart()).completed == ()


async def test_a_store_that_fails_at_that_note_undoes_no_sale() -> None:
    world, reader = told_world(CardUpdate())

    async def fails(payment_id: TransactionId, for_card: bytes | None) -> CardUpdate:
        world.store.fail_next = StoreUnavailable(reason="full")
        return CardUpdate()

    reader.complete = fails  # type: ignore[method-assign]
    assert isinstance(await world.card.pay(), PaidInFull)
    assert world.payments()[0].state is PaymentState.APPROVED


async def test_a_card_that_gets_no_yes_is_told_no_and_let_go() -> None:
    store = MemoryStore()
    reader = Watching(store)
    world = World(store=store, reader=reader, ledger=ScriptedLedger(balance=Won(1)))
    world.counter.scan("101")
    assert isinstance(await world.card.pay(), NotApproved)
    assert [for_card for _, for_card in reader.told] == [None]

    world.ledger.fault_before = [LedgerUnreachable()]
    assert isinstance(await world.card.pay(), PaidInFull)  # Offline, at the second tap.
    assert [for_card for _, for_card in reader.told] == [None, None]


async def test_an_answer_heard_late_still_reaches_the_card() -> None:
    world, reader = told_world()
    world.ledger.fault_after = [LedgerSilent()]
    assert isinstance(await world.card.pay(), PaidInFull)
    assert reader.told[0][1] == bytes.fromhex(FOR_CARD)


async def test_after_a_restart_the_card_is_gone_and_its_answer_is_not_kept() -> None:
    world, _ = told_world()
    world.store.die_after_commits = 2
    with pytest.raises(PowerCut):
        await world.card.pay()
    world.store.die_after_commits = None
    assert len((await world.restart()).completed) == 1
    assert all(FOR_CARD not in str(record.body) for record in world.store.journal)
