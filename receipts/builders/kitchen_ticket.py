"""The kitchen's ticket (주방 주문서). Never a price, and of the customer only the masked address."""

from __future__ import annotations

from pos.domain.codec import Json, decode
from pos.domain.order import ENDED_WITHOUT_FOOD, Order, OrderLine
from receipts.builders.parts import channel_name, finish, korean_time
from receipts.document import Blank, Document, Line, Notice, Pair, Rule, RuleStyle, Text, Title
from receipts.rows import Size
from receipts.shop import ShopFacts

STOP = "주문 취소: 만들지 마세요"


def build_kitchen_ticket(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return an accepted order's ticket.

    Args:
        body: `encode(Order)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.

    Raises:
        ValueError: the body is no order, or copy is below 1.
    """
    order = decode(Order, body)
    lines = [*_head(order), *_dishes(order)]
    if order.state not in ENDED_WITHOUT_FOOD:  # What is not to be made needs no further words.
        lines += [*_requests(order), *_delivery(order)]
    return finish(lines, copy=copy, training=shop.training)


def _head(order: Order) -> list[Line]:
    stopped = order.state in ENDED_WITHOUT_FOOD
    top: list[Line] = [Title("조리 중지"), Notice(STOP)] if stopped else [Title("주방 주문서")]
    lines: list[Line] = [
        *top,
        Pair(channel_name(order.channel), order.short_number, Size.LARGE, bold=True),
        Pair("주문시각", korean_time(order.placed_at)),
        Pair("주문번호", order.number),
    ]
    if order.minutes is not None and not stopped:
        lines.append(Pair("조리시간", f"{order.minutes}분", Size.LARGE, bold=True))
    return lines


def _dishes(order: Order) -> list[Line]:
    lines: list[Line] = [Rule(RuleStyle.STRONG)]
    for number, dish in enumerate(order.lines):
        lines += [Blank()] * bool(number) + _dish(dish)
    return [*lines, Rule(RuleStyle.STRONG)]


def _dish(dish: OrderLine) -> list[Line]:
    options = [Text(f"+ {option}", size=Size.TALL, indent=2) for option in dish.options]
    return [Pair(dish.name, f"{dish.quantity}개", Size.LARGE, bold=True), *options]


def _requests(order: Order) -> list[Line]:
    lines: list[Line] = []
    if order.shop_note:
        lines += [Text("[가게 요청]", bold=True), Text(order.shop_note, size=Size.TALL)]
    if order.rider_note:
        lines += [Text("[라이더 요청]", bold=True), Text(order.rider_note)]
    disposables = "필요 (O)" if order.disposables else "불필요 (X)"
    return [*lines, Pair("일회용 수저·포크", disposables, Size.TALL, bold=True)]


def _delivery(order: Order) -> list[Line]:
    paid = "앱에서 결제 완료" if order.paid_in_app else "만나서 결제 (미결제)"
    lines: list[Line] = [Rule(), Pair("결제", paid, Size.TALL, bold=True)]
    if order.address_masked:
        lines.append(Text(f"배달지 {order.address_masked}"))
    return lines
