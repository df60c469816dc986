"""Things to choose one of, the first nine by their digit. Never knows what they are."""

from __future__ import annotations

from collections.abc import Sequence

from pos.ui.cells import both_ends
from pos.ui.widgets.painted import Painted, PaintedRow

DIGITS = 9
TOUCH_ROWS = 3


class ChoiceList(Painted):
    """Rows of (text, value), as many as fit around the chosen one; texts come made safe."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[tuple[str, str], ...] = ()
        self.place = 0

    def show(self, rows: Sequence[tuple[str, str]]) -> None:
        """Take the rows; the choice stays where it was, if it can."""
        longer = len(rows) != len(self._rows)
        self._rows = tuple(rows)
        self.place = max(0, min(self.place, len(self._rows) - 1))
        self.changed(layout=longer)

    def move(self, step: int) -> None:
        """Choose another row; the ends are ends."""
        self.place = max(0, min(self.place + step, len(self._rows) - 1))
        self.changed()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """Take as many rows as there are."""
        return max(1, len(self._rows) * self.rows_each)

    @property
    def rows_each(self) -> int:
        """How high a choice is: a finger needs three rows, an eye one."""
        return TOUCH_ROWS if self.app.has_class("-touch") else 1

    def place_at(self, y: int) -> int:
        """Return the place of the choice under a row of this widget."""
        below = y // self.rows_each
        return min(self._first(self.content_size.height) + below, len(self._rows) - 1)

    def _first(self, height: int) -> int:
        room = max(1, height // self.rows_each)
        return max(0, min(self.place - room // 2, len(self._rows) - room))

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the rows."""
        each = self.rows_each
        room, first = max(1, height // each), self._first(height)
        painted: list[PaintedRow] = []
        for place in range(first, min(first + room, len(self._rows))):
            text, value = self._rows[place]
            chosen = place == self.place
            digit = f"{place + 1}" if place < DIGITS else " "
            row = both_ends(f"{digit}  {text}", value, width - 3)
            style = "bold $foreground on $cursor" if chosen else "$foreground"
            painted += [[(" " * width, style)]] * (each // 2)
            painted.append([(f"{'>' if chosen else ' '}{row}  ", style)])
            painted += [[(" " * width, style)]] * (each // 2)
        return painted
