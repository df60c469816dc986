"""A sale's receipt (영수증, 고객용). Never computes an amount: it says what the record holds.

Fields and order: 부가가치세법 시행령 73 for the head and the taxes, then the usual card slip.
"""

from __future__ import annotations

from collections.abc import Callable

from pos.domain.codec import Json, decode
from pos.domain.receipt_body import ReceiptBody
from pos.domain.sale import SaleRecord
from pos.domain.sale_line import SaleLine
from pos.domain.tax import TaxKind
from pos.domain.tender import CashTender, ExternalTender, Tender
from pos.domain.won import Won
from receipts.builders.benefits import benefit_lines
from receipts.builders.parts import (
    EXEMPT_MARK,
    EXEMPT_NOTE,
    channel_name,
    farewell,
    finish,
    korean_time,
    tax_lines,
    titled,
    won,
)
from receipts.builders.voucher_slip import coupon_lines, voucher_lines
from receipts.document import (
    BigAmount,
    Document,
    Item,
    Items,
    Line,
    Pair,
    Qr,
    Rule,
    RuleStyle,
    Text,
)
from receipts.shop import ShopFacts

Proof = Callable[[ReceiptBody], str]
"""Returns the signed text that stands for a receipt, or nothing where there is none."""

THANKS = "이용해 주셔서 감사합니다."
HEADER = Item("상품명", "수량", "금액", "단가")
CODE_CAPTION = "영수증 진위 확인"
CODE_TOO_LARGE = "※ 확인 코드가 용지보다 커서 인쇄하지 않았습니다."


def build_sale_receipt(
    body: dict[str, Json], shop: ShopFacts, *, copy: int, proof: Proof | None = None
) -> Document:
    """Return a finished sale's receipt.

    Args:
        body: `encode(ReceiptBody)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.
        proof: makes the signed text that lets anyone check the receipt, and a lost terminal's sale
            be told from its paper; printed as a QR code.

    Raises:
        ValueError: the body is no sale, or copy is below 1.
    """
    receipt = decode(ReceiptBody, body)
    sale = receipt.sale
    lines = [*_head(sale, shop), *_items(sale), *tax_lines(sale.tax, shop)]
    lines.append(BigAmount("합계", won(sale.total)))
    for tender in sale.tenders:
        lines += [Rule(), *_tender(tender, shop.no_signature_max)]
    lines += benefit_lines(receipt.benefits)
    if proof and (code := proof(receipt)):
        lines += [Rule(), Qr(code, CODE_CAPTION, CODE_TOO_LARGE)]
    lines += farewell(shop, THANKS)
    return finish(lines, copy=copy, training=sale.training or shop.training)


def _head(sale: SaleRecord, shop: ShopFacts) -> list[Line]:
    lines: list[Line] = [
        *titled("영수증", "고객용", shop),
        Pair("영수증번호", sale.receipt_number),
        Pair("거래일시", korean_time(sale.completed_at)),
        Pair("단말기번호", shop.terminal_number),
    ]
    if sale.by not in ("", shop.name):
        lines.append(Pair("담당자", sale.by))
    if sale.order_key:
        channel, _, number = sale.order_key.partition(":")
        lines.append(Pair("배달주문", f"{channel_name(channel)} {number}"))
    return lines


def _items(sale: SaleRecord) -> list[Line]:
    table = Items(HEADER, tuple(item for line in sale.lines for item in _line(line)))
    lines: list[Line] = [Rule(RuleStyle.STRONG), table, Rule(RuleStyle.STRONG)]
    if sale.off:
        lines.append(Pair("할인합계", won(-sale.off)))
    if any(line.tax is TaxKind.EXEMPT for line in sale.lines):
        lines.append(Text(EXEMPT_NOTE))
    return lines


def _line(line: SaleLine) -> list[Item]:
    """Return a line at its full price, and under it what was chosen with it and what came off."""
    mark = EXEMPT_MARK if line.tax is TaxKind.EXEMPT else ""
    much = f"{line.weight_g:,}g" if line.weight_g else str(line.quantity)
    items = [Item(f"{mark}{line.name}", much, str(line.gross), str(line.unit_price))]
    items += [Item(f"· {each}", "", "") for each in (*line.options, line.note) if each]
    if line.off:
        percent = f" {line.discount.percent}%" if line.discount and line.discount.percent else ""
        items.append(Item(f"· 할인{percent}", "", str(-line.off)))
    return items


def _tender(tender: Tender, no_signature_max: Won) -> list[Line]:
    if isinstance(tender, ExternalTender):
        return [
            Pair("신용카드(타 단말기 승인)", won(tender.amount), bold=True),
            Pair("카드사", tender.issuer, indent=2),
            Pair("승인번호", tender.approval_code, indent=2),
            Text("※ 이 단말기에서 승인하지 않고 기록만 했습니다."),
        ]
    if not isinstance(tender, CashTender):
        if tender.by_coupon:
            return coupon_lines(tender)
        return voucher_lines(tender, no_signature_max)
    return [
        Pair("현금", won(tender.amount), bold=True),
        Pair("받은금액", won(tender.received), indent=2),
        Pair("거스름돈", won(tender.change), indent=2),
    ]
