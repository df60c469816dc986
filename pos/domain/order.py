"""A delivery order and its states. Events may come twice or out of order; none goes backwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pos.domain.errors import IeumError
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won


class OrderState(StrEnum):
    """Where an order stands, as the shop sees it."""

    NEW = "new"
    ACCEPTED = "accepted"
    COOKING = "cooking"
    READY = "ready"
    PICKED_UP = "picked_up"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    AUTO_CANCELLED = "auto_cancelled"


STATES_KO = {
    OrderState.NEW: "신규",
    OrderState.ACCEPTED: "접수",
    OrderState.COOKING: "조리 중",
    OrderState.READY: "준비 완료",
    OrderState.PICKED_UP: "배달 중",
    OrderState.DELIVERED: "배달 완료",
    OrderState.REJECTED: "거절",
    OrderState.CANCELLED: "고객 취소",
    OrderState.AUTO_CANCELLED: "자동 취소",
}


class OrderError(IeumError):
    """An order can't be answered so."""

    code = "O01"
    ko = "주문 {number}은(는) 이미 처리되었습니다({state_ko}). 바뀐 것은 없습니다. 주문 목록을 확인하세요."
    en = "Order {number} is already {state}. Nothing changed. Look at the order list."


class OrderTooLate(IeumError):
    """The time to accept has passed; the platform cancels by itself."""

    code = "O02"
    ko = "주문 {number}의 수락 시간이 지났습니다. 접수되지 않았고 청구되지 않습니다. 고객 앱에서 취소됩니다."
    en = "The time to accept order {number} has passed. It was not accepted and is not charged."


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One dish: options as free text, one each; `amount` is for the whole line."""

    name: str
    quantity: int
    amount: Won
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the channel sent it; the customer's address and phone come masked.

    Attributes:
        channel: `baedal-eum` and so on; with `number` the key.
        short_number: what the kitchen and the rider call out.
        accept_by: the platform cancels after this.
        paid_in_app: False is paid at the door: the till takes the money.
    """

    channel: str
    number: str
    short_number: str
    placed_at: datetime
    accept_by: datetime
    lines: tuple[OrderLine, ...]
    total: Won
    paid_in_app: bool
    disposables: bool
    shop_note: str = ""
    rider_note: str = ""
    address_masked: str = ""
    phone_masked: str = ""
    state: OrderState = OrderState.NEW
    minutes: int | None = None

    @property
    def key(self) -> str:
        """Channel and number."""
        return f"{self.channel}:{self.number}"


@dataclass(frozen=True, slots=True)
class OrderReceived:
    """It came over the feed."""

    order: Order
    at: datetime


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
class OrderPosted:
    """The ledger posted an accepted order, with the commission it took."""

    order_key: str
    total: Won
    commission: Won
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderClosed:
    """It ended without the shop: cancelled by the customer, or not answered in time."""

    order_key: str
    state: OrderState
    at: datetime


@dataclass(frozen=True, slots=True)
class OrderNotPosted:
    """The ledger would not post an accepted order: it had ended before the acceptance arrived."""

    order_key: str
    total: Won
    at: datetime


OrderEvent = (
    OrderReceived | OrderAccepted | OrderRejected | OrderPosted | OrderNotPosted | OrderClosed
)

_RANK = {
    OrderState.NEW: 0,
    OrderState.ACCEPTED: 1,
    OrderState.COOKING: 2,
    OrderState.READY: 3,
    OrderState.PICKED_UP: 4,
    OrderState.DELIVERED: 5,
    OrderState.REJECTED: 6,
    OrderState.CANCELLED: 6,
    OrderState.AUTO_CANCELLED: 6,
}


def advance(order: Order, state: OrderState, minutes: int | None = None) -> Order:
    """Move an order on; a step backwards or sideways changes nothing (events repeat)."""
    if _RANK[state] <= _RANK[order.state]:
        return order
    return replace(order, state=state, minutes=order.minutes if minutes is None else minutes)


def check_answerable(order: Order, now: datetime) -> None:
    """Make sure the shop may still answer.

    Raises:
        OrderError: it was answered or has ended.
        OrderTooLate: its deadline has passed.
    """
    if order.state is not OrderState.NEW:
        state_ko = STATES_KO[order.state]
        raise OrderError(number=order.short_number, state=order.state.value, state_ko=state_ko)
    if now > order.accept_by:
        raise OrderTooLate(number=order.short_number)


def fold_orders(events: list[OrderEvent]) -> dict[str, Order]:
    """Rebuild the orders from their events; repeats and strays change nothing."""
    orders: dict[str, Order] = {}
    for event in events:
        match event:
            case OrderReceived(order=order):
                orders.setdefault(order.key, order)
            case OrderAccepted(order_key=key, minutes=minutes) if key in orders:
                orders[key] = advance(orders[key], OrderState.ACCEPTED, minutes)
            case OrderRejected(order_key=key) if key in orders:
                orders[key] = advance(orders[key], OrderState.REJECTED)
            case OrderClosed(order_key=key, state=state) if key in orders:
                orders[key] = advance(orders[key], state)
            case OrderNotPosted(order_key=key) if key in orders:
                orders[key] = advance(orders[key], OrderState.CANCELLED)
            case _:
                pass
    return orders
