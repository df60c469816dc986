"""X and Z (중간 점검, 마감 정산) and the count-up sheet. Never adds anything up: it says what the report holds."""

from __future__ import annotations

from pos.domain.codec import Json, decode
from pos.domain.till_report import CashSums, CountSheet, TillReport, TillReportKind
from pos.domain.won import ZERO, Won
from receipts.builders.day_report import head_of_journal, tender_lines
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
from receipts.rows import Size
from receipts.shop import ShopFacts

TITLES = {TillReportKind.X: "중간 점검 (X)", TillReportKind.Z: "마감 정산 (Z)"}
TO_COUNT, TO_WRITE = "매수 ____", "_" * 10
SIGN = "_" * 18


def build_till_report(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return an X or a Z.

    Args:
        body: `encode(TillReport)`, as it stands in the print spool.
        shop: whose paper it is.
        copy: 1 is the original; 2 is marked 재발행 1.

    Raises:
        ValueError: the body is no report, or copy is below 1.
    """
    report = decode(TillReport, body)
    day = report.summary
    lines: list[Line] = [
        Title(TITLES[report.kind]),
        Text(shop.name),
        Pair("사업자번호", shop.business_number),
        Pair("단말기번호", shop.terminal_number),
        *_number(report),
        Pair("영업일", f"{day.day:%Y-%m-%d}"),
        Pair("시작", korean_time(report.since)),
        Pair("출력", korean_time(report.until)),
        Pair("담당자", report.by),
        Rule(RuleStyle.STRONG),
        BigAmount("매출", won(day.sales.amount)),
        Pair("거래건수", f"{day.sales.count:,}건"),
        Pair("부가세", won(day.vat)),
        *_refunds(report),
        *tender_lines(day),
        *_drawer(report.cash),
        *_counted(report),
        *head_of_journal(day),
    ]
    if report.kind is TillReportKind.X:
        lines += [Rule(), Text("※ 마감이 아닙니다. 판매는 계속됩니다.")]
    else:
        lines += [Blank(), Pair("확인", SIGN)]
    return finish(lines, copy=copy, training=shop.training)


def build_count_sheet(body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document:
    """Return the sheet on which a drawer is counted, to be written on or filled in.

    Raises:
        ValueError: the body is no sheet, or copy is below 1.
    """
    sheet = decode(CountSheet, body)
    total = won(sheet.total) if sheet.is_counted else TO_WRITE
    lines: list[Line] = [
        Title("시재 점검표"),
        Text(shop.name),
        Pair("단말기번호", shop.terminal_number),
        Pair("점검", korean_time(sheet.at)),
        Pair("담당자", sheet.by),
        Rule(RuleStyle.STRONG),
        *_faces(sheet),
        Rule(RuleStyle.STRONG),
        BigAmount("합계", total),
    ]
    if sheet.expected is not None:
        lines.append(Pair("있어야 할 현금", won(sheet.expected)))
        if sheet.is_counted:
            lines.append(Pair("차이", _signed(sheet.total - sheet.expected), bold=True))
    return finish([*lines, Blank(), Pair("확인", SIGN)], copy=copy, training=shop.training)


def _number(report: TillReport) -> list[Line]:
    if report.kind is TillReportKind.X:
        return []
    return [Pair("마감번호", f"{report.number:04d}")]


def _refunds(report: TillReport) -> list[Line]:
    refunds = report.summary.refunds
    if not refunds.count:
        return []
    back = f"{refunds.count:,}건 {won(-refunds.amount)}"
    return [Pair("취소·반품", back), Pair("순매출", won(report.summary.net), bold=True)]


def _drawer(cash: CashSums) -> list[Line]:
    moved = {
        "현금 매출": cash.sales,
        "현금 환불": -cash.refunds,
        "입금": cash.paid_in,
        "출금": -cash.paid_out,
        "금고 입금": -cash.dropped,
    }
    rows = [Pair(name, won(amount), indent=2) for name, amount in moved.items() if amount]
    return [
        Rule(),
        Text("금전함", bold=True),
        Pair("준비금", won(cash.opening), indent=2),
        *rows,
        Pair("있어야 할 현금", won(cash.expected), bold=True),
    ]


def _counted(report: TillReport) -> list[Line]:
    if report.counted is None or report.difference is None:
        return []
    return [
        Pair("센 현금", won(report.counted), bold=True),
        Pair("차이", _signed(report.difference), bold=True),
    ]


def _signed(amount: Won) -> str:
    return f"{'+' if amount > ZERO else ''}{won(amount)}"


def _faces(sheet: CountSheet) -> list[Line]:
    if not sheet.is_counted:  # Tall rows, that a hand can write on.
        return [Pair(won(each.face), f"{TO_COUNT} {TO_WRITE}", Size.TALL) for each in sheet.faces]
    items = tuple(
        Item(won(each.face), f"{each.count or 0:,}", str(each.amount)) for each in sheet.faces
    )
    return [Items(Item("권종", "매수", "금액"), items)]
