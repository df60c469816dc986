"""What happens to delivery orders, and what the journal makes of it. Pure; repeats change nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from pos.domain.availability import AvailabilitySet
from pos.domain.door_money import DoorMoney
from pos.domain.identifiers import TransactionId
from pos.domain.order import ENDED, UNPAID, Order, OrderState, advance
from pos.domain.order_door import settle
from pos.domain.rider import RiderAsked, RiderCancelAsked, RiderMoved
from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class OrderReceived:
    """It came over the feed.

    Attributes:
        order: without what is the customer's own (notes, address, phone), which is kept beside the
            journal until it is erased; journals of earlier versions hold it here.
        personal: 64 hex digits, the commitment to that; empty where it holds it itself.
    """

    order: Order
    at: datetime
    personal: str = ""


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The shop takes it, ready in so many minutes; forwarded, and charged by the ledger.

    Attributes:
        decision_id: fixed before the line is touched, so that it is posted once.
    """

    decision_id: TransactionId
    order_key: str
    total: Won
    minutes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """The shop can't take it; forwarded."""

    decision_id: TransactionId
    order_key: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderMoved:
    """The shop moved an accepted order on; forwarded."""

    order_key: str
    state: OrderState
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderPosted:
    """The ledger posted an accepted order, with the commission it took."""

    order_key: str
    total: Won
    commission: Won
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderClosed:
    """It went on or ended without this till: at the platform, by the customer, or at another till."""

    order_key: str
    state: OrderState
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderNotPosted:
    """The ledger would not post an accepted order: it had ended before the acceptance arrived."""

    order_key: str
    total: Won
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderRefundAsked:
    """The shop gives a part of an accepted order back, or cancels it; forwarded.

    Attributes:
        cancels: all that is left goes back, and the order ends.
    """

    decision_id: TransactionId
    order_key: str
    amount: Won
    reason: str
    cancels: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderRefunded:
    """The ledger gave a part back, for the shop or for the customer.

    Attributes:
        reference: names the refund; the same one twice is one.
        commission_back: what the shop got back of its commission.
    """

    reference: str
    order_key: str
    amount: Won
    commission_back: Won
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderRefundDeclined:
    """The ledger would not: more than is left of the order, or nothing was posted of it."""

    reference: str
    order_key: str
    amount: Won
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderLeftUnpaid:
    """A person closed an order that is paid at the door without its money, and said why."""

    order_key: str
    amount: Won
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderDoorAsked:
    """This till is about to take an order's door money; forwarded, so that no other till does."""

    decision_id: TransactionId
    order_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderDoorTaken:
    """The ledger has said which till takes, or has taken, an order's door money."""

    order_key: str
    door: DoorMoney
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderErased:
    """What was the customer's own of an order has been erased, here and in the spool."""

    order_key: str
    at: datetime


OrderEvent = (
    OrderReceived
    | OrderAccepted
    | OrderRejected
    | OrderMoved
    | OrderPosted
    | OrderNotPosted
    | OrderClosed
    | OrderRefundAsked
    | OrderRefunded
    | OrderRefundDeclined
    | OrderLeftUnpaid
    | OrderDoorAsked
    | OrderDoorTaken
    | OrderErased
    | AvailabilitySet
    | RiderAsked
    | RiderCancelAsked
    | RiderMoved
)


@dataclass(frozen=True, slots=True)
class Paid:
    """A finished sale took an order's door money; the journal says so in the sale itself."""

    order_key: str
    receipt_number: str


class Orders:
    """Orders by key, folded from their events one by one; any event may come twice."""

    def __init__(self) -> None:
        self.by_key: dict[str, Order] = {}
        self._refunds: set[str] = set()
        self._before: dict[str, list[OrderEvent | Paid]] = {}

    def copy(self) -> Orders:
        """Return one to try events out on."""
        made = Orders()
        made.by_key, made._refunds = dict(self.by_key), set(self._refunds)
        made._before = {key: list(events) for key, events in self._before.items()}
        return made

    def apply(self, event: OrderEvent | Paid) -> bool:
        """Take one event in, and tell whether it changed anything.

        What comes of an order before the order itself waits for it.
        """
        if isinstance(event, OrderReceived):
            return self._receive(event.order)
        key = getattr(event, "order_key", "")
        if key not in self.by_key:
            waiting = self._before.setdefault(key, []) if key else []
            news = bool(key) and not any(_same(event, each) for each in waiting)
            if news:
                waiting.append(event)
            return news
        before = self.by_key[key]
        after = self._after(before, event)
        if after.state in ENDED and before.state not in ENDED and not isinstance(event, Paid):
            after = replace(after, ended_at=event.at)
        self.by_key[key] = after
        return after != before

    def _receive(self, order: Order) -> bool:
        if order.key in self.by_key:
            return False
        self.by_key[order.key] = order
        for event in self._before.pop(order.key, ()):
            self.apply(event)
        return True

    def _after(self, order: Order, event: OrderEvent | Paid) -> Order:
        match event:
            case OrderAccepted(minutes=minutes):
                return advance(order, OrderState.ACCEPTED, minutes)
            case OrderRejected():
                return advance(order, OrderState.REJECTED)
            case OrderMoved(state=state) | OrderClosed(state=state):
                return advance(order, state)
            case OrderPosted(commission=commission):
                return replace(order, commission=commission)
            case OrderNotPosted():
                return replace(order, commission=ZERO)  # How it ended, the feed says.
            case OrderRefundAsked(cancels=True):
                return advance(order, OrderState.CANCELLED)
            case OrderRefunded(reference=reference) if reference not in self._refunds:
                self._refunds.add(reference)
                return replace(
                    order,
                    refunded=order.refunded + event.amount,
                    commission_back=order.commission_back + event.commission_back,
                )
            case OrderLeftUnpaid(reason=reason) if not order.settled:
                return replace(order, settled=f"{UNPAID}{reason}")
            case OrderDoorAsked(decision_id=decision):
                return replace(order, asked_by=decision.device)
            case OrderDoorTaken(door=door):
                return settle(replace(order, door=door), door.receipt, by_ledger=True)
            case Paid(receipt_number=number):
                return settle(order, number, by_ledger=False)
            case OrderErased():
                return without_personal(order)
        return order


def _same(one: OrderEvent | Paid, other: OrderEvent | Paid) -> bool:
    """Tell whether two events say the same, at whatever time."""
    if type(one) is not type(other) or isinstance(one, Paid) or isinstance(other, Paid):
        return one == other
    return replace(one, at=other.at) == other


def fold_orders(events: Iterable[OrderEvent | Paid]) -> dict[str, Order]:
    """Rebuild the orders from their events; repeats and strays change nothing."""
    orders = Orders()
    for event in events:
        orders.apply(event)
    return orders.by_key


def without_personal(order: Order) -> Order:
    """Return an order without what is the customer's own: notes (a door code may stand there), address, phone."""
    return replace(order, shop_note="", rider_note="", address_masked="", phone_masked="")
