"""The delivery orders of the day: answer them once, in time. Never accepts one by itself."""

from __future__ import annotations

from datetime import timedelta

from pos.domain.codec import encode
from pos.domain.errors import IeumError
from pos.domain.events import from_record, to_record
from pos.domain.order import (
    Order,
    OrderAccepted,
    OrderClosed,
    OrderError,
    OrderEvent,
    OrderReceived,
    OrderRejected,
    OrderState,
    advance,
    check_answerable,
    fold_orders,
)
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

USUAL_MINUTES = 20
ORDERS_KEPT = timedelta(days=2)  # How far back the desk looks at its start.


class OrderUnknown(IeumError):
    """No order has this key."""

    code = "O03"
    ko = "주문을 찾을 수 없습니다({key}). 바뀐 것은 없습니다. 주문 목록을 다시 여세요."
    en = "No such order ({key}). Nothing changed. Open the order list again."


class OrderDesk:
    """Orders by key, newest state; the answers go to the journal first, then to the ledger."""

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
        self.usual_minutes = usual_minutes
        self._prints = (PrintKind.KITCHEN_TICKET, *also_print)
        self._orders: dict[str, Order] = {}
        self._answering: set[str] = set()
        self._listeners: list[Listener] = []

    def on_change(self, listener: Listener) -> None:
        """Call the listener whenever an order comes or moves."""
        self._listeners.append(listener)

    async def load(self) -> None:
        """Rebuild the desk from the journal's last days."""
        now = self._clock.now()
        records = await self._store.records_between(now - ORDERS_KEPT, now + timedelta(days=1))
        events = [from_record(record) for record in records if record.kind.startswith("order.")]
        self._orders = fold_orders([e for e in events if isinstance(e, OrderEvent)])

    def waiting(self) -> list[Order]:
        """Return the orders to answer, the most urgent first."""
        new = [order for order in self._orders.values() if order.state is OrderState.NEW]
        return sorted(new, key=lambda order: order.accept_by)

    def recent(self) -> list[Order]:
        """Return all orders, newest first."""
        return sorted(self._orders.values(), key=lambda order: order.placed_at, reverse=True)

    def take_in(self, events: list[OrderEvent]) -> None:
        """Apply events that stand in the journal already."""
        for event in events:
            match event:
                case OrderReceived(order=order):
                    self._orders.setdefault(order.key, order)
                case OrderClosed(order_key=key, state=state) if key in self._orders:
                    self._orders[key] = advance(self._orders[key], state)
                case _:
                    pass
        self._changed()

    async def accept(self, key: str, minutes: int | None = None) -> Order:
        """Take an order, ready in so many minutes (the usual ones if None), and print its ticket.

        Raises:
            OrderUnknown, OrderError, OrderTooLate: it can't be answered.
            StoreUnavailable: nothing was written; the order is still to be answered.
        """
        order = self._begin(key)
        promised = self.usual_minutes if minutes is None else minutes
        try:
            now = self._clock.now()
            accepted = OrderAccepted(self._ids.next(), key, order.total, promised, now)
            moved = advance(order, OrderState.ACCEPTED, promised)
            body = encode(moved)
            assert isinstance(body, dict)
            papers = tuple(NewPrintJob(kind, key, body) for kind in self._prints)
            await self._store.commit(Change(records=(to_record(accepted),), print_jobs=papers))
        finally:
            self._answering.discard(key)
        # The customer may have cancelled meanwhile: that stands.
        return self._moved(advance(self._orders[key], OrderState.ACCEPTED, promised))

    async def reject(self, key: str, reason: str) -> Order:
        """Turn an order down.

        Raises:
            OrderUnknown, OrderError, OrderTooLate, StoreUnavailable: as `accept`.
        """
        self._begin(key)
        try:
            rejected = OrderRejected(self._ids.next(), key, reason, self._clock.now())
            await self._store.commit(Change(records=(to_record(rejected),)))
        finally:
            self._answering.discard(key)
        return self._moved(advance(self._orders[key], OrderState.REJECTED))

    def _begin(self, key: str) -> Order:
        order = self._orders.get(key)
        if order is None:
            raise OrderUnknown(key=key[:40])
        if key in self._answering:  # A second press while the first is being written.
            raise OrderError(number=order.short_number, state="being answered", state_ko="처리 중")
        check_answerable(order, self._clock.now())
        self._answering.add(key)
        return order

    def _moved(self, order: Order) -> Order:
        self._orders[order.key] = order
        self._spool.wake()
        self._sync.wake()
        self._changed()
        return order

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()
