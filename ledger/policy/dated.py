"""Which of several dated rows holds on a day, as far as it was known on another. Never guesses one.

Two dates a row: `valid_from` is the first Korean day it holds, `known_from` the day it was made known.
A row is never changed: a correction is a further row of the same `valid_from`, known later. So a
report asked for "as of" a day is made of the rows that were known on that day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Span:
    """When a row holds.

    Attributes:
        valid_until: the last day, or None: until a newer row begins.

    Raises:
        ValueError: it ends before it begins.
    """

    valid_from: date
    known_from: date
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError(f"a row from {self.valid_from} ends on {self.valid_until}")

    def holds(self, day: date, known_on: date) -> bool:
        """Tell whether it holds on a day, by what was known on another."""
        ended = self.valid_until is not None and self.valid_until < day
        return self.valid_from <= day and self.known_from <= known_on and not ended


class Row(Protocol):
    """Anything with a span."""

    @property
    def span(self) -> Span:
        """When it holds."""
        ...


R = TypeVar("R", bound=Row)


def all_in_force(rows: Iterable[R], day: date, known_on: date) -> list[R]:
    """Return every row that holds on a day, by what was known on another, in their order."""
    return [row for row in rows if row.span.holds(day, known_on)]


def in_force(rows: Iterable[R], day: date, known_on: date) -> R | None:
    """Return the row that holds: the one begun last; of two begun together, the one known last.

    A row with an end lays itself over the open one before it, which holds again afterwards.
    """
    holding = all_in_force(rows, day, known_on)
    return max(holding, key=lambda row: (row.span.valid_from, row.span.known_from), default=None)
