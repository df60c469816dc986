"""A rider is called once, whatever is lost or dies in between, and cancelled only before pick-up."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from drivers.simulators.rider import SimulatedAgency
from pos.domain.order import OrderError, OrderState
from pos.domain.order_events import OrderClosed, OrderReceived
from pos.domain.rider import RiderCalled, RiderState, RiderUnderWay
from pos.ports import FeedItem, FeedPage, PrintKind
from pos.ports.rider import AgencySilent
from pos.services.call_rider import RiderDesk
from tests.fakes import PowerCut
from tests.pos.services.test_orders_and_feed import an_order
from tests.world import World

KEY = an_order().key


class Shop:
    """A till with one accepted order and an agency."""

    def __init__(self) -> None:
        self.world = World()
        self.agency = SimulatedAgency(self.world.clock)
        self.riders = self.desk()

    def desk(self) -> RiderDesk:
        world = self.world
        return RiderDesk(
            store=world.store, orders=world.orders, clock=world.clock, agency=self.agency
        )

    async def open(self) -> Shop:
        page = FeedPage("1", (FeedItem("order.placed", order=an_order()),))
        await self.world.feed._take_in("", page)
        await self.world.orders.accept(KEY)
        return self

    async def restart(self) -> None:
        await self.world.restart()
        self.riders = self.desk()
        await self.riders.load()

    def state(self) -> tuple[RiderState | None, OrderState]:
        rider, order = self.riders.find(KEY), self.world.orders.find(KEY)
        assert order is not None
        return rider and rider.state, order.state

    def pass_time(self, seconds: int) -> None:
        self.world.clock.time += timedelta(seconds=seconds)


async def test_two_presses_call_one_rider_and_print_one_slip() -> None:
    shop = await Shop().open()
    both = await asyncio.gather(
        shop.riders.call(KEY), shop.riders.call(KEY), return_exceptions=True
    )
    await shop.riders.look()
    assert sum(isinstance(each, RiderCalled) for each in both) == 1
    assert shop.agency.calls == {KEY: 1}
    assert [job.kind for job in shop.world.store.jobs].count(PrintKind.RIDER_SLIP) == 1


async def test_a_crash_after_the_write_and_before_the_sending_calls_him_at_the_next_start() -> None:
    shop = await Shop().open()
    await shop.riders.call(KEY)  # Written; the process dies before its task has run.
    await shop.restart()
    await shop.riders.look()
    await shop.riders.look()
    assert shop.agency.calls == {KEY: 1}


async def test_a_crash_before_the_write_calls_nobody() -> None:
    shop = await Shop().open()
    shop.world.store.die_after_commits = 0
    with pytest.raises(PowerCut):
        await shop.riders.call(KEY)
    shop.world.store.die_after_commits = None
    await shop.restart()
    await shop.riders.look()
    assert shop.agency.calls == {}


async def test_an_answer_that_is_lost_or_not_written_down_calls_nobody_again() -> None:
    shop = await Shop().open()
    await shop.riders.call(KEY)
    shop.agency.lost = 1
    with pytest.raises(AgencySilent):
        await shop.riders.look()
    shop.world.store.die_after_commits = 0  # Answered; the power goes before that stands.
    with pytest.raises(PowerCut):
        await shop.riders.look()
    shop.world.store.die_after_commits = None
    await shop.restart()
    await shop.riders.look()
    assert shop.agency.calls == {KEY: 1}
    with pytest.raises(RiderCalled):
        await shop.riders.call(KEY)


async def test_the_order_goes_with_its_rider() -> None:
    shop = await Shop().open()
    await shop.riders.call(KEY)
    seen = []
    for seconds in (0, 30, 100, 200, 600):
        shop.pass_time(seconds)
        await shop.riders.look()
        seen.append(shop.state())
    assert seen == [
        (RiderState.REQUESTED, OrderState.ACCEPTED),
        (RiderState.ASSIGNED, OrderState.ACCEPTED),
        (RiderState.ARRIVED, OrderState.ACCEPTED),
        (RiderState.PICKED_UP, OrderState.PICKED_UP),
        (RiderState.DELIVERED, OrderState.DELIVERED),
    ]


async def test_he_is_cancelled_before_pick_up_only() -> None:
    shop = await Shop().open()
    with pytest.raises(RiderUnderWay):
        await shop.riders.cancel(KEY)
    await shop.riders.call(KEY)
    await shop.riders.cancel(KEY)
    await shop.riders.look()
    assert shop.state()[0] is RiderState.CANCELLED
    assert shop.agency.calls == {}  # Cancelled before the agency had heard: nobody sets out.

    late = await Shop().open()
    await late.riders.call(KEY)
    await late.riders.look()
    late.pass_time(400)
    await late.riders.cancel(KEY)  # He has left meanwhile; only the agency knows.
    await late.riders.look()
    assert late.state()[0] is RiderState.PICKED_UP
    with pytest.raises(RiderUnderWay):
        await late.riders.cancel(KEY)


async def test_an_order_that_the_customer_cancels_calls_its_rider_back() -> None:
    shop = await Shop().open()
    await shop.riders.call(KEY)
    await shop.riders.look()
    shop.world.orders.take_in([OrderClosed(KEY, OrderState.CANCELLED, shop.world.clock.now())])
    await shop.riders.look()
    assert shop.state() == (RiderState.CANCELLED, OrderState.CANCELLED)


async def test_none_is_called_for_an_order_that_was_not_accepted() -> None:
    shop = Shop()
    shop.world.orders.take_in([OrderReceived(an_order(), shop.world.clock.now())])
    with pytest.raises(OrderError):
        await shop.riders.call(KEY)
