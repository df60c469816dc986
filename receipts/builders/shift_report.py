"""The till's shift on paper: X and Z (중간·마감 정산), cash in and out, the sheet to count on. Adds nothing up."""

from __future__ import annotations

from pos.domain.codec import Json, decode
from pos.domain.report import TenderSum
from pos.domain.shift import DENOMINATIONS, CashCounted, CashMove, CashMoved, signed
from pos.domain.shift_report import DrawerSum, ShiftReport
from receipts.builders.day_report import HEADER, SELDOM, TENDERS, order_lines
from receipts.builders.parts import finish, korean_time, won
from receipts.document import (
    BigAmount,
    Blank,
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

MOVES = {
    CashMove.PAID_IN: "입금",
    CashMove.PAID_OUT: "출금",
    CashMove.SAFE_DROP: "금고 입금",
}
NOBODY = "(미지정)"


def build_shift_report(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return an X, or a Z where the shift was closed.

    Args:
        body: `encode(ShiftReport)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.

    Raises:
        ValueError: the body is no such report, or copy is below 1.
    """
    report = decode(ShiftReport, body)
    lines = [*_head(report, shop), *_sales(report), *_orders(report)]
    lines += [*_by(report), *_drawer(report)]
    if report.count is not None:
        lines += _count(report.count, report.accepted_by)
    lines += [*_waiting(report), *_end(report)]
    return finish(lines, copy=copy, training=shop.training)


def build_cash_slip(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return the slip of cash put in or taken out; `body` is `encode(CashMoved)`.

    Raises:
        ValueError: the body is none, or copy is below 1.
    """
    moved = decode(CashMoved, body)
    lines: list[Line] = [
        Title(MOVES[moved.move]),
        Text(shop.name),
        Pair("일시", korean_time(moved.at)),
        Pair("단말기번호", shop.terminal_number),
        Rule(RuleStyle.STRONG),
        BigAmount("금액", won(moved.amount)),
        Pair("사유", moved.reason),
        Pair("담당자", moved.by),
    ]
    if moved.allowed_by:
        lines.append(Pair("승인자", moved.allowed_by))
    lines += [Rule(), Text("서명"), Blank(2)]
    return finish(lines, copy=copy, training=shop.training)


def build_count_sheet(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return the empty sheet on which the drawer is counted: no figure tells what should come out.

    Raises:
        ValueError: the body says anything, or copy is below 1.
    """
    if body:
        raise ValueError("an empty sheet has nothing to say")
    lines: list[Line] = [Title("현금 실사표"), Text(shop.name), Rule()]
    lines += [Pair(f"{value}원", "x ________ = __________") for value in DENOMINATIONS]
    lines += [Rule(), Pair("합계", "__________"), Pair("담당자", "__________"), Blank()]
    return finish(lines, copy=copy, training=shop.training)


def _head(report: ShiftReport, shop: ShopFacts) -> list[Line]:
    title = f"마감 정산 Z{report.number:04d}" if report.number else "중간 정산 X"
    lines: list[Line] = [
        Title(title),
        Text(f"영업일 {report.day:%Y-%m-%d}", Align.CENTER, bold=True),
        Text(shop.name),
        Pair("사업자번호", shop.business_number),
        Pair("단말기번호", shop.terminal_number),
        Rule(),
    ]
    if report.since is not None:
        lines.append(Pair("시작", korean_time(report.since)))
    if report.opened_by:
        lines.append(Pair("시작 담당자", report.opened_by))
    return [*lines, Pair("출력", korean_time(report.at)), Pair("담당자", report.by or NOBODY)]


def _sales(report: ShiftReport) -> list[Line]:
    day = report.summary
    items = [_item(name, day.tenders.get(key, TenderSum())) for key, name in TENDERS.items()]
    strange = [
        _item(SELDOM.get(key, key), each) for key, each in day.tenders.items() if key not in TENDERS
    ]
    return [
        Rule(RuleStyle.STRONG),
        BigAmount("매출", won(day.sales.amount)),
        Pair("거래건수", f"{day.sales.count:,}건"),
        Pair("취소·반품", _counted(day.refunds)),
        Pair("순매출", won(day.net), bold=True),
        Pair("부가세(순)", won(day.vat - day.refund_vat)),
        Rule(),
        Items(HEADER, (*items, *strange, _item("인천e음 합계", day.voucher))),
    ]


def _orders(report: ShiftReport) -> list[Line]:
    """Delivery orders stand apart: what is paid in the app is no sale of this till."""
    day = report.summary
    any_ = day.orders.count or day.order_refunds.count or day.order_unpaid.count
    return [Rule(), *order_lines(day)] if any_ else []


def _by(report: ShiftReport) -> list[Line]:
    lines: list[Line] = []
    if len(report.people) > 1:
        lines += [Rule(), Text("담당자별", bold=True)]
        for each in report.people:
            lines += _sums(each.name or NOBODY, each.sales, each.refunds)
    if len(report.calendar) > 1:
        lines += [Rule(), Text("날짜별(서버 정산일)", bold=True)]
        for part in report.calendar:
            lines += _sums(f"{part.day:%m-%d}", part.sales, part.refunds)
    return lines


def _sums(name: str, sales: TenderSum, refunds: TenderSum) -> list[Line]:
    lines: list[Line] = [Pair(name, _counted(sales))]
    if refunds.count:
        lines.append(Pair("취소·반품", _counted(refunds), indent=2))
    return lines


def _drawer(report: ShiftReport) -> list[Line]:
    drawer: DrawerSum = report.drawer
    lines: list[Line] = [
        Rule(),
        Text("현금", bold=True),
        Pair("준비금", won(drawer.cash_float)),
        Pair("현금 매출", _counted(drawer.sales)),
        Pair("현금 환불", _counted(drawer.refunds)),
        Pair("입금", _counted(drawer.paid_in)),
        Pair("출금", _counted(drawer.paid_out)),
        Pair("금고 입금", _counted(drawer.dropped)),
        Pair("판매 없이 서랍 열기", f"{drawer.opened:,}번"),
    ]
    if report.count is not None:  # On an X it would tell what a blind count must find.
        lines.append(Pair("있어야 할 현금", won(report.count.expected), bold=True))
    return lines


def _count(count: CashCounted, accepted_by: str) -> list[Line]:
    lines: list[Line] = [Rule()]
    lines += [
        Pair(f"{each.value}원 x {each.pieces:,}", won(each.value * each.pieces))
        for each in count.counts
        if each.pieces
    ]
    name = "차액(과)" if count.difference.amount > 0 else "차액(부족)"
    lines += [
        Pair("센 현금", won(count.total), bold=True),
        Pair(name if count.difference else "차액", f"{signed(count.difference)}원", bold=True),
    ]
    if accepted_by:
        lines.append(Pair("차액 인정", accepted_by))
    return lines


def _waiting(report: ShiftReport) -> list[Line]:
    if not (report.unsent or report.unprinted):
        return []
    return [
        Rule(),
        Pair("미전송 기록(이월)", f"{report.unsent:,}건"),
        Pair("그중 카드 결제", won(report.unsent_amount), indent=2),
        Pair("미인쇄", f"{report.unprinted:,}장"),
    ]


def _end(report: ShiftReport) -> list[Line]:
    return [Rule(), Pair("기록 끝 번호", report.summary.head)] if report.summary.head else []


def _item(name: str, total: TenderSum) -> Item:
    return Item(name, f"{total.count:,}", str(total.amount))


def _counted(total: TenderSum) -> str:
    return f"{total.count:,}건 {won(total.amount)}"
