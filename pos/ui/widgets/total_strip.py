"""The one amount that counts, as large as it fits. Never adds anything up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pos.domain.won import ZERO, Won
from pos.ui.big_digits import big_rows_within
from pos.ui.cells import fit
from pos.ui.i18n import _
from pos.ui.widgets.painted import Painted, PaintedRow

LABEL_WIDTH = 22


@dataclass(frozen=True, slots=True)
class BigAmount:
    """An amount with its label and up to two smaller lines.

    Attributes:
        tone: total, change or due; each has its mark beside its colour.
    """

    label: str
    amount: Won = ZERO
    details: tuple[str, ...] = ()
    tone: str = "total"


TONES = {"total": "$foreground", "change": "$success", "due": "$warning"}


class TotalStrip(Painted):
    """Label at the left, digits at the right end."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = BigAmount("")

    def show(self, shown: BigAmount) -> None:
        """Take what to say."""
        if shown != self._shown:
            self._shown = shown
            self.changed()

    @property
    def shown(self) -> BigAmount:
        """What it says now."""
        return self._shown

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the rows: digits at the right, label and details at the left."""
        shown = self._shown
        colour = TONES[shown.tone]
        unit = _(" won")
        digits = big_rows_within(str(shown.amount), width - LABEL_WIDTH - len(unit) * 2, height)
        above = (height - len(digits)) // 2
        label = (shown.label, *shown.details)
        first = max(0, (height - len(label)) // 2)
        rows: list[PaintedRow] = []
        for row in range(height):
            left = label[row - first] if 0 <= row - first < len(label) else ""
            style = f"bold {colour}" if row == first else "$quiet"
            inside = 0 <= row - above < len(digits)
            digit = digits[row - above] if inside else ""
            last = inside and row - above == len(digits) - 1
            right = fit(digit, width - LABEL_WIDTH - 4, right=True)
            rows.append(
                [
                    (fit(left, LABEL_WIDTH), style),
                    (right, f"bold {colour}"),
                    (fit(unit if last else "", 4), colour),
                ]
            )
        return rows
