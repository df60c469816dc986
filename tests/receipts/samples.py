"""Documents that look like a real shop's day, for the golden texts and the printer's tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from pos.domain.benefit import Benefit, BenefitKind
from pos.domain.card import CardEntry
from pos.domain.card_slip import CardSlip, FeeNote, SlipFor
from pos.domain.cash_receipt import (
    CancelReason,
    CashReceipt,
    CashReceiptCancel,
    CashReceiptUse,
    cash_tax,
    mask_id,
)
from pos.domain.codec import Json, encode
from pos.domain.identifiers import TransactionId
from pos.domain.order import Order, OrderLine, OrderState
from pos.domain.payment_events import OfflineApproved
from pos.domain.receipt_body import ReceiptBody
from pos.domain.refund import RefundRecord, plan_refund
from pos.domain.report import DaySummary, TenderSum
from pos.domain.sale import SaleRecord
from pos.domain.sale_line import SaleLine
from pos.domain.settlement_paper import SettledDay, SettlementPaper
from pos.domain.tax import TaxKind, split_tax
from pos.domain.tender import (
    ApprovalMode,
    CashTender,
    ExternalTender,
    Purse,
    PurseDraw,
    Tender,
    VoucherTender,
)
from pos.domain.won import Won
from pos.ports import PrintKind
from receipts.document import Logo
from receipts.shop import OwnerWords, ShopFacts
from receipts.template import parse_template

NOON = datetime(2026, 11, 24, 3, 0, 5, tzinfo=UTC)
SHOP = ShopFacts(
    name="부평 이음마트",
    business_number="123-45-67891",
    representative="김이음",
    phone="032-123-4567",
    address="인천광역시 부평구 부평대로 123, 1층",
    terminal_number="IE-0001-01",
    no_signature_max=Won(50_000),
)
KIMBAP = SaleLine(1, "8801234000024", "참치김밥", Won(4_500), 2, TaxKind.TAXABLE)
SNACK = SaleLine(2, "8801234000017", "새우깡", Won(1_500), 1, TaxKind.TAXABLE)
MILK = SaleLine(3, "8801234000031", "흰우유 1L", Won(2_900), 3, TaxKind.EXEMPT)
LONG = SaleLine(
    4,
    "8801234000048",
    "국내산 유기농 현미로 지은 즉석밥 210g x 12개입 특별기획 묶음상품",
    Won(15_900),
    1,
    TaxKind.TAXABLE,
)
ONLINE = VoucherTender(
    payment_id=TransactionId(0x0001_0000_0001, 7, 42),
    amount=Won(10_500),
    mode=ApprovalMode.ONLINE,
    masked_pan="629099******1234",
    approval_code="00812345",
    approved_at=NOON - timedelta(seconds=2),
    rrn="632903000042",
    purses=(
        PurseDraw(Purse.POLICY, Won(3_000)),
        PurseDraw(Purse.CHARGED, Won(7_000)),
        PurseDraw(Purse.CASHBACK, Won(500)),
    ),
    cashback=Won(700),
    balance=Won(41_250),
)
OFFLINE = replace(
    ONLINE,
    amount=Won(58_500),
    mode=ApprovalMode.OFFLINE_GUARANTEED,
    approval_code="F0000043",
    payment_id=TransactionId(0x0001_0000_0001, 7, 43),
    rrn="",
    purses=(),
    cashback=Won(5_850),
    cashback_is_estimate=True,
    balance=None,
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One document to print."""

    kind: PrintKind
    body: dict[str, Json]
    copy: int = 1
    shop: ShopFacts = SHOP


def sale(lines: tuple[SaleLine, ...], tenders: tuple[Tender, ...]) -> SaleRecord:
    """Return a finished sale at noon, its taxes split as the core splits them."""
    total = Won.total(line.total for line in lines)
    exempt = Won.total(line.total for line in lines if line.tax is TaxKind.EXEMPT)
    return SaleRecord(
        TransactionId(0x0001_0000_0001, 7, 41),
        "20261124-0007",
        NOON,
        lines,
        tenders,
        split_tax(total, exempt=exempt),
    )


def body_of(value: object) -> dict[str, Json]:
    """Return what the spool would hold."""
    body = encode(value)
    assert isinstance(body, dict)
    return body


def receipt_of(record: SaleRecord, *advices: OfflineApproved) -> dict[str, Json]:
    """Return what the spool would hold of a sale."""
    return body_of(ReceiptBody(record, advices))


def _sale(lines: tuple[SaleLine, ...], *tenders: Tender, copy: int = 1) -> Sample:
    return Sample(PrintKind.SALE_RECEIPT, receipt_of(sale(lines, tenders)), copy)


ORDER = Order(
    channel="baedal-eum",
    number="B20261124-000318",
    short_number="A-17",
    placed_at=NOON,
    accept_by=NOON + timedelta(minutes=5),
    lines=(
        OrderLine("매운 국물 떡볶이", 2, Won(10_000), ("치즈 추가", "순한맛")),
        OrderLine("참치김밥", 1, Won(4_500)),
        OrderLine("모둠튀김 세트(오징어, 김말이, 고구마)", 1, Won(8_000), ("간장 따로",)),
    ),
    total=Won(22_500),
    paid_in_app=True,
    disposables=False,
    shop_note="단무지 많이 주세요. 아이가 먹을 거라 떡볶이는 꼭 덜 맵게 부탁드립니다!",
    rider_note="문 앞에 놓고 벨 눌러 주세요",
    address_masked="인천 부평구 부평대로 *** 이음아파트 ***동",
    phone_masked="0504-****-1234",
    state=OrderState.ACCEPTED,
    minutes=20,
)
DAY = DaySummary(
    day=date(2026, 11, 24),
    sales=TenderSum(128, Won(1_873_400)),
    vat=Won(161_218),
    tenders={
        "cash": TenderSum(31, Won(312_900)),
        "online": TenderSum(92, Won(1_462_000)),
        "offline_guaranteed": TenderSum(5, Won(98_500)),
    },
    cashback=Won(131_580),
    cashback_estimated=Won(9_850),
    receivable=TenderSum(1, Won(12_000)),
    reversed=TenderSum(2, Won(27_000)),
    orders=TenderSum(14, Won(322_000)),
    order_commission=Won(3_220),
    order_private_cost=Won(38_254),
)
PART = replace(
    ONLINE,
    amount=Won(4_500),
    purses=(PurseDraw(Purse.POLICY, Won(3_000)), PurseDraw(Purse.CHARGED, Won(1_500))),
    cashback=Won(150),
    balance=Won(0),
)
CASH_PART = CashTender(Won(6_000), Won(10_000), Won(4_000))
CHANGE = (Won(11_000), Won(300))
BASKET = (KIMBAP, SNACK)


def _refund(
    record: SaleRecord, wanted: dict[int, int] | None, after: timedelta, number: str
) -> RefundRecord:
    return plan_refund(
        record,
        (),
        wanted,
        refund_id=TransactionId(0x0001_0000_0001, 7, 55),
        next_id=lambda: TransactionId(0x0001_0000_0001, 7, 56),
        receipt_number=number,
        at=record.completed_at + after,
        by="김이음",
    )


VOIDED = _refund(sale(BASKET, (ONLINE,)), None, timedelta(minutes=7), "20261124-0009")
RETURNED = _refund(
    sale((KIMBAP, MILK), (replace(PART, amount=Won(7_000)), CashTender(Won(10_700), *CHANGE))),
    {1: 1, 3: 2},
    timedelta(days=2),
    "20261126-0031",
)
SPLIT = sale(BASKET, (PART, CASH_PART))
CASH_RECEIPT = CashReceipt(
    sale_receipt_number=SPLIT.receipt_number,
    use=CashReceiptUse.INCOME,
    masked_id=mask_id("010-9876-1234"),
    approval_code="012345678",
    issued_at=NOON + timedelta(seconds=4),
    tax=cash_tax(SPLIT),
)
SELF_ISSUED = replace(
    CASH_RECEIPT, use=CashReceiptUse.SELF_ISSUED, masked_id=mask_id("010-000-1234")
)
CASH_TO_BE_SENT = replace(CASH_RECEIPT, approval_code="")
CASH_CANCELLED = replace(
    CASH_RECEIPT,
    use=CashReceiptUse.BUSINESS,
    masked_id=mask_id("124-81-00998"),
    approval_code="012345699",
    cancels=CashReceiptCancel(CancelReason.ISSUED_IN_ERROR, "012345678", date(2026, 11, 23)),
)
CANCEL_TO_BE_SENT = replace(
    CASH_TO_BE_SENT, cancels=CashReceiptCancel(CancelReason.SALE_VOIDED, "", date(2026, 11, 24))
)
BIG = sale((replace(KIMBAP, quantity=13), MILK), (replace(ONLINE, amount=Won(67_200)),))
FEE = FeeNote(Won(101), Won(101))
BENEFITS = (
    Benefit(BenefitKind.PLUS, "5%", Won(525)),
    Benefit(BenefitKind.COUPON, "부평시장 가을맞이", Won(3_000)),
)
SETTLED = SettledDay(
    day=date(2026, 11, 23),
    pay_on=date(2026, 11, 25),
    sales=Won(1_560_500),
    reversed_=Won(-27_000),
    refunds=Won(-10_500),
    orders=Won(322_000),
    fee=Won(8_376),
    commission=Won(3_220),
    merchant_funded=Won(7_350),
    fee_support_due=Won(8_376),
    closed=True,
)
SETTLEMENT = SettlementPaper(
    (SETTLED, replace(SETTLED, day=date(2026, 11, 24), pay_on=date(2026, 11, 26), closed=False))
)
TEMPLATE = """\
; 가게 주인이 고치는 파일
[머리]
# {가게}
> 시장에서 제일 신선한 김밥

[안내]
! 교환·환불 안내
7일 안에 영수증과 카드를 가져오세요. 문의 {전화}

[꼬리]
---
> 고맙습니다. 또 오세요!
"""
LOGO = Logo(
    96,
    b"".join(
        bytes.fromhex(row)
        for row in [
            "f" * 24,
            *["c00000000000000000000003"] * 6,
            *["c007fffffffffffffffff003"] * 4,
            *["c0070000000ff0000000f003"] * 12,
            *["c007fffffffffffffffff003"] * 4,
            *["c00000000000000000000003"] * 6,
            "f" * 24,
        ]
    ),
)


def own_words(shop: ShopFacts = SHOP, text: str = TEMPLATE) -> ShopFacts:
    """Return the shop with its owner's words on its papers."""
    facts = {each: getattr(shop, each) for each in ("name", "phone", "address", "terminal_number")}
    read = parse_template(text, facts)
    return replace(shop, words=OwnerWords(read.header, read.notice, read.footer, LOGO))


def slip_of(
    record: SaleRecord, audience: SlipFor, payment_id: TransactionId, fee: FeeNote | None = None
) -> Sample:
    """Return the slip of one card payment."""
    return Sample(PrintKind.CARD_SLIP, body_of(CardSlip(record, payment_id, audience, fee)))


def _slip(record: SaleRecord, audience: SlipFor, fee: FeeNote | None = None) -> Sample:
    (card,) = [each for each in record.tenders if isinstance(each, VoucherTender)]
    return slip_of(record, audience, card.payment_id, fee)


_BENEFITED = body_of(ReceiptBody(sale(BASKET, (ONLINE,)), (), BENEFITS))
_AT_THE_DOOR = replace(ORDER, paid_in_app=False, disposables=True)
COUPON = replace(
    ONLINE,
    amount=Won(3_000),
    masked_pan="********7Q2M",
    approval_code="00812346",
    entry=CardEntry.COUPON,
    payment_id=TransactionId(0x0001_0000_0001, 7, 44),
    purses=(PurseDraw(Purse.POLICY, Won(3_000)),),
    cashback=Won(0),
    balance=None,
    benefits=(Benefit(BenefitKind.COUPON, "장보는 날 쿠폰", Won(3_000)),),
)
ELSEWHERE = ExternalTender(Won(5_000), "국민", "30012345", NOON)
SELDOM_PAID = sale(BASKET, (COUPON, ELSEWHERE, CashTender(Won(2_500), Won(3_000), Won(500))))
SELDOM_DAY = replace(
    DAY,
    tenders={
        **DAY.tenders,
        "coupon": TenderSum(2, Won(6_000)),
        "external": TenderSum(1, Won(5_000)),
    },
    benefits={"coupon": TenderSum(1, Won(3_000)), "plus": TenderSum(7, Won(2_450))},
    refunded_to={**DAY.refunded_to, "external": TenderSum(1, Won(5_000))},
)


def _all_back(sold: SaleRecord) -> RefundRecord:
    ids = iter(range(900, 910))
    return plan_refund(
        sold,
        (),
        None,
        refund_id=TransactionId(0x0001_0000_0001, 7, 899),
        next_id=lambda: TransactionId(0x0001_0000_0001, 7, next(ids)),
        receipt_number="20261124-0009",
        at=NOON + timedelta(hours=1),
    )


SAMPLES: dict[str, Sample] = {
    "seldom_paid": Sample(PrintKind.SALE_RECEIPT, body_of(ReceiptBody(SELDOM_PAID))),
    "seldom_void": Sample(PrintKind.REFUND_SLIP, body_of(_all_back(SELDOM_PAID))),
    "seldom_day": Sample(PrintKind.DAY_REPORT, body_of(SELDOM_DAY)),
    "online_voucher": _sale(BASKET, ONLINE),
    "split_cash_and_voucher": _sale(BASKET, PART, CASH_PART),
    "offline_guaranteed": _sale((replace(KIMBAP, quantity=13),), OFFLINE),
    "exempt_items": _sale((KIMBAP, MILK, LONG), CashTender(Won(33_600), Won(50_000), Won(16_400))),
    "reprint": _sale(BASKET, ONLINE, copy=2),
    "training": replace(_sale(BASKET, ONLINE), shop=replace(SHOP, training=True)),
    "void_slip": Sample(PrintKind.REFUND_SLIP, body_of(VOIDED)),
    "refund_slip": Sample(PrintKind.REFUND_SLIP, body_of(RETURNED)),
    "owner_words": replace(_sale(BASKET, ONLINE), shop=own_words()),
    "benefits": Sample(PrintKind.SALE_RECEIPT, _BENEFITED),
    "gift_receipt": Sample(PrintKind.GIFT_RECEIPT, receipt_of(sale((*BASKET, LONG), ()))),
    "card_slip_customer": _slip(SPLIT, SlipFor.CUSTOMER),
    "card_slip_merchant": _slip(BIG, SlipFor.MERCHANT, FEE),
    "cash_receipt": Sample(PrintKind.CASH_RECEIPT, body_of(CASH_RECEIPT)),
    "cash_receipt_self_issued": Sample(PrintKind.CASH_RECEIPT, body_of(SELF_ISSUED)),
    "cash_receipt_to_be_sent": Sample(PrintKind.CASH_RECEIPT, body_of(CASH_TO_BE_SENT)),
    "cash_receipt_cancel_to_be_sent": Sample(PrintKind.CASH_RECEIPT, body_of(CANCEL_TO_BE_SENT)),
    "cash_receipt_cancelled": Sample(PrintKind.CASH_RECEIPT, body_of(CASH_CANCELLED)),
    "rider_slip": Sample(PrintKind.RIDER_SLIP, body_of(_AT_THE_DOOR)),
    "order_label": Sample(PrintKind.ORDER_LABEL, body_of(ORDER)),
    "settlement": Sample(PrintKind.SETTLEMENT, body_of(SETTLEMENT)),
    "kitchen_ticket": Sample(PrintKind.KITCHEN_TICKET, body_of(ORDER)),
    "day_report": Sample(PrintKind.DAY_REPORT, body_of(DAY)),
    "test_page": Sample(PrintKind.TEST_PAGE, {}),
}
