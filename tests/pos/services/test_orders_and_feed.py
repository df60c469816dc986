"""Orders come down the feed, are answered once and in time, and keep the line's state true."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from pos.domain.availability import Availability
from pos.domain.errors import LedgerSilent
from pos.domain.order import Order, OrderError, OrderLine, OrderState, OrderTooLate, OrderUnknown
from pos.domain.record import Record
from pos.domain.won import Won
from pos.ports import Change, FeedItem, FeedPage, PrintKind
from tests.fakes import NOON, ScriptedLedger
from tests.world import World


def an_order(number: str = "A1", minutes: int = 5) -> Order:
    return Order(
        channel="baedal-eum",
        number=number,
        short_number=number,
        placed_at=NOON,
        accept_by=NOON + timedelta(minutes=minutes),
        lines=(OrderLine("떡볶이", 2, Won(10_000), ("맵게",)),),
        total=Won(10_000),
        paid_in_app=True,
        disposables=False,
    )


class EndsTheTest(Exception):
    """Stops the endless feed."""


class Feed(ScriptedLedger):
    """Serves the pages (or raises them) in turn, then ends the test."""

    def __init__(self, *pages: FeedPage | LedgerSilent) -> None:
        super().__init__()
        self.script = list(pages)

    async def feed(self, cursor: str, *, wait_ms: int) -> FeedPage:
        await asyncio.sleep(0)
        if not self.script:
            raise EndsTheTest
        page = self.script.pop(0)
        if isinstance(page, LedgerSilent):
            raise page
        return page


async def follow(*pages: FeedPage | LedgerSilent) -> World:
    world = World(ledger=Feed(*pages))
    with pytest.raises(EndsTheTest):
        await world.feed.run()
    return world


def placed(number: str = "A1", **facts: int) -> FeedItem:
    return FeedItem("order.placed", order=an_order(number, **facts))


async def test_an_order_that_comes_twice_is_there_once() -> None:
    world = await follow(FeedPage("1", (placed(),)), FeedPage("2", (placed(), placed("A2"))))

    assert ["A1", "A2"] == sorted(order.number for order in world.orders.waiting())
    assert ["order.received", "order.received"] == world.store.kinds()
    assert "2" == world.store.cursor


async def test_the_most_urgent_order_stands_first() -> None:
    world = await follow(FeedPage("1", (placed("LATE", minutes=9), placed("SOON", minutes=2))))
    assert ["SOON", "LATE"] == [order.number for order in world.orders.waiting()]


async def test_accepting_is_durable_prints_a_ticket_and_is_forwarded_once() -> None:
    world = await follow(FeedPage("1", (placed(),)))

    order = await world.orders.accept("baedal-eum:A1")

    assert OrderState.ACCEPTED is order.state
    assert 20 == order.minutes
    assert [PrintKind.KITCHEN_TICKET] == [job.kind for job in world.store.jobs]
    assert ["order.accepted"] == [record.kind for record in world.store.waiting]
    with pytest.raises(OrderError):
        await world.orders.accept("baedal-eum:A1")
    with pytest.raises(OrderError):
        await world.orders.reject("baedal-eum:A1", "재료 소진")
    assert 1 == len(world.store.waiting)


async def test_two_presses_at_once_accept_once() -> None:
    world = await follow(FeedPage("1", (placed(),)))

    both = await asyncio.gather(
        world.orders.accept("baedal-eum:A1"),
        world.orders.accept("baedal-eum:A1"),
        return_exceptions=True,
    )

    assert 1 == len([each for each in both if isinstance(each, OrderError)])
    assert 1 == len(world.store.waiting)


async def test_an_order_past_its_deadline_or_unknown_is_refused() -> None:
    world = await follow(FeedPage("1", (placed(minutes=1),)))
    world.clock.time += timedelta(minutes=2)

    with pytest.raises(OrderTooLate):
        await world.orders.accept("baedal-eum:A1")
    with pytest.raises(OrderUnknown):
        await world.orders.reject("baedal-eum:NO", "")
    assert [] == world.store.waiting


async def test_a_cancelled_order_can_no_longer_be_accepted_and_does_not_come_back() -> None:
    gone = FeedItem("order.state", order_key="baedal-eum:A1", state=OrderState.CANCELLED)
    world = await follow(FeedPage("1", (placed(),)), FeedPage("2", (gone, gone, placed())))

    assert [] == world.orders.waiting()
    with pytest.raises(OrderError):
        await world.orders.accept("baedal-eum:A1")
    assert ["order.received", "order.closed"] == world.store.kinds()


async def test_orders_survive_a_restart() -> None:
    world = await follow(FeedPage("1", (placed(), placed("A2"))))
    await world.orders.accept("baedal-eum:A1", 30)

    await world.restart()

    assert ["A2"] == [order.number for order in world.orders.waiting()]
    assert {"A1": 30, "A2": None} == {o.number: o.minutes for o in world.orders.recent()}


async def test_a_silent_feed_turns_the_line_down_and_its_answer_turns_it_up() -> None:
    changes: list[bool] = []
    world = World(ledger=Feed(LedgerSilent(), LedgerSilent(), FeedPage("", ())))
    world.line.on_change(lambda: changes.append(world.line.up))

    with pytest.raises(EndsTheTest):
        await world.feed.run()

    assert [False, True] == changes
    assert 1 == world.sync.woken


async def test_a_cancel_that_comes_while_the_yes_is_being_written_stops_the_kitchen() -> None:
    world = await follow(FeedPage("1", (placed(),)))
    gone = FeedItem("order.state", order_key="baedal-eum:A1", state=OrderState.CANCELLED)
    real = world.store.commit

    async def slowly(change: Change) -> tuple[Record, ...]:
        world.store.commit = real  # type: ignore[method-assign]
        await world.feed._take_in("1", FeedPage("2", (gone,)))
        return await real(change)

    world.store.commit = slowly  # type: ignore[method-assign]
    taken = await world.orders.accept("baedal-eum:A1")

    assert taken.state is OrderState.CANCELLED
    subjects = [job.subject for job in world.store.jobs]
    assert subjects == ["baedal-eum:A1", "baedal-eum:A1:cancelled"]
    assert world.orders.unseen == {"baedal-eum:A1"}


async def test_a_refund_and_a_step_told_twice_are_written_once() -> None:
    back = FeedItem(
        "order.refund",
        order_key="baedal-eum:A1",
        reference="r1",
        amount=Won(3_000),
        commission_back=Won(30),
    )
    step = FeedItem("order.state", order_key="baedal-eum:A1", state=OrderState.ACCEPTED)
    world = await follow(FeedPage("1", (placed(), step, step, back)), FeedPage("2", (back, step)))
    assert ["order.received", "order.closed", "order.refunded"] == world.store.kinds()
    assert Won(7_000) == world.orders.recent()[0].left


async def test_an_order_whose_time_was_over_when_it_came_is_marked_and_asks_for_nothing() -> None:
    world = World(ledger=Feed(FeedPage("1", (placed("LATE", minutes=1), placed("SOON")))))
    world.clock.time += timedelta(minutes=2)
    with pytest.raises(EndsTheTest):
        await world.feed.run()
    assert ["SOON"] == [order.number for order in world.orders.waiting()]
    late = world.orders.find("baedal-eum:LATE")
    assert late is not None
    assert late.too_late
    with pytest.raises(OrderTooLate):
        await world.orders.accept("baedal-eum:LATE")


async def test_availability_survives_a_restart_and_ends_by_itself() -> None:
    world = await follow(FeedPage("1", (placed(),)))
    now = world.clock.now()
    await world.orders.set_availability(Availability().busy(15, now + timedelta(hours=1)))
    await world.restart()
    assert 35 == world.orders.usual_minutes
    world.clock.time += timedelta(hours=1)
    assert 20 == world.orders.usual_minutes
