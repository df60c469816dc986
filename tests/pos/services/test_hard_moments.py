"""Moments between two commits, where a won could be lost or doubled: keys, disks, clocks, wrong answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from pos.domain.errors import (
    CardCancelled,
    LedgerSilent,
    PaymentPending,
    StoreUnavailable,
    TerminalNotAccepted,
)
from pos.domain.events import from_record, to_record
from pos.domain.forwarding import ForwardOutcome, ForwardStatus, follow_up
from pos.domain.order import Order, OrderLine, OrderState
from pos.domain.payment import PaymentState
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.record import Record
from pos.domain.won import ZERO, Won
from pos.ports import (
    AuthorizationRequest,
    CardRequest,
    Change,
    FeedItem,
    FeedPage,
)
from pos.services.card_outcome import (
    NotTaken,
    PaidInPart,
    Unanswered,
)
from tests.fakes import LIMITS, NOON, MemoryStore, ScriptedLedger, ScriptedReader
from tests.world import World


class SlowStore(MemoryStore):
    """As the real one: the caller waits for the disk."""

    delay_s = 0.0

    async def commit(self, change: Change) -> tuple[Record, ...]:
        made = await super().commit(change)
        await asyncio.sleep(self.delay_s)
        return made


async def test_while_a_sale_is_being_dropped_no_money_is_taken_on_it() -> None:
    store = SlowStore()
    world = World(store=store)
    world.counter.scan("101")
    await world.card.pay(Won(4_000))
    store.delay_s = 0.02
    drop = asyncio.create_task(world.counter.drop())
    await asyncio.sleep(0.005)
    with pytest.raises(PaymentPending):
        await world.cash.pay()
    with pytest.raises(PaymentPending):
        world.counter.scan("101")
    with pytest.raises(PaymentPending):
        await world.counter.drop()
    await drop
    kinds = store.kinds()
    assert kinds.count("payment.reversal_asked") == kinds.count("sale.dropped") == 1
    assert "sale.completed" not in kinds
    assert world.counter.sale.lines == ()
    assert not world.counter.paying


async def test_a_draft_of_a_dropped_sale_never_comes_back() -> None:
    world = World()
    world.counter.scan("101")
    await world.card.pay(Won(4_000))
    part_paid = world.counter.sale
    await world.counter.drop()
    await world.store.commit(Change(draft=part_paid))  # A late draft, and the power goes.
    await world.restart()
    assert world.counter.sale.lines == ()
    assert world.counter.sale.paid == ZERO


async def test_after_a_payment_could_not_be_written_nothing_more_is_taken() -> None:
    world = World()
    world.counter.scan("101")
    world.store.fail_next = StoreUnavailable(reason="disk error")
    with pytest.raises(StoreUnavailable):
        await world.card.pay()
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await world.cash.pay()
    with pytest.raises(StoreUnavailable):
        world.counter.scan("101")


async def test_an_approval_of_another_amount_is_given_back_not_taken() -> None:
    class OtherAmount(ScriptedLedger):
        async def authorize(
            self, request: AuthorizationRequest, *, deadline_ms: int
        ) -> Approval | Decline:
            self._post(request.payment_id, Won(1_000), request.at)
            raise LedgerSilent()

    world = World(ledger=OtherAmount())
    world.counter.scan("101")
    assert isinstance(await world.card.pay(), Unanswered)
    assert world.payments()[0].state is PaymentState.REVERSING
    assert world.counter.sale.paid == ZERO


async def test_cancelling_before_the_reader_waits_is_not_lost() -> None:
    class AsReal(ScriptedReader):
        """Its cancel does nothing while nobody is being waited for."""

        async def present(self, request: CardRequest) -> object:  # type: ignore[override]
            raise AssertionError("the card was asked for after the cancel")

        async def cancel(self) -> None:
            return

    store = SlowStore()
    world = World(store=store, reader=AsReal())
    world.counter.scan("101")
    store.delay_s = 0.02
    pay = asyncio.create_task(world.card.pay())
    await asyncio.sleep(0.005)
    await world.card.cancel()
    outcome = await pay
    assert isinstance(outcome, NotTaken)
    assert isinstance(outcome.error, CardCancelled)
    assert store.kinds()[-1] == "payment.abandoned"


async def test_a_terminal_the_ledger_does_not_know_takes_no_card_offline() -> None:
    class Revoked(ScriptedLedger):
        async def authorize(
            self, request: AuthorizationRequest, *, deadline_ms: int
        ) -> Approval | Decline:
            raise TerminalNotAccepted(reason="unauthorized")

        async def feed(self, cursor: str, *, wait_ms: int) -> FeedPage:
            await asyncio.sleep(0.001)
            raise TerminalNotAccepted(reason="unauthorized")

    world = World(ledger=Revoked())
    feed = asyncio.create_task(world.feed.run())
    await asyncio.sleep(0.02)
    world.counter.scan("101")
    outcome = await world.card.pay()
    feed.cancel()
    assert isinstance(outcome, NotTaken)
    assert outcome.error.code == "L04"
    assert "payment.offline_approved" not in world.store.kinds()


def an_order() -> Order:
    return Order(
        channel="baedal-eum",
        number="1",
        short_number="B001",
        placed_at=NOON,
        accept_by=NOON + timedelta(minutes=5),
        lines=(OrderLine("x", 1, Won(15_000)),),
        total=Won(15_000),
        paid_in_app=True,
        disposables=False,
    )


async def test_a_cancellation_during_the_acceptance_stands() -> None:
    store = SlowStore()
    world = World(store=store)
    order = an_order()
    await world.feed._take_in("", FeedPage("1", (FeedItem("order.placed", order=order),)))
    store.delay_s = 0.03
    accept = asyncio.create_task(world.orders.accept(order.key))
    await asyncio.sleep(0.005)
    store.delay_s = 0
    cancelled = FeedItem("order.state", order_key=order.key, state=OrderState.CANCELLED)
    await world.feed._take_in("1", FeedPage("2", (cancelled,)))
    await accept
    assert world.orders.recent()[0].state is OrderState.CANCELLED


async def settle(world: World, outcome: ForwardOutcome) -> None:
    record = next(r for r in world.store.waiting if r.sequence == outcome.sequence)
    event = follow_up(from_record(record), outcome, NOON)
    assert event is not None
    await world.store.commit(Change(records=(to_record(event),), settled=(outcome,)))


async def test_an_acceptance_the_ledger_declines_is_no_turnover() -> None:
    world = World()
    order = an_order()
    await world.feed._take_in("", FeedPage("1", (FeedItem("order.placed", order=order),)))
    await world.orders.accept(order.key)
    assert (await world.day.show()).summary.orders.amount == Won(15_000)
    await settle(world, ForwardOutcome(world.store.waiting[-1].sequence, ForwardStatus.DECLINED))
    day = (await world.day.show()).summary
    assert (day.orders.count, day.orders.amount) == (0, ZERO)
    gone = FeedItem("order.state", order_key=order.key, state=OrderState.CANCELLED)
    await world.feed._take_in("1", FeedPage("2", (gone,)))  # How it ended, the feed says.
    await world.orders.load()
    assert world.orders.recent()[0].state is OrderState.CANCELLED


async def test_the_receivable_of_a_dropped_sale_goes_with_it() -> None:
    world = World(limits=replace(LIMITS, at_risk_allowed=True))
    world.counter.scan("101")
    world.line.failed(NOON)
    assert isinstance(await world.card.pay(Won(4_000)), PaidInPart)
    decline = Decline(DeclineReason.CARD_BLOCKED)
    sequence = world.store.waiting[-1].sequence
    await settle(world, ForwardOutcome(sequence, ForwardStatus.DECLINED, decline=decline))
    assert (await world.day.show()).summary.receivable.amount == Won(4_000)
    await world.counter.drop()
    assert (await world.day.show()).summary.receivable.amount == ZERO
    assert world.payments()[0].state is PaymentState.REVERSING


async def test_an_estimate_counts_no_more_once_the_ledger_has_spoken() -> None:
    world = World()
    world.counter.scan("101")
    world.line.failed(NOON)
    await world.card.pay()
    assert (await world.day.show()).summary.cashback_estimated == Won(500)
    record = next(r for r in world.store.waiting if r.kind == "payment.offline_approved")
    approval = Approval(Won(5_000), "1", "R", NOON, (), Won(450), Won(0))
    await settle(world, ForwardOutcome(record.sequence, ForwardStatus.ACCEPTED, approval=approval))
    day = (await world.day.show()).summary
    assert (day.cashback, day.cashback_estimated) == (Won(450), ZERO)
