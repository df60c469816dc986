"""A terminal's day as its own journal has it, and how it can differ from the ledger's (대사). Mends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from pos.domain.business_day import business_day
from pos.domain.events import Event, SaleCompleted, SaleRefunded
from pos.domain.refund import CardReturn
from pos.domain.report import DaySummary, TenderSum
from pos.domain.statement import Statement
from pos.domain.tender import VoucherTender
from pos.domain.won import Won


class What(StrEnum):
    """How the two sides differ in one thing. Each says who lacks what."""

    SALE_MISSING = "sale_missing"  # The terminal has it; the ledger was not told.
    SALE_UNKNOWN = "sale_unknown"  # The ledger has it; the terminal's journal has not.
    SALE_DIFFERS = "sale_differs"  # Another total.
    REFUND_MISSING = "refund_missing"
    REFUND_UNKNOWN = "refund_unknown"
    REFUND_DIFFERS = "refund_differs"
    PAYMENT_NOT_POSTED = "payment_not_posted"  # Tendered; its advice has not come or is parked.
    PAYMENT_DECLINED = "payment_declined"  # Tendered offline, declined afterwards: a receivable.
    PAYMENT_REVERSED = "payment_reversed"  # Tendered, and reversed all the same.
    PAYMENT_NOT_TENDERED = "payment_not_tendered"  # Posted; no finished sale rests on it.
    PAYMENT_OF_UNKNOWN_SALE = "payment_of_unknown_sale"  # Rests on one that the journal lacks.
    PAYMENT_DIFFERS = "payment_differs"  # Another amount.
    POSTED_ANOTHER_DAY = "posted_another_day"  # Tendered on this day, posted on another.
    TENDERED_ANOTHER_DAY = "tendered_another_day"  # Posted on this day, tendered on another.
    CARD_REFUND_NOT_POSTED = "card_refund_not_posted"
    CARD_REFUND_UNKNOWN = (
        "card_refund_unknown"  # Posted; the terminal's journal has no such refund.
    )
    CARD_REFUND_DIFFERS = "card_refund_differs"
    Z_DIFFERS = "z_differs"  # The printed figure is not the sum of the terminal's own journal.


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which the two differ.

    Attributes:
        subject: the sale's, payment's or refund's id, or the name of a printed figure.
        day: where it is a matter of days, the other one.
    """

    what: What
    subject: str
    terminal: Won
    ledger: Won
    day: date | None = None

    @property
    def amount(self) -> Won:
        """By how much the terminal says more."""
        return self.terminal - self.ledger


@dataclass(frozen=True, slots=True)
class TerminalDay:
    """What a terminal's journal says of a day, by id, in won. Training is not in it.

    Attributes:
        paid: card payments that finished sales rest on.
        card_refunds: what goes back to cards.
    """

    sales: Mapping[str, Won] = field(default_factory=dict[str, Won])
    refunds: Mapping[str, Won] = field(default_factory=dict[str, Won])
    paid: Mapping[str, Won] = field(default_factory=dict[str, Won])
    card_refunds: Mapping[str, Won] = field(default_factory=dict[str, Won])


@dataclass(frozen=True, slots=True)
class PrintedDay:
    """What a terminal's day report (Z) says."""

    sales: Won
    card_tenders: Won
    refunds: Won
    refunded_to_cards: Won


@dataclass(frozen=True, slots=True)
class Sums:
    """One sum of the day, by both."""

    terminal: Won
    ledger: Won

    @property
    def difference(self) -> Won:
        """By how much the terminal says more."""
        return self.terminal - self.ledger


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the ledger answered when a day was compared.

    Attributes:
        net_sales: sales less refunds.
        cards: card money taken less what went back to cards.
    """

    net_sales: Sums
    cards: Sums
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """What the ledger last said of a day, kept so that it can be read without a line.

    Attributes:
        statement_at, compared_at: by the terminal's clock, when each came.
        papers: the papers that differing sales, payments and refunds stand on, by id.
        more: differences beyond those kept.
    """

    day: date
    statement: Statement | None = None
    statement_at: datetime | None = None
    comparison: Comparison | None = None
    compared_at: datetime | None = None
    papers: Mapping[str, str] = field(default_factory=dict[str, str])
    more: int = 0


def terminal_day(day: date, events: Iterable[Event]) -> TerminalDay:
    """Return what a terminal's journal says of a day; events of other days may be among them."""
    sales: dict[str, Won] = {}
    refunds: dict[str, Won] = {}
    paid: dict[str, Won] = {}
    card_refunds: dict[str, Won] = {}
    for event in events:
        match event:
            case SaleCompleted(sale=sale):
                if sale.training or business_day(sale.completed_at) != day:
                    continue
                sales[sale.id.hex] = sale.total
                cards = (each for each in sale.tenders if isinstance(each, VoucherTender))
                paid |= {each.payment_id.hex: each.amount for each in cards}
            case SaleRefunded(refund=refund) if business_day(refund.refunded_at) == day:
                refunds[refund.id.hex] = refund.total
                back = (each for each in refund.returns if isinstance(each, CardReturn))
                card_refunds |= {each.refund_id.hex: each.amount for each in back}
            case _:
                pass
    return TerminalDay(sales, refunds, paid, card_refunds)


def papers(events: Iterable[Event]) -> dict[str, str]:
    """Return the paper that each sale, payment and refund stands on, by id."""
    found: dict[str, str] = {}
    for event in events:
        match event:
            case SaleCompleted(sale=sale):
                cards = (each for each in sale.tenders if isinstance(each, VoucherTender))
                ids = (sale.id, *(each.payment_id for each in cards))
                found |= {each.hex: sale.receipt_number for each in ids}
            case SaleRefunded(refund=refund):
                back = (each for each in refund.returns if isinstance(each, CardReturn))
                ids = (refund.id, *(each.refund_id for each in back))
                found |= {each.hex: refund.receipt_number for each in ids}
            case _:
                pass
    return found


def printed_day(summary: DaySummary) -> PrintedDay:
    """Return what of a day report is compared."""
    # A coupon is posted by the ledger like a card, so it is compared with the cards.
    coupons = summary.tenders.get("coupon", TenderSum()).amount
    back = (summary.refunded_to.get(name, TenderSum()).amount for name in ("card", "coupon"))
    return PrintedDay(
        sales=summary.sales.amount,
        card_tenders=summary.voucher.amount + coupons,
        refunds=summary.refunds.amount,
        refunded_to_cards=Won.total(back),
    )
