"""The words of a reconciliation: the two sides of a day, and how they can differ. Compares nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

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
class Fate:
    """What became, elsewhere, of a payment or refund that only one side has on this day.

    Attributes:
        posted_on: the day it was posted into the takings.
        tendered_on: the day of the finished sale that rests on it, or of the refund it is part of.
        whole: that sale or refund.
    """

    posted_on: date | None = None
    tendered_on: date | None = None
    whole: str = ""
    is_declined: bool = False
    is_reversed: bool = False


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """What the ledger has of a terminal's day, by id, in won.

    Attributes:
        payments: as posted into this day's takings, reversals taken off.
        card_refunds: as posted out of this day's takings.
        fates: of those that only one side has.
    """

    sales: Mapping[str, Won] = field(default_factory=dict[str, Won])
    refunds: Mapping[str, Won] = field(default_factory=dict[str, Won])
    payments: Mapping[str, Won] = field(default_factory=dict[str, Won])
    card_refunds: Mapping[str, Won] = field(default_factory=dict[str, Won])
    fates: Mapping[str, Fate] = field(default_factory=dict[str, Fate])


@dataclass(frozen=True, slots=True)
class Side:
    """One sum, by both, and what they differ in, item by item."""

    terminal: Won
    ledger: Won
    differences: tuple[Difference, ...] = ()

    @property
    def unexplained(self) -> Won:
        """What the named differences leave over; anything but 0 is a fault of this program's."""
        named = Won.total(each.amount for each in self.differences)
        return self.terminal - self.ledger - named


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Both sums of a day, and what they differ in.

    Attributes:
        net_sales: sales less refunds.
        cards: card money taken less what went back to cards.
        printed: figures of the day report that its own journal does not bear out.
    """

    net_sales: Side
    cards: Side
    printed: tuple[Difference, ...] = ()

    @property
    def differences(self) -> tuple[Difference, ...]:
        """All that a person has to look at."""
        return (*self.net_sales.differences, *self.cards.differences, *self.printed)
