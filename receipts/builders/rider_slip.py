"""What goes with a delivery order: the rider's slip and the bag's label. Never an address or a phone in clear."""

from __future__ import annotations

import re

from pos.domain.codec import Json, decode
from pos.domain.order import Order
from receipts.builders.parts import channel_name, finish, korean_time, won
from receipts.document import (
    Barcode,
    BigAmount,
    Document,
    Item,
    Items,
    Line,
    Pair,
    Rule,
    RuleStyle,
    Text,
    Title,
)
from receipts.rows import Size
from receipts.shop import ShopFacts

_BAR_LETTERS = re.compile(r"[!-~]{1,32}")


def build_rider_slip(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return where the bag goes and what is to be collected at the door.

    Args:
        body: `encode(Order)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.

    Raises:
        ValueError: the body is no order, or copy is below 1.
    """
    order = decode(Order, body)
    lines = [
        Title("배달 전표"),
        Pair(channel_name(order.channel), order.short_number, Size.LARGE, bold=True),
        Pair("주문번호", order.number),
        Pair("주문시각", korean_time(order.placed_at)),
        Rule(RuleStyle.STRONG),
        *_door(order),
        Rule(RuleStyle.STRONG),
        *_money(order),
        Rule(),
        Items(Item("상품명", "", "수량"), _dishes(order)),
        Rule(),
        Pair("가게", shop.name),
        Pair("가게 전화", shop.phone),
        *_bars(order),
    ]
    return finish(lines, copy=copy, training=shop.training)


def build_order_label(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return the label for an order's bag: whose it is and what has to be in it.

    Raises:
        ValueError: the body is no order, or copy is below 1.
    """
    order = decode(Order, body)
    lines = [
        Pair(channel_name(order.channel), order.short_number, Size.LARGE, bold=True),
        *(Pair(each.name, f"{each.quantity}개", bold=True) for each in order.lines),
        Rule(),
        Text("수저·포크 넣기" if order.disposables else "수저·포크 빼기", bold=True),
        *_bars(order),
    ]
    return finish(lines, copy=copy, training=shop.training)


def _door(order: Order) -> list[Line]:
    lines: list[Line] = [Text(order.address_masked or "주소는 배달 앱에서 확인", size=Size.TALL)]
    if order.phone_masked:
        lines.append(Pair("안심번호", order.phone_masked))
    if order.rider_note:
        lines += [Text("[라이더 요청]", bold=True), Text(order.rider_note, size=Size.TALL)]
    return lines


def _money(order: Order) -> list[Line]:
    if not order.to_collect:
        return [Pair("결제", "결제 완료", Size.TALL, bold=True), BigAmount("받을 금액", "0원")]
    return [
        Pair("결제", "만나서 결제", Size.TALL, bold=True),
        BigAmount("받을 금액", won(order.to_collect)),
    ]


def _dishes(order: Order) -> tuple[Item, ...]:
    return tuple(Item(each.name, "", f"{each.quantity:,}") for each in order.lines)


def _bars(order: Order) -> list[Line]:
    """The channel's number is from outside: what no barcode holds is left to the letters above."""
    return [Barcode(order.number)] if _BAR_LETTERS.fullmatch(order.number) else []
