"""A gift receipt (교환증): what was bought, where and when, to exchange it. Never a price, a card or a total."""

from __future__ import annotations

from pos.domain.codec import Json, decode
from pos.domain.receipt_body import ReceiptBody
from receipts.builders.parts import farewell, finish, korean_time, titled
from receipts.document import Barcode, Document, Item, Items, Pair, Rule, RuleStyle, Text
from receipts.rows import Align
from receipts.shop import ShopFacts

HEADER = Item("상품명", "", "수량")
EXCHANGE = "이 교환증과 상품을 함께 가져오세요."


def build_gift_receipt(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return what goes into the bag of a present.

    Args:
        body: `encode(ReceiptBody)`, as of the sale.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.

    Raises:
        ValueError: the body is no sale, or copy is below 1.
    """
    sale = decode(ReceiptBody, body).sale
    items = tuple(Item(line.name, "", str(line.quantity)) for line in sale.lines)
    lines = [
        *titled("교환증", "선물용", shop),
        Pair("영수증번호", sale.receipt_number),
        Pair("구매일시", korean_time(sale.completed_at)),
        Pair("단말기번호", shop.terminal_number),
        Rule(RuleStyle.STRONG),
        Items(HEADER, items),
        Rule(RuleStyle.STRONG),
        Text(EXCHANGE, Align.CENTER),
        Barcode(sale.receipt_number),
        *farewell(shop, "선물을 전해 주셔서 감사합니다."),
    ]
    return finish(lines, copy=copy, training=sale.training or shop.training)
