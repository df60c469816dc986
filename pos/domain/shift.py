"""The till's shift: float, cash in and out, the count, the close and its undoing. Pure: kicks no drawer.

A shift is what lies between two closes, opened with a float or not, so that no sale can fall between
two. It belongs to the day on which it began, by the shop's own hour; receipts and the ledger go by
the calendar (`business_day`), and a close says what of it lies on which.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from pos.domain.business_day import business_day
from pos.domain.won import ZERO, Won

DENOMINATIONS = tuple(map(Won, (50_000, 10_000, 5_000, 1_000, 500, 100, 50, 10)))
PIECES_MAX = 9_999
REASON_MAX = 60


class CashMove(StrEnum):
    """Cash that goes into the drawer or out of it without a sale."""

    PAID_IN = "paid_in"
    PAID_OUT = "paid_out"
    SAFE_DROP = "safe_drop"


@dataclass(frozen=True, slots=True)
class Count:
    """How many notes or coins of one value lie in the drawer."""

    value: Won
    pieces: int


def counted(counts: Iterable[Count]) -> Won:
    """Return what a count comes to."""
    return Won.total(each.value * each.pieces for each in counts)


@dataclass(frozen=True, slots=True)
class CountingBegan:
    """Shifts are counted from here on: a journal of years before is no shift."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ShiftOpened:
    """The drawer was given its float."""

    cash_float: Won
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CashMoved:
    """Cash was put in or taken out.

    Attributes:
        allowed_by: who allowed it, where `by` may not alone.
    """

    move: CashMove
    amount: Won
    reason: str
    by: str
    at: datetime
    allowed_by: str = ""


@dataclass(frozen=True, slots=True)
class CashCounted:
    """Somebody counted the drawer before being told what should be in it; each count stays on record."""

    counts: tuple[Count, ...]
    expected: Won
    by: str
    at: datetime

    @property
    def total(self) -> Won:
        """What was counted."""
        return counted(self.counts)

    @property
    def difference(self) -> Won:
        """Over if positive, short if negative."""
        return self.total - self.expected


@dataclass(frozen=True, slots=True)
class ShiftClosed:
    """A Z: the shift is over. It can be undone by a new record only.

    Attributes:
        number: of the Z, counting all of this terminal's, undone ones too.
        day: the shop's day that the shift belongs to.
        after: the record before the shift's first.
        accepted_by: who accepted a difference above the limit; else empty.
    """

    number: int
    day: date
    after: int
    sales: Won
    refunds: Won
    count: CashCounted
    by: str
    at: datetime
    accepted_by: str = ""
    allowed_by: str = ""


@dataclass(frozen=True, slots=True)
class CloseUndone:
    """A wrong close was undone: its shift goes on, with all that came since.

    Attributes:
        number: of the Z that no longer counts.
        after: as that Z said.
    """

    number: int
    after: int
    reason: str
    by: str
    at: datetime
    allowed_by: str = ""


ShiftEvent = CountingBegan | ShiftOpened | CashMoved | CashCounted | ShiftClosed | CloseUndone


@dataclass(frozen=True, slots=True)
class ShiftRules:
    """What the shop has settled.

    Attributes:
        day_begins_hour: a shift that begins before it belongs to the day before.
        difference_limit: over or short by more needs somebody to accept it.
    """

    day_begins_hour: int = 4
    difference_limit: Won = Won(10_000)


def shop_day(at: datetime, begins_hour: int) -> date:
    """Return the shop's day of a moment: until its hour, a night still belongs to the day before."""
    return business_day(at - timedelta(hours=begins_hour))


def within(difference: Won, limit: Won) -> bool:
    """Tell whether a difference may stand without anybody's accepting it."""
    return -limit <= difference <= limit


def signed(difference: Won) -> str:
    """Return a difference with its sign, for paper and screen."""
    return f"+{difference}" if difference > ZERO else str(difference)
