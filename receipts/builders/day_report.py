"""The day on paper (일일 정산). Never adds anything up: it says what the summary holds."""

from __future__ import annotations

from pos.domain.benefit import BenefitKind
from pos.domain.card import Wallet
from pos.domain.codec import Json, decode
from pos.domain.report import DaySummary, TenderSum
from pos.domain.tender import ApprovalMode
from receipts.builders.parts import WALLETS, finish, won
from receipts.document import (
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
from receipts.rows import Align
from receipts.shop import ShopFacts

HEADER = Item("구분", "건수", "금액")
TENDERS = {
    "cash": "현금",
    ApprovalMode.ONLINE.value: "인천e음 온라인",
    ApprovalMode.OFFLINE_GUARANTEED.value: "오프라인(보장)",
    ApprovalMode.OFFLINE_AT_RISK.value: "오프라인(미보장)",
}


SELDOM = {"coupon": "쿠폰", "external": "타 단말기 카드"}
"""Only where there were any."""


def build_day_report(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return one business day's report.

    Args:
        body: `encode(DaySummary)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.

    Raises:
        ValueError: the body is no summary, or copy is below 1.
    """
    day = decode(DaySummary, body)
    lines = [
        *_head(day, shop),
        *tender_lines(day),
        *_customers(day),
        *_orders(day),
        *head_of_journal(day),
    ]
    return finish(lines, copy=copy, training=shop.training)


def _head(day: DaySummary, shop: ShopFacts) -> list[Line]:
    return [
        Title("일일 정산"),
        Text(f"{day.day:%Y-%m-%d}", Align.CENTER, bold=True),
        Text(shop.name),
        Pair("사업자번호", shop.business_number),
        Pair("단말기번호", shop.terminal_number),
        Rule(RuleStyle.STRONG),
        BigAmount("매출", won(day.sales.amount)),
        Pair("거래건수", f"{day.sales.count:,}건"),
        Pair("부가세", won(day.vat)),
    ]


def tender_lines(day: DaySummary) -> list[Line]:
    """Return how the day was paid, and the vouchers' share."""
    items = [_item(name, day.tenders.get(key, TenderSum())) for key, name in TENDERS.items()]
    strange = [
        _item(SELDOM.get(key, key), each) for key, each in day.tenders.items() if key not in TENDERS
    ]
    table = Items(HEADER, (*items, *strange, _item("인천e음 합계", day.voucher)))
    qr = [Pair("그중 QR", _counted(day.qr), indent=2)] if day.qr.count else []
    share = Pair("인천e음 비중", _share(day))
    return [Rule(), table, *qr, *_wallets(day), *_benefits(day), share]


def _benefits(day: DaySummary) -> list[Line]:
    names = {
        BenefitKind.COUPON.value: "카드 속 쿠폰",
        BenefitKind.PLUS.value: "혜택플러스(매장 부담)",
    }
    return [
        Pair(names.get(kind, kind), _counted(total), indent=2)
        for kind, total in sorted(day.benefits.items())
    ]


def _wallets(day: DaySummary) -> list[Line]:
    return [
        Pair(f"그중 {WALLETS[Wallet(name)]}", _counted(total), indent=2)
        for name, total in sorted(day.wallets.items())
    ]


def _item(name: str, total: TenderSum) -> Item:
    return Item(name, f"{total.count:,}", str(total.amount))


def _share(day: DaySummary) -> str:
    """Return the vouchers' part of the sales in tenths of a percent, rounded half up."""
    sales = day.sales.amount.amount
    if sales <= 0:
        return "-"
    tenths = (day.voucher.amount.amount * 2_000 + sales) // (2 * sales)
    return f"{tenths // 10}.{tenths % 10}%"


def _customers(day: DaySummary) -> list[Line]:
    return [
        Rule(),
        Pair("고객 캐시백(확정)", won(day.cashback)),
        Pair("고객 캐시백(예상)", won(day.cashback_estimated)),
        Pair("취소·반품", _counted(day.refunds)),
        *_given_back(day),
        Pair("망취소", _counted(day.reversed)),
        Pair("미수금(전송거절)", _counted(day.receivable)),
    ]


def _given_back(day: DaySummary) -> list[Line]:
    if not day.refunds.count:
        return []
    names = {
        "cash": "현금으로",
        "card": "카드로",
        "coupon": "쿠폰 발행처로",
        "external": "타 단말기에서",
    }
    return [
        *(
            Pair(names.get(way, way), _counted(total), indent=2)
            for way, total in sorted(day.refunded_to.items())
        ),
        Pair("부가세", won(day.refund_vat), indent=2),
        Pair("회수한 캐시백", won(day.cashback_taken), indent=2),
        Pair("순매출", won(day.net), bold=True),
    ]


def _orders(day: DaySummary) -> list[Line]:
    return [
        Rule(),
        *order_lines(day),
        Pair("중개수수료", won(day.order_commission)),
        Pair("민간 배달앱이라면", won(day.order_private_cost)),
        Pair("아낀 수수료", won(day.order_saving), bold=True),
    ]


def order_lines(day: DaySummary) -> list[Line]:
    """Return the orders, what was given back of them, and what is left: the first less the second."""
    lines: list[Line] = [Pair("배달주문", _counted(day.orders))]
    if day.order_refunds.count:
        lines += [
            Pair("주문 취소·환불", _counted(day.order_refunds), indent=2),
            Pair("주문 순액", won(day.order_net), bold=True),
        ]
    if day.order_unpaid.count:
        lines.append(Pair("못 받은 주문 대금", _counted(day.order_unpaid), indent=2))
    return lines


def head_of_journal(day: DaySummary) -> list[Line]:
    """Kept on paper, it shows later that no record was cut off the journal's end."""
    return [Rule(), Pair("기록 끝 번호", day.head)] if day.head else []


def _counted(total: TenderSum) -> str:
    return f"{total.count:,}건 {won(total.amount)}"
