"""The delivery orders: answered once and in time, moved on, given back. Never accepts one by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from pos.domain.availability import Availability, AvailabilitySet
from pos.domain.events import KINDS, Event, SaleCompleted, from_record, to_record
from pos.domain.order import (
    ENDED_WITHOUT_FOOD,
    NEXT,
    Order,
    OrderError,
    OrderPaid,
    OrderState,
    OrderUnknown,
    advance,
    check_answerable,
    check_refund,
    check_step,
)
from pos.domain.order_events import (
    OrderAccepted,
    OrderEvent,
    OrderLeftUnpaid,
    OrderMoved,
    OrderReceived,
    OrderRefundAsked,
    OrderRejected,
    Orders,
    Paid,
)
from pos.domain.order_personal import with_words
from pos.domain.sale import SaleRecord
from pos.domain.won import Won
from pos.ports import (
    Change,
    Clock,
    Listener,
    NewPrintJob,
    PrintKind,
    PrintSpool,
    Store,
    SyncEngine,
)
from pos.services.ids import IdSource
from pos.services.order_papers import kitchen_ticket, order_body, stop_ticket

USUAL_MINUTES = 20
ORDERS_KEPT = timedelta(days=2)  # How far back the desk looks at its start.
ORDER_KINDS = tuple(kind for kind in KINDS if kind.startswith(("order.", "sale.completed")))


class OrderDesk:
    """Orders by key, newest state; the answers go to the journal first, then to the ledger.

    Attributes:
        availability: how the shop takes orders now; set by `set_availability` alone.
        unseen: orders that ended although the shop had accepted them, until a person has seen it.
    """

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
        self._store = store
        self._spool = spool
        self._sync = sync
        self._ids = ids
        self._clock = clock
        self._usual_minutes = usual_minutes
        self._also_print = also_print
        self._orders = Orders()
        self._busy: set[str] = set()
        self._listeners: list[Listener] = []
        self.availability = Availability()
        self.unseen: set[str] = set()

    def on_change(self, listener: Listener) -> None:
        """Call the listener whenever an order comes or moves."""
        self._listeners.append(listener)

    @property
    def usual_minutes(self) -> int:
        """What one key promises now: the usual minutes, and more while the shop is busy."""
        return self._usual_minutes + self.availability.extra_minutes(self._clock.now())

    async def load(self) -> None:
        """Rebuild the desk from the journal's last days and the words kept beside it."""
        now = self._clock.now()
        start, end = now - ORDERS_KEPT, now + timedelta(days=1)
        records = await self._store.records_between(start, end, ORDER_KINDS)
        words = {each.order_key: each for each in await self._store.personal()}
        self._orders = Orders()
        for record in records:
            event = from_record(record)
            if isinstance(event, OrderReceived):
                event = with_words(event, words.get(event.order.key))
            self._apply(event)
        newest = await self._store.last_record("shop.availability")
        if newest is not None:
            self._apply(from_record(newest))

    def waiting(self) -> list[Order]:
        """Return the orders to answer, the most urgent first."""
        orders = self._orders.by_key.values()
        new = [each for each in orders if each.state is OrderState.NEW and not each.too_late]
        return sorted(new, key=lambda order: order.accept_by)

    def recent(self) -> list[Order]:
        """Return all orders, newest first."""
        orders = self._orders.by_key.values()
        return sorted(orders, key=lambda order: order.placed_at, reverse=True)

    def find(self, key: str) -> Order | None:
        """Return an order, or None."""
        return self._orders.by_key.get(key)

    def trial(self) -> Orders:
        """Return the orders to try events out on: what changes nothing need not be written."""
        return self._orders.copy()

    def take_in(self, events: Iterable[Event]) -> None:
        """Apply events that stand in the journal already."""
        for event in events:
            self._apply(event)
        self._changed()

    def noted(self, sale: SaleRecord) -> None:
        """A sale is finished; it may have taken an order's money."""
        if sale.order_key:
            self._orders.apply(Paid(sale.order_key, sale.receipt_number))
            self._changed()

    def seen(self) -> None:
        """A person has seen which orders have ended."""
        self.unseen.clear()
        self._changed()

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

    def _find(self, key: str) -> Order:
        order = self._orders.by_key.get(key)
        if order is None:
            raise OrderUnknown(key=key[:40])
        return order

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

    def _apply(self, event: Event) -> None:
        if isinstance(event, AvailabilitySet):
            self.availability = event.availability
        elif isinstance(event, SaleCompleted):
            self._orders.apply(Paid(event.sale.order_key, event.sale.receipt_number))
        elif isinstance(event, OrderEvent):
            before = self._orders.by_key.get(getattr(event, "order_key", ""))
            self._orders.apply(event)
            self._note_end(before)

    def _note_end(self, before: Order | None) -> None:
        """Remember an order that ended although it had been accepted: somebody may be cooking it."""
        if before is None or before.state in (OrderState.NEW, *ENDED_WITHOUT_FOOD):
            return
        if self._orders.by_key[before.key].state in ENDED_WITHOUT_FOOD:
            self.unseen.add(before.key)

    def _moved(
        self, event: OrderAccepted | OrderRejected | OrderMoved | OrderRefundAsked | OrderLeftUnpaid
    ) -> Order:
        self._orders.apply(event)
        self._spool.wake()
        self._sync.wake()
        self._changed()
        return self._orders.by_key[event.order_key]

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()
