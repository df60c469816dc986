"""The delivery orders: answered once and in time, moved on, given back. Never accepts one by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pos.domain.availability import Availability, AvailabilitySet
from pos.domain.events import to_record
from pos.domain.order import (
    ENDED_WITHOUT_FOOD,
    NEXT,
    Order,
    OrderError,
    OrderPaid,
    OrderState,
    advance,
    check_answerable,
    check_refund,
    check_step,
)
from pos.domain.order_door import check_door
from pos.domain.order_events import (
    OrderAccepted,
    OrderDoorAsked,
    OrderEvent,
    OrderLeftUnpaid,
    OrderMoved,
    OrderRefundAsked,
    OrderRejected,
)
from pos.domain.won import Won
from pos.ports import Change, Clock, NewPrintJob, PrintKind, PrintSpool, Store, SyncEngine
from pos.services.ids import IdSource
from pos.services.order_book import OrderBook
from pos.services.order_papers import kitchen_ticket, order_body, stop_ticket

Answer = (
    OrderAccepted | OrderRejected | OrderMoved | OrderRefundAsked | OrderLeftUnpaid | OrderDoorAsked
)
USUAL_MINUTES = 20


class OrderDesk(OrderBook):
    """The orders, and the shop's answers: to the journal first, then to the ledger."""

    def __init__(
        self,
        *,
        store: Store,
        spool: PrintSpool,
        sync: SyncEngine,
        ids: IdSource,
        clock: Clock,
        usual_minutes: int = USUAL_MINUTES,
        also_print: tuple[PrintKind, ...] = (),
    ) -> None:
        super().__init__(store, clock)
        self._spool = spool
        self._sync = sync
        self._ids = ids
        self._usual_minutes = usual_minutes
        self._also_print = also_print
        self._busy: set[str] = set()

    @property
    def usual_minutes(self) -> int:
        """What one key promises now: the usual minutes, and more while the shop is busy."""
        return self._usual_minutes + self.availability.extra_minutes(self._clock.now())

    # Answers --------------------------------------------------------------------------------

    async def accept(self, key: str, minutes: int | None = None) -> Order:
        """Take an order, ready in so many minutes (the usual ones if None), and print its ticket.

        Raises:
            OrderUnknown, OrderError, OrderTooLate: it can't be answered.
            StoreUnavailable: nothing was written; the order is still to be answered.
        """
        promised = self.usual_minutes if minutes is None else minutes
        with self._holding(key) as order:
            now = self._clock.now()
            check_answerable(order, now)
            accepted = OrderAccepted(self._ids.next(), key, order.total, promised, now)
            taking = advance(order, OrderState.ACCEPTED, promised)
            body = order_body(taking)
            others = (NewPrintJob(kind, key, body) for kind in self._also_print)
            await self._write(accepted, kitchen_ticket(taking), *others)
        taken = self._moved(accepted)
        if (
            taken.state in ENDED_WITHOUT_FOOD
        ):  # Cancelled while this was being written: that stands.
            self.unseen.add(key)
            await self._store.commit(Change(print_jobs=(stop_ticket(order),)))
            self._spool.wake()
        return taken

    async def reject(self, key: str, reason: str) -> Order:
        """Turn an order down.

        Raises:
            OrderUnknown, OrderError, OrderTooLate, StoreUnavailable: as `accept`.
        """
        with self._holding(key) as order:
            check_answerable(order, self._clock.now())
            rejected = OrderRejected(self._ids.next(), key, reason, self._clock.now())
            await self._write(rejected)
        return self._moved(rejected)

    # An accepted order's further life -------------------------------------------------------

    async def move(self, key: str, state: OrderState | None = None) -> Order:
        """Move an accepted order on, to the next state if None.

        Raises:
            OrderUnknown, OrderError: it can't be moved there.
            OrderUnpaid: it would be closed without its door money.
            StoreUnavailable: nothing was written.
        """
        with self._holding(key) as order:
            wanted = state or NEXT.get(order.state, order.state)
            check_step(order, wanted)
            moved = OrderMoved(key, wanted, self._clock.now())
            await self._write(moved)
        return self._moved(moved)

    async def give_back(self, key: str, amount: Won | None, reason: str) -> Order:
        """Give a part of an accepted order back, or cancel it (None): an advice to the ledger.

        Raises:
            OrderUnknown, OrderError, RefundTooLarge: it can't be.
            StoreUnavailable: nothing was written.
        """
        with self._holding(key) as order:
            cancels = amount is None and order.state is not OrderState.DELIVERED
            wanted = order.left if amount is None else amount
            check_refund(order, wanted)
            now = self._clock.now()
            asked = OrderRefundAsked(self._ids.next(), key, wanted, reason, cancels, now)
            stop = (stop_ticket(order),) if cancels else ()
            await self._write(asked, *stop)
        return self._moved(asked)

    async def leave_unpaid(self, key: str, reason: str) -> Order:
        """Note why an order's door money was never taken, so that it can be closed.

        Raises:
            OrderUnknown: no such order.
            OrderPaid: nothing is to be taken for it.
            StoreUnavailable: nothing was written.
        """
        with self._holding(key) as order:
            if not order.to_collect:
                raise OrderPaid(number=order.short_number)
            left = OrderLeftUnpaid(key, order.to_collect, reason, self._clock.now())
            await self._write(left)
        return self._moved(left)

    async def ask_for_door_money(self, key: str) -> Order:
        """Say that this till is about to take an order's money; the ledger lets one till of the shop.

        Raises:
            OrderUnknown: no such order.
            OrderTakenElsewhere, OrderPaid: it may not.
            StoreUnavailable: nothing was written.
        """
        with self._holding(key) as order:
            check_door(order, self._clock.now())
            asked = OrderDoorAsked(self._ids.next(), key, self._clock.now())
            await self._write(asked)
        return self._moved(asked)

    async def set_availability(self, availability: Availability) -> None:
        """Pause, be busy or sold out, or no more; the channels hear of it through the ledger.

        Raises:
            StoreUnavailable: nothing was written.
        """
        said = AvailabilitySet(availability, self._clock.now())
        await self._write(said)
        self._apply(said)
        self._sync.wake()
        self._changed()

    # Inside ---------------------------------------------------------------------------------

    @contextmanager
    def _holding(self, key: str) -> Iterator[Order]:
        order = self._find(key)
        if key in self._busy:  # A second press while the first is being written.
            raise OrderError(number=order.short_number, state="being answered", state_ko="처리 중")
        self._busy.add(key)
        try:
            yield order
        finally:
            self._busy.discard(key)

    async def _write(self, event: OrderEvent, *jobs: NewPrintJob) -> None:
        await self._store.commit(Change(records=(to_record(event),), print_jobs=jobs))

    def _moved(self, event: Answer) -> Order:
        self._orders.apply(event)
        self._spool.wake()
        self._sync.wake()
        self._changed()
        return self._orders.by_key[event.order_key]
