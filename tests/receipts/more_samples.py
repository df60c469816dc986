"""Further papers to read: discounts and options, wallets, two cards at risk, a stopped order, signed codes, the shop's code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pos.domain.card import CardEntry, Wallet
from pos.domain.card_slip import SlipFor
from pos.domain.discount import Discount
from pos.domain.identifiers import TransactionId
from pos.domain.order import OrderState, advance
from pos.domain.sale import Sale, complete
from pos.domain.sale_line import SaleLine
from pos.domain.tax import TaxKind
from pos.domain.tender import ApprovalMode, CashTender
from pos.domain.won import ZERO, Won
from pos.ports import PrintKind
from tests.pos.domain.receipts import OFFLINE_BODY, ONLINE_BODY
from tests.receipts.builders.test_qr_papers import CODE
from tests.receipts.samples import (
    BASKET,
    KIMBAP,
    NOON,
    OFFLINE,
    ONLINE,
    ORDER,
    RETURNED,
    VOIDED,
    Sample,
    body_of,
    receipt_of,
    sale,
    slip_of,
)

COFFEE = SaleLine(
    1,
    "c",
    "아메리카노",
    Won(4_200),
    2,
    TaxKind.TAXABLE,
    options=("라지", "샷 추가"),
    note="얼음 적게",
)
BEEF = SaleLine(2, "b", "한우 등심 1++ 구이용", Won(98_000), 1, TaxKind.EXEMPT, weight_g=612)
BEER = SaleLine(
    3, "w", "병맥주 500ml", Won(2_500), 6, TaxKind.TAXABLE, discount=Discount(percent=10)
)
BOTTLES = SaleLine(4, "", "빈용기보증금", Won(130), 6, TaxKind.TAXABLE, deposit_of=3)
OFF = replace(
    Sale(TransactionId(0x0001_0000_0001, 7, 44), NOON),
    lines=(COFFEE, BEEF, BEER, BOTTLES),
    next_number=5,
).with_discount(Discount(won=Won(2_000)))
DISCOUNTED = complete(
    OFF.with_tender(CashTender(OFF.due, Won(100_000), Won(100_000) - OFF.due)),
    receipt_number="20261124-0011",
    at=NOON,
    by="이하늘",
)
RISKY = replace(
    OFFLINE,
    mode=ApprovalMode.OFFLINE_AT_RISK,
    amount=Won(30_000),
    cashback=Won(3_000),
    payment_id=TransactionId(0x0001_0000_0001, 7, 45),
)
SURE = replace(OFFLINE, amount=Won(28_500), cashback=Won(2_850))
TWO_CARDS = sale((replace(KIMBAP, quantity=13),), (SURE, RISKY))
WALLET = replace(ONLINE, wallet=Wallet.SAMSUNG_PAY, entry=CardEntry.CONTACTLESS_CHIP)
BY_QR = replace(ONLINE, entry=CardEntry.SHOP_QR, purses=(), cashback=ZERO)
STOPPED = advance(replace(ORDER, ended_at=NOON + timedelta(minutes=3)), OrderState.CANCELLED)

MORE_SAMPLES: dict[str, Sample] = {
    "discounts_and_options": Sample(PrintKind.SALE_RECEIPT, receipt_of(DISCOUNTED)),
    "two_cards_one_at_risk": Sample(PrintKind.SALE_RECEIPT, receipt_of(TWO_CARDS)),
    "samsung_pay": Sample(PrintKind.SALE_RECEIPT, receipt_of(sale(BASKET, (WALLET,)))),
    "paid_by_qr": Sample(PrintKind.SALE_RECEIPT, receipt_of(sale(BASKET, (BY_QR,)))),
    "card_slip_offline": slip_of(TWO_CARDS, SlipFor.MERCHANT, RISKY.payment_id),
    "card_slip_reprint": replace(slip_of(TWO_CARDS, SlipFor.CUSTOMER, SURE.payment_id), copy=2),
    "kitchen_stop": Sample(PrintKind.KITCHEN_TICKET, body_of(STOPPED)),
}
SIGNED_SAMPLES: dict[str, Sample] = {
    "signed_receipt": Sample(PrintKind.SALE_RECEIPT, body_of(ONLINE_BODY)),
    "signed_offline_receipt": Sample(PrintKind.SALE_RECEIPT, body_of(OFFLINE_BODY)),
    "signed_void": Sample(PrintKind.REFUND_SLIP, body_of(VOIDED)),
    "signed_refund": Sample(PrintKind.REFUND_SLIP, body_of(RETURNED)),
    "pay_code": Sample(PrintKind.PAY_CODE, {"code": CODE.text}),
}
