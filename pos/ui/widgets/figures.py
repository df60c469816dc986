"""Labels with their values, in a column. Never works a value out."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from pos.ui.cells import both_ends, fit
from pos.ui.widgets.painted import Painted, PaintedRow

MARKS = {"plain": "", "good": "", "warning": "! ", "danger": "!! "}
COLOURS = {"plain": "$foreground", "good": "$success", "warning": "$warning", "danger": "$error"}


class Figures(Painted):
    """Rows of (label, value); an empty value makes a heading, a blank one a plain line.

    Headings get a free row above them where there is room. Texts from outside come made safe.

    `show` takes rows and, by a row's place, the tone of its value.
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__(id=name)
        self._rows: tuple[tuple[str, str], ...] = ()
        self._tones: dict[int, str] = {}

    def show(self, rows: Sequence[tuple[str, str]], tones: dict[int, str] | None = None) -> None:
        """Take the rows."""
        rows, tones = tuple(rows), tones or {}
        if (rows, tones) != (self._rows, self._tones):
            longer = len(rows) != len(self._rows)
            self._rows, self._tones = rows, tones
            self.changed(layout=longer)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """What it says now."""
        return self._rows

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Take as many rows as there are to say."""
        return max(1, len(self._rows))

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the rows."""
        painted: list[PaintedRow] = []
        headings = sum(1 for _label, value in self._rows if not value)
        airy = height >= len(self._rows) + headings - 1
        for place, (_label, value) in enumerate(self._rows):
            if airy and place and not value:
                painted.append([("", "")])
            painted.append(self._row(place, width))
        return painted

    def _row(self, place: int, width: int) -> PaintedRow:
        label, value = self._rows[place]
        if not value.strip():
            return [(fit(label, width), "$foreground" if value else "bold $accent")]
        tone = self._tones.get(place, "plain")
        end = MARKS[tone] + value
        room = max(0, width - cell_len(end) - 1)
        if room < cell_len(label) // 2:  # A path is worth more than its label's last letters.
            return [(both_ends(label, end, width), COLOURS[tone])]
        return [(fit(label, room), "$quiet"), (f" {fit(end, width - room - 1)}", COLOURS[tone])]
