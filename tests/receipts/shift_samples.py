"""The shift's papers to read: an X, a Z with everything on it, a slip, the empty sheet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from pos.domain.report import TenderSum
from pos.domain.shift import CashCounted, CashMove, CashMoved, Count
from pos.domain.shift_report import CalendarSum, DrawerSum, PersonSum, ShiftReport
from pos.domain.won import Won
from pos.ports import PrintKind
from tests.receipts.samples import DAY, SHOP, Sample, body_of

AT = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
DRAWER = DrawerSum(
    cash_float=Won(100_000),
    sales=TenderSum(31, Won(312_900)),
    refunds=TenderSum(1, Won(3_000)),
    paid_in=TenderSum(1, Won(20_000)),
    paid_out=TenderSum(2, Won(15_000)),
    dropped=TenderSum(1, Won(300_000)),
    opened=2,
)
X = ShiftReport(
    number=0,
    day=date(2026, 11, 24),
    at=AT,
    by="박선임",
    summary=DAY,
    drawer=DRAWER,
    people=(
        PersonSum("김사장", TenderSum(28, Won(420_000)), TenderSum(1, Won(3_000))),
        PersonSum("이하늘", TenderSum(100, Won(1_453_400))),
    ),
    since=AT - timedelta(hours=11),
    opened_by="이하늘",
)
COUNT = CashCounted(
    (Count(Won(50_000), 1), Count(Won(10_000), 5), Count(Won(1_000), 14), Count(Won(100), 4)),
    DRAWER.expected,
    "이하늘",
    AT,
)
Z = replace(
    X,
    number=42,
    by="이하늘",
    count=COUNT,
    accepted_by="김사장",
    unsent=7,
    unsent_amount=Won(98_500),
    unprinted=1,
    calendar=(
        CalendarSum(date(2026, 11, 24), TenderSum(120, Won(1_800_000)), TenderSum(1, Won(3_000))),
        CalendarSum(date(2026, 11, 25), TenderSum(8, Won(73_400))),
    ),
)
SLIP = CashMoved(CashMove.PAID_OUT, Won(3_000), "얼음 두 봉지", "이하늘", AT, "김사장")
SHIFT_SAMPLES: dict[str, Sample] = {
    "x_report": Sample(PrintKind.SHIFT_REPORT, body_of(X)),
    "z_report": Sample(PrintKind.SHIFT_REPORT, body_of(Z)),
    "z_training": Sample(PrintKind.SHIFT_REPORT, body_of(Z), shop=replace(SHOP, training=True)),
    "cash_slip": Sample(PrintKind.CASH_SLIP, body_of(SLIP)),
    "count_sheet": Sample(PrintKind.COUNT_SHEET, {}),
}
