"""The rider's slip (배달 전표): where to, and what to collect. The customer's address and phone come masked."""

from __future__ import annotations

from pos.domain.codec import Json, decode
from pos.domain.order import Order
from receipts.builders.parts import channel_name, finish, korean_time, won
from receipts.document import Document, Line, Pair, Rule, RuleStyle, Text, Title
from receipts.rows import Size
from receipts.shop import ShopFacts


def build_rider_slip(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return an order's slip for its rider.

    Args:
        body: `encode(Order)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.

    Raises:
        ValueError: the body is no order, or copy is below 1.
    """
    order = decode(Order, body)
    lines: list[Line] = [
        Title("배달 전표"),
        Pair(channel_name(order.channel), order.short_number, Size.LARGE, bold=True),
        Pair("주문시각", korean_time(order.placed_at)),
        Pair("주문번호", order.number),
        Text(f"{shop.name} {shop.phone}"),
        Rule(RuleStyle.STRONG),
    ]
    if order.address_masked:
        lines.append(Text(f"배달지 {order.address_masked}", size=Size.TALL))
    if order.phone_masked:
        lines.append(Pair("연락처", order.phone_masked))
    if order.rider_note:
        lines += [Text("[라이더 요청]", bold=True), Text(order.rider_note, size=Size.TALL)]
    pieces = sum(line.quantity for line in order.lines)
    lines += [Rule(), Pair("품목", f"{len(order.lines)}종 {pieces}개"), *_money(order)]
    return finish(lines, copy=copy, training=shop.training)


def _money(order: Order) -> list[Line]:
    if order.to_collect:
        collect = Pair("받을 금액", won(order.to_collect), Size.LARGE, bold=True)
        return [Pair("결제", "만나서 결제 (미결제)", Size.TALL, bold=True), collect]
    return [Pair("결제", "결제 완료 (받을 금액 없음)", Size.TALL, bold=True)]
