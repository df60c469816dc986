"""A delivery order and its states. Events may come twice or out of order; none goes backwards."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from pos.domain.codec import WHEN_SET
from pos.domain.door_money import DoorMoney
from pos.domain.errors import IeumError
from pos.domain.won import ZERO, Won

LINES_MAX = 200  # Of one order; more is no kitchen's order but somebody's attack.
TEXT_MAX = 500
UNPAID = "unpaid:"  # Begins `Order.settled` where the money was never taken; the reason follows.


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
    OrderState.CANCELLED: "취소",
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


class OrderUnknown(IeumError):
    """No order has this key."""

    code = "O03"
    ko = "주문을 찾을 수 없습니다({key}). 바뀐 것은 없습니다. 주문 목록을 다시 여세요."
    en = "No such order ({key}). Nothing changed. Open the order list again."


class OrderUnpaid(IeumError):
    """An order that is paid at the door can't be closed before its money is taken."""

    code = "O04"
    ko = "주문 {number}의 {amount}원을 아직 받지 않았습니다. 배달 완료로 바뀌지 않았습니다. p로 받거나 u로 못 받은 사유를 남기세요."
    en = "{amount} won of order {number} is not taken yet. It was not closed. Take it with p, or say why not with u."


class OrderPaid(IeumError):
    """The money of an order was taken already, or none is to be taken."""

    code = "O05"
    ko = (
        "주문 {number}은(는) 받을 돈이 없습니다(앱 결제이거나 이미 받음). 다시 청구하지 않았습니다."
    )
    en = "Nothing is to be taken for order {number} (paid in the app, or taken before). It was not charged again."


class RefundTooLarge(IeumError):
    """More is to be given back of an order than is left of it."""

    code = "O06"
    ko = "주문 {number}에서 돌려줄 수 있는 금액은 {left}원입니다. 돌려준 돈은 없습니다. 금액을 확인하세요."
    en = "{left} won is left of order {number}. Nothing was given back. Check the amount."


class OrderBeingPaid(IeumError):
    """The open sale takes an order's money; nothing else goes into it."""

    code = "O07"
    ko = "배달 주문 대금을 받는 중입니다. 상품은 추가되지 않았습니다. 먼저 받거나(F5, F6) Esc 두 번으로 그만두세요."
    en = "The money of a delivery order is being taken. Nothing was added. Take it (F5, F6), or drop it with Esc twice."


class SaleInTheWay(IeumError):
    """A sale is open, so an order's money can't be taken now."""

    code = "O08"
    ko = "진행 중인 판매가 있습니다. 주문 대금은 아직 받지 않았습니다. 그 판매를 먼저 끝내세요."
    en = "A sale is open. The order's money was not taken yet. Finish that sale first."


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One dish: options as free text, one each; `amount` is for the whole line."""

    name: str
    quantity: int
    amount: Won
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the channel sent it, and how it stands; address and phone come masked.

    Attributes:
        channel: `baedal-eum` and so on; with `number` the key.
        short_number: what the kitchen and the rider call out.
        accept_by: the platform cancels after this.
        paid_in_app: False is paid at the door: the till takes the money.
        minutes: promised when it was accepted.
        commission: what the ledger took, once it has said so; `None` before.
        refunded: given back to the customer of `total`; `commission_back` to the shop with it.
        settled: the receipt of the sale that took the door money, or why it was not taken.
        ended_at: when the shop had nothing more to do with it.
        too_late: it came down when its time was over (after an outage): nobody could answer it.
        door: which till takes the door money, once the ledger has said so.
        asked_by: this till's device number, once it has asked for the door money.
        taken_twice: the other till's receipt, where both took the money: it stands, ours goes back.
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
    commission: Won | None = None
    refunded: Won = ZERO
    commission_back: Won = ZERO
    settled: str = ""
    too_late: bool = False
    ended_at: datetime | None = None
    door: DoorMoney | None = field(default=None, metadata=WHEN_SET)
    asked_by: int = field(default=0, metadata=WHEN_SET)
    taken_twice: str = field(default="", metadata=WHEN_SET)

    @property
    def key(self) -> str:
        """Channel and number."""
        return f"{self.channel}:{self.number}"

    @property
    def left(self) -> Won:
        """What was not given back of the total."""
        return self.total - self.refunded

    @property
    def to_collect(self) -> Won:
        """What the till still has to take at the door."""
        is_open = self.state not in ENDED_WITHOUT_FOOD and self.state is not OrderState.NEW
        return self.left if is_open and not self.paid_in_app and not self.settled else ZERO


ENDED_WITHOUT_FOOD = frozenset(
    {OrderState.REJECTED, OrderState.CANCELLED, OrderState.AUTO_CANCELLED}
)
ENDED = ENDED_WITHOUT_FOOD | {OrderState.DELIVERED}

# A step to a lower or the same rank changes nothing, whichever side tells of it: so both sides, told
# the same in whatever order, come to the same state. A customer's cancel outranks everything.
_RANK = {
    OrderState.NEW: 0,
    OrderState.ACCEPTED: 1,
    OrderState.COOKING: 2,
    OrderState.READY: 3,
    OrderState.PICKED_UP: 4,
    OrderState.DELIVERED: 5,
    OrderState.AUTO_CANCELLED: 6,
    OrderState.REJECTED: 7,
    OrderState.CANCELLED: 8,
}

NEXT = {
    OrderState.ACCEPTED: OrderState.COOKING,
    OrderState.COOKING: OrderState.READY,
    OrderState.READY: OrderState.PICKED_UP,
    OrderState.PICKED_UP: OrderState.DELIVERED,
}
"""What one key moves an accepted order on to."""

STEPS = frozenset(NEXT.values())


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
        raise already(order)
    if now > order.accept_by:
        raise OrderTooLate(number=order.short_number)


def check_step(order: Order, state: OrderState) -> None:
    """Make sure that an accepted order may be moved on to a state; steps may be skipped.

    Raises:
        OrderError: it was never accepted, has ended, or is there or further already.
        OrderUnpaid: it would be closed, and its money is still to be taken.
    """
    never = order.state is OrderState.NEW or order.state in ENDED
    if never or state not in STEPS or _RANK[state] <= _RANK[order.state]:
        raise already(order)
    if state is OrderState.DELIVERED and order.to_collect:
        raise OrderUnpaid(number=order.short_number, amount=order.to_collect)


def check_refund(order: Order, amount: Won) -> None:
    """Make sure that an amount can be given back of an order.

    Raises:
        OrderError: nothing was ever charged, or it ended without food.
        RefundTooLarge: it is 0 won or less, or more than is left.
    """
    if order.state is OrderState.NEW or order.state in ENDED_WITHOUT_FOOD:
        raise already(order)
    if not ZERO < amount <= order.left:
        raise RefundTooLarge(number=order.short_number, left=order.left)


def already(order: Order) -> OrderError:
    """Return the error of an order that stands where the wish can't be met."""
    state_ko = STATES_KO[order.state]
    return OrderError(number=order.short_number, state=order.state.value, state_ko=state_ko)
