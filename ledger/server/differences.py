"""The ledger's side of a reconciliation, and what comes of the two. Compares nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pos.domain.reconciliation import Difference
from pos.domain.won import Won


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
