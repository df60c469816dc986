"""A card payment's own slip (매출전표), the customer's and the shop's copy. Never a number unmasked."""

from __future__ import annotations

from pos.domain.card_slip import CardSlip, SlipFor
from pos.domain.codec import Json, decode
from pos.domain.sale import SaleRecord
from pos.domain.tender import VoucherTender
from receipts.builders.benefits import benefit_lines
from receipts.builders.parts import farewell, finish, korean_time, tax_lines, titled, won
from receipts.builders.voucher_slip import voucher_lines
from receipts.document import BigAmount, Document, Line, Pair, Rule, RuleStyle, Text
from receipts.shop import ShopFacts

AUDIENCES = {SlipFor.CUSTOMER: "고객용", SlipFor.MERCHANT: "가맹점용"}
KEEP = "가맹점 보관용: 5년간 보관하세요."
THANKS = "이용해 주셔서 감사합니다."


def build_card_slip(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return one card payment's slip.

    Args:
        body: `encode(CardSlip)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.

    Raises:
        ValueError: the body is no slip, or copy is below 1.
    """
    slip = decode(CardSlip, body)
    sale, tender = slip.sale, slip.tender
    lines = [
        *titled("매출전표", AUDIENCES[slip.audience], shop),
        Pair("영수증번호", sale.receipt_number),
        Pair("거래일시", korean_time(sale.completed_at)),
        Pair("단말기번호", shop.terminal_number),
        Rule(RuleStyle.STRONG),
        *_amounts(sale, tender, shop),
        Rule(RuleStyle.STRONG),
        *voucher_lines(tender, shop.no_signature_max),
        *benefit_lines(tender.benefits),
        *_fee(slip),
    ]
    if slip.audience is SlipFor.MERCHANT:
        lines += [Rule(), Text(KEEP)]
    else:
        lines += farewell(shop, THANKS)
    return finish(lines, copy=copy, training=sale.training or shop.training)


def _amounts(sale: SaleRecord, tender: VoucherTender, shop: ShopFacts) -> list[Line]:
    """The sale's own split stands on the slip only where the card paid all of it: it is made once."""
    if tender.amount == sale.total:
        return [*tax_lines(sale.tax, shop), BigAmount("합계", won(sale.total))]
    return [
        Pair("판매 합계", won(sale.total)),
        Pair("다른 수단으로 받음", won(sale.total - tender.amount)),
        BigAmount("이 카드로", won(tender.amount)),
    ]


def _fee(slip: CardSlip) -> list[Line]:
    if slip.fee is None or slip.audience is not SlipFor.MERCHANT:
        return []
    return [
        Rule(),
        Pair("카드 수수료", won(slip.fee.fee)),
        Pair("수수료 지원", won(slip.fee.support)),
        Text("※ 지원금은 반기별로 따로 입금됩니다."),
    ]
