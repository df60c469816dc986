"""Calls a rider for an order, once, and follows him. Never twice: what was asked is written first.

The wish is durable before the agency hears of it, and goes again under the same name until it has
answered; so a crash between the two, or an answer that is lost, calls nobody a second time.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from pos.domain.errors import IeumError
from pos.domain.events import KINDS, from_record, to_record
from pos.domain.order import ENDED, NEXT, Order, OrderState, OrderUnknown, already
from pos.domain.rider import (
    ENDED as RIDER_ENDED,
)
from pos.domain.rider import (
    Rider,
    RiderAsked,
    RiderCalled,
    RiderCancelAsked,
    RiderEvent,
    RiderMoved,
    RiderState,
    RiderUnderWay,
    can_cancel,
    follow,
)
from pos.ports import Change, Clock, Store
from pos.ports.rider import AgencySilent, RiderAgency, RiderWish, RiderWord
from pos.services.handle_orders import OrderDesk
from pos.services.order_book import ORDERS_KEPT
from pos.services.order_papers import rider_slip

RIDER_KINDS = tuple(kind for kind in KINDS if kind.startswith("rider."))
POLL_MS = 5_000
BACK_OFF_MS = (1_000, 2_000, 5_000, 15_000)


class RiderDesk:
    """Riders by order; `run` is a task of the composition root's. Without an agency, none is called."""

    def __init__(
        self, *, store: Store, orders: OrderDesk, clock: Clock, agency: RiderAgency | None = None
    ) -> None:
        self._store = store
        self._orders = orders
        self._clock = clock
        self._agency = agency
        self._riders: dict[str, Rider] = {}
        self._writing: set[str] = set()
        self._woken = asyncio.Event()

    @property
    def has_agency(self) -> bool:
        """Tell whether a rider can be called at all."""
        return self._agency is not None

    async def load(self) -> None:
        """Rebuild the riders from the journal's last days."""
        now = self._clock.now()
        start, end = now - ORDERS_KEPT, now + timedelta(days=1)
        self._riders = {}
        for record in await self._store.records_between(start, end, RIDER_KINDS):
            event = from_record(record)
            if isinstance(event, RiderEvent):
                follow(self._riders, event)
        self._woken.set()

    def find(self, order_key: str) -> Rider | None:
        """Return an order's rider, or None."""
        return self._riders.get(order_key)

    async def call(self, order_key: str) -> Rider:
        """Have a rider called, and print his slip.

        Raises:
            OrderUnknown, OrderError: the order is not accepted, or has ended.
            RiderCalled: one was called before.
            StoreUnavailable: nothing was written, nobody is called.
        """
        order = self._accepted(order_key)
        if order_key in self._riders or order_key in self._writing:
            raise RiderCalled(number=order.short_number)
        self._writing.add(order_key)
        try:
            asked = RiderAsked(order_key, self._clock.now())
            change = Change(records=(to_record(asked),), print_jobs=(rider_slip(order),))
            await self._store.commit(change)
            follow(self._riders, asked)
        finally:
            self._writing.discard(order_key)
        self._woken.set()
        return self._riders[order_key]

    async def cancel(self, order_key: str) -> None:
        """Have the rider cancelled; only before he has the food.

        Raises:
            RiderUnderWay: he has it, or none was called.
            StoreUnavailable: nothing was written.
        """
        rider, order = self._riders.get(order_key), self._orders.find(order_key)
        if not can_cancel(rider):
            why = "아직 부르지 않음 / none was called" if rider is None else "이미 출발 / under way"
            raise RiderUnderWay(number=order.short_number if order else order_key[:20], why=why)
        await self._write(RiderCancelAsked(order_key, self._clock.now()))
        self._woken.set()

    async def run(self) -> None:
        """Ask, cancel and follow for ever.

        Raises:
            StoreError: the terminal's own record fails; selling stops.
        """
        silences = 0
        while True:
            self._woken.clear()
            try:
                await self.look()
                silences = 0
                pause_ms = POLL_MS
            except AgencySilent:
                pause_ms = BACK_OFF_MS[min(silences, len(BACK_OFF_MS) - 1)]
                silences += 1
            if any(each.state not in RIDER_ENDED for each in self._riders.values()):
                await self._clock.sleep_ms(pause_ms)
            else:
                await self._woken.wait()

    async def look(self) -> None:
        """Ask the agency once about every rider that is not at the end of his way.

        Raises:
            AgencySilent: no answer; the rest is asked at the next look.
        """
        if self._agency is None:
            return
        for rider in list(self._riders.values()):
            if rider.state in RIDER_ENDED:
                continue
            word = await self._ask(self._agency, rider)
            if word is not None:
                await self._take(rider, word)

    async def _ask(self, agency: RiderAgency, rider: Rider) -> RiderWord | None:
        order = self._orders.find(rider.order_key)
        stopped = (
            order is not None and order.state in ENDED and order.state is not OrderState.DELIVERED
        )
        if rider.cancelling or (stopped and can_cancel(rider)):
            return await agency.cancel(rider.order_key)
        if rider.told:
            return await agency.status(rider.order_key)
        if order is None:
            return None
        wish = RiderWish(order.key, order.short_number, order.minutes or 0, order.to_collect.amount)
        return await agency.request(wish)

    async def _take(self, rider: Rider, word: RiderWord) -> None:
        changed = word.state is not rider.state or (word.name and word.name != rider.name)
        if changed or not rider.told or rider.cancelling:
            now = self._clock.now()
            await self._write(RiderMoved(rider.order_key, word.state, word.name, now))
        await self._move_order(rider.order_key, word.state)

    async def _move_order(self, order_key: str, state: RiderState) -> None:
        """The order goes with its rider, as far as it may: door money keeps it open."""
        wanted = {
            RiderState.PICKED_UP: OrderState.PICKED_UP,
            RiderState.DELIVERED: OrderState.DELIVERED,
        }.get(state)
        order = self._orders.find(order_key)
        if wanted is None or order is None or order.state in (*ENDED, wanted):
            return
        with suppress(IeumError):  # The screen shows where both stand.
            await self._orders.move(order_key, wanted)

    async def _write(self, event: RiderEvent) -> None:
        await self._store.commit(Change(records=(to_record(event),)))
        follow(self._riders, event)

    def _accepted(self, order_key: str) -> Order:
        order = self._orders.find(order_key)
        if order is None:
            raise OrderUnknown(key=order_key[:40])
        if order.state not in NEXT:
            raise already(order)
        return order
