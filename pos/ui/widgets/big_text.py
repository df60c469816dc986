"""A time or a number as the biggest thing on the screen. Never counts by itself."""

from __future__ import annotations

from collections.abc import Sequence

from pos.ui.big_digits import big_rows_within
from pos.ui.cells import fit
from pos.ui.widgets.painted import Painted, PaintedRow

LABEL_ROWS = 1


class BigText(Painted):
    """Digits, `,`, `-` and `:` drawn large under a label; any other text stays small."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(id=name)
        self._label = ""
        self._text = ""
        self._style = "$foreground"

    def show(self, label: str, text: str, style: str = "$foreground") -> None:
        """Take what to say."""
        if (label, text, style) != (self._label, self._text, self._style):
            self._label, self._text, self._style = label, text, style
            self.changed()

    @property
    def text(self) -> str:
        """What it says now."""
        return self._text

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the label and the drawing."""
        rows: list[PaintedRow] = [[(fit(self._label, width), f"bold {self._style}")]]
        drawable = bool(self._text) and set(self._text) <= set("0123456789,-: ")
        drawn = (
            big_rows_within(self._text, width, height - LABEL_ROWS) if drawable else (self._text,)
        )
        rows += [[(fit(row, width), f"bold {self._style}")] for row in drawn]
        return rows
