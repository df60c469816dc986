"""What an X or a Z says, added up from the shift's own records. Never from a running total; prints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from pos.domain.business_day import business_day
from pos.domain.events import DrawerOpened, Event, SaleCompleted, SaleRefunded
from pos.domain.refund import CashReturn
from pos.domain.report import DaySummary, TenderSum
from pos.domain.shift import CashCounted, CashMove, CashMoved, ShiftOpened
from pos.domain.tender import CashTender
from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class PersonSum:
    """What one person sold and gave back; an empty name is from before anybody signed in."""

    name: str
    sales: TenderSum = TenderSum()
    refunds: TenderSum = TenderSum()


@dataclass(frozen=True, slots=True)
class CalendarSum:
    """What of the shift lies on one day of the calendar, by which receipts and the ledger go."""

    day: date
    sales: TenderSum = TenderSum()
    refunds: TenderSum = TenderSum()


@dataclass(frozen=True, slots=True)
class DrawerSum:
    """What moved the cash in the drawer.

    Attributes:
        opened: how often it was opened without a sale.
    """

    cash_float: Won = ZERO
    sales: TenderSum = TenderSum()
    refunds: TenderSum = TenderSum()
    paid_in: TenderSum = TenderSum()
    paid_out: TenderSum = TenderSum()
    dropped: TenderSum = TenderSum()
    opened: int = 0

    @property
    def expected(self) -> Won:
        """What should lie in the drawer."""
        came = self.cash_float + self.sales.amount + self.paid_in.amount
        return came - self.refunds.amount - self.paid_out.amount - self.dropped.amount


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """One X (number 0) or Z.

    Attributes:
        day: the shop's day.
        since: when the shift was opened, or its first record written; None if there is none.
        opened_by: who gave the float; empty where nobody did.
        unsent, unsent_amount: records, and offline payments in won, that the ledger has yet to hear.
        unprinted: papers that wait for the printer.
        count: only on a Z.
        accepted_by: who accepted a difference above the limit.
    """

    number: int
    day: date
    at: datetime
    by: str
    summary: DaySummary
    drawer: DrawerSum
    people: tuple[PersonSum, ...] = ()
    calendar: tuple[CalendarSum, ...] = ()
    since: datetime | None = None
    opened_by: str = ""
    unsent: int = 0
    unsent_amount: Won = ZERO
    unprinted: int = 0
    count: CashCounted | None = None
    accepted_by: str = ""


def drawer_of(events: Iterable[Event]) -> DrawerSum:
    """Add up what a shift's events did to the drawer."""
    drawer = DrawerSum()
    for event in events:
        match event:
            case ShiftOpened(cash_float=cash_float):
                drawer = replace(drawer, cash_float=cash_float)
            case SaleCompleted(sale=sale):
                cash = [each for each in sale.tenders if isinstance(each, CashTender)]
                for tender in cash:
                    drawer = replace(drawer, sales=drawer.sales.plus(tender.amount))
            case SaleRefunded(refund=refund):
                back = [each for each in refund.returns if isinstance(each, CashReturn)]
                for part in back:
                    drawer = replace(drawer, refunds=drawer.refunds.plus(part.amount))
            case CashMoved():
                drawer = _moved(drawer, event)
            case DrawerOpened():
                drawer = replace(drawer, opened=drawer.opened + 1)
            case _:
                pass
    return drawer


def _moved(drawer: DrawerSum, event: CashMoved) -> DrawerSum:
    match event.move:
        case CashMove.PAID_IN:
            return replace(drawer, paid_in=drawer.paid_in.plus(event.amount))
        case CashMove.PAID_OUT:
            return replace(drawer, paid_out=drawer.paid_out.plus(event.amount))
        case CashMove.SAFE_DROP:
            return replace(drawer, dropped=drawer.dropped.plus(event.amount))


def people_of(events: Iterable[Event]) -> tuple[PersonSum, ...]:
    """Add sales and refunds up by person, by name."""
    sums: dict[str, PersonSum] = {}
    for event in events:
        match event:
            case SaleCompleted(sale=sale):
                old = sums.get(sale.by, PersonSum(sale.by))
                sums[sale.by] = replace(old, sales=old.sales.plus(sale.total))
            case SaleRefunded(refund=refund):
                old = sums.get(refund.by, PersonSum(refund.by))
                sums[refund.by] = replace(old, refunds=old.refunds.plus(refund.total))
            case _:
                pass
    return tuple(sums[name] for name in sorted(sums))


def calendar_of(events: Iterable[Event]) -> tuple[CalendarSum, ...]:
    """Add sales and refunds up by the calendar's day, oldest first: the ledger's days are these."""
    sums: dict[date, CalendarSum] = {}
    for event in events:
        match event:
            case SaleCompleted(sale=sale):
                day = business_day(sale.completed_at)
                old = sums.get(day, CalendarSum(day))
                sums[day] = replace(old, sales=old.sales.plus(sale.total))
            case SaleRefunded(refund=refund):
                day = business_day(refund.refunded_at)
                old = sums.get(day, CalendarSum(day))
                sums[day] = replace(old, refunds=old.refunds.plus(refund.total))
            case _:
                pass
    return tuple(sums[day] for day in sorted(sums))


def opening_of(events: Sequence[Event]) -> ShiftOpened | None:
    """Return how the shift was opened; None where it was not."""
    return next((each for each in events if isinstance(each, ShiftOpened)), None)


def is_worth_closing(events: Iterable[Event]) -> bool:
    """Tell whether anything happened in a shift that its Z would say."""
    said = (ShiftOpened, SaleCompleted, SaleRefunded, CashMoved, DrawerOpened)
    return any(isinstance(event, said) for event in events)
