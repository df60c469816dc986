"""The delivery orders as a till knows them, folded from its journal. Never answers one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from pos.domain.availability import Availability, AvailabilitySet
from pos.domain.events import KINDS, Event, SaleCompleted, from_record
from pos.domain.order import ENDED_WITHOUT_FOOD, Order, OrderState, OrderUnknown
from pos.domain.order_door import check_door
from pos.domain.order_events import OrderEvent, OrderReceived, Orders, Paid
from pos.domain.order_personal import with_words
from pos.domain.sale import SaleRecord
from pos.ports import Clock, Listener, Store
from pos.services.build_sale import Counter
from pos.services.finish_sale import FinishSale

ORDERS_KEPT = timedelta(days=2)  # How far back the desk looks at its start.
KINDS_READ = tuple(kind for kind in KINDS if kind.startswith(("order.", "sale.completed")))


class OrderBook:
    """Orders by key, newest state.

    Attributes:
        availability: how the shop takes orders now.
        unseen: orders that ended although the shop had accepted them, until a person has seen it.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._orders = Orders()
        self._listeners: list[Listener] = []
        self.availability = Availability()
        self.unseen: set[str] = set()

    def on_change(self, listener: Listener) -> None:
        """Call the listener whenever an order comes or moves."""
        self._listeners.append(listener)

    async def load(self) -> None:
        """Rebuild the desk from the journal's last days and the words kept beside it."""
        now = self._clock.now()
        start, end = now - ORDERS_KEPT, now + timedelta(days=1)
        records = await self._store.records_between(start, end, KINDS_READ)
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

    def watch(self, counter: Counter, finish: FinishSale) -> None:
        """Hear of each sale that takes an order's money, and let none take what another till has."""
        finish.on_finish(self.noted)
        counter.check_order = self.check_door

    def check_door(self, key: str) -> None:
        """Make sure that this till may take an order's money.

        Raises:
            OrderTakenElsewhere, OrderPaid: it may not.
        """
        order = self.find(key)
        if order is not None:  # One of days ago is not known any more; the ledger still decides.
            check_door(order, self._clock.now())

    def noted(self, sale: SaleRecord) -> None:
        """A sale is finished; it may have taken an order's money."""
        if sale.order_key:
            self._orders.apply(Paid(sale.order_key, sale.receipt_number))
            self._changed()

    def seen(self) -> None:
        """A person has seen which orders have ended."""
        self.unseen.clear()
        self._changed()

    # Inside ---------------------------------------------------------------------------------

    def _find(self, key: str) -> Order:
        order = self._orders.by_key.get(key)
        if order is None:
            raise OrderUnknown(key=key[:40])
        return order

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

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()
