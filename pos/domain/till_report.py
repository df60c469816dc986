"""What a till's drawer should hold, for X and Z reports and for counting. Pure; opens no drawer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pos.domain.report import DaySummary
from pos.domain.won import ZERO, Won

FACES = tuple(Won(face) for face in (50_000, 10_000, 5_000, 1_000, 500, 100, 50, 10))
"""Korea's notes and coins in use, the largest first."""


@dataclass(frozen=True, slots=True)
class CashSums:
    """What went into a drawer and out of it.

    Attributes:
        opening: the change that was there at first (준비금).
        sales, refunds: for goods; both 0 won or more.
        paid_in, paid_out: by hand, with a reason each.
        dropped: taken to the safe.
    """

    opening: Won = ZERO
    sales: Won = ZERO
    refunds: Won = ZERO
    paid_in: Won = ZERO
    paid_out: Won = ZERO
    dropped: Won = ZERO

    @property
    def expected(self) -> Won:
        """What should be there."""
        out = self.refunds + self.paid_out + self.dropped
        return self.opening + self.sales + self.paid_in - out


class TillReportKind(StrEnum):
    """X looks, Z closes."""

    X = "x"
    Z = "z"


@dataclass(frozen=True, slots=True)
class TillReport:
    """A till's figures, in between (X) or at the end (Z).

    Attributes:
        number: of the Z; it only ever counts up. 0 for an X.
        counted: what a person counted; None where nobody has.
        until: when the figures were taken.
        by: who took them.
    """

    kind: TillReportKind
    number: int
    since: datetime
    until: datetime
    by: str
    summary: DaySummary
    cash: CashSums
    counted: Won | None = None

    @property
    def difference(self) -> Won | None:
        """More in the drawer than expected, or less (negative)."""
        return None if self.counted is None else self.counted - self.cash.expected


@dataclass(frozen=True, slots=True)
class FaceCount:
    """How many of one note or coin; None where it is still to be counted by hand."""

    face: Won
    count: int | None = None

    @property
    def amount(self) -> Won:
        """What they are worth."""
        return self.face * (self.count or 0)


@dataclass(frozen=True, slots=True)
class CountSheet:
    """A drawer's count (시재 점검표), empty to be written on or with its numbers.

    Attributes:
        expected: None on a blind count, which is the usual one.
    """

    at: datetime
    by: str
    faces: tuple[FaceCount, ...] = tuple(FaceCount(face) for face in FACES)
    expected: Won | None = None

    @property
    def is_counted(self) -> bool:
        """Every face has a number."""
        return all(each.count is not None for each in self.faces)

    @property
    def total(self) -> Won:
        """What was counted."""
        return Won.total(each.amount for each in self.faces)
