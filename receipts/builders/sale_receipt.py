"""A sale's receipt (영수증, 고객용). Never computes an amount: it says what the record holds.

Fields and order: 부가가치세법 시행령 73 for the head and the taxes, then the usual card slip.
"""

from __future__ import annotations

from pos.domain.codec import Json, decode
from pos.domain.sale import SaleLine, SaleRecord
from pos.domain.tax import TaxKind
from pos.domain.tender import CashTender, Tender
from pos.domain.won import Won
from receipts.builders.parts import channel_name, finish, korean_time, won
from receipts.builders.voucher_slip import voucher_lines
from receipts.document import (
    BigAmount,
    Blank,
    Document,
    Item,
    Items,
    Line,
    Pair,
    Qr,
    Rule,
    RuleStyle,
    Text,
    Title,
)
from receipts.rows import Align
from receipts.shop import ShopFacts

HEADER = Item("상품명", "수량", "금액", "단가")
EXEMPT_MARK = "*"


def build_sale_receipt(
    body: dict[str, Json], shop: ShopFacts, *, copy: int, proof: str = ""
) -> Document:
    """Return a finished sale's receipt.

    Args:
        body: `encode(SaleRecord)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.
        proof: a signed text that lets anyone check the receipt; printed as a QR code if given.

    Raises:
        ValueError: the body is no sale, or copy is below 1.
    """
    sale = decode(SaleRecord, body)
    lines = [*_head(sale, shop), *_items(sale), *_taxes(sale, shop)]
    for tender in sale.tenders:
        lines += [Rule(), *_tender(tender, shop.no_signature_max)]
    if proof:
        lines += [Rule(), Qr(proof, "영수증 진위 확인")]
    lines += [Rule(), Text("이용해 주셔서 감사합니다.", Align.CENTER)]
    return finish(lines, copy=copy, training=sale.training or shop.training)


def _head(sale: SaleRecord, shop: ShopFacts) -> list[Line]:
    lines: list[Line] = [
        Title("영수증"),
        Text("(고객용)", Align.CENTER),
        Blank(),
        Text(shop.name, bold=True),
        Pair("사업자번호", shop.business_number),
        Pair("대표자", shop.representative),
        Pair("전화", shop.phone),
        Text(shop.address),
        Rule(),
        Pair("영수증번호", sale.receipt_number),
        Pair("거래일시", korean_time(sale.completed_at)),
        Pair("단말기번호", shop.terminal_number),
    ]
    if sale.order_key:
        channel, _, number = sale.order_key.partition(":")
        lines.append(Pair("배달주문", f"{channel_name(channel)} {number}"))
    return lines


def _items(sale: SaleRecord) -> list[Line]:
    table = Items(HEADER, tuple(_item(line) for line in sale.lines))
    lines: list[Line] = [Rule(RuleStyle.STRONG), table, Rule(RuleStyle.STRONG)]
    if any(line.tax is TaxKind.EXEMPT for line in sale.lines):
        lines.append(Text(f"{EXEMPT_MARK} 표시 상품은 면세입니다."))
    return lines


def _item(line: SaleLine) -> Item:
    mark = EXEMPT_MARK if line.tax is TaxKind.EXEMPT else ""
    return Item(f"{mark}{line.name}", str(line.quantity), str(line.total), str(line.unit_price))


def _taxes(sale: SaleRecord, shop: ShopFacts) -> list[Line]:
    lines: list[Line] = []
    if shop.show_vat:
        lines.append(Pair("과세물품가액", won(sale.tax.supply)))
        lines.append(Pair("부가세", won(sale.tax.vat)))
    if sale.tax.exempt and shop.show_vat:
        lines.append(Pair("면세물품가액", won(sale.tax.exempt)))
    if sale.tax.service_charge:
        lines.append(Pair("봉사료", won(sale.tax.service_charge)))
    return [*lines, BigAmount("합계", won(sale.total))]


def _tender(tender: Tender, no_signature_max: Won) -> list[Line]:
    if not isinstance(tender, CashTender):
        return voucher_lines(tender, no_signature_max)
    return [
        Pair("현금", won(tender.amount), bold=True),
        Pair("받은금액", won(tender.received), indent=2),
        Pair("거스름돈", won(tender.change), indent=2),
    ]
