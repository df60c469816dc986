"""The orders that wait, over the top rows of whatever screen is up. Never takes the focus."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from pos.ui.cells import fit
from pos.ui.widgets.painted import Painted, PaintedRow

Row = tuple[str, str]
ROWS_MAX = 7


class OrderStrip(Painted):
    """Rows of (left, right); gone while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Row, ...] = ()
        self.display = False

    def show(self, rows: Sequence[Row], *, urgent: bool) -> None:
        """Take the rows, the right ends kept whole."""
        rows = tuple(rows)[:ROWS_MAX]
        self.set_class(urgent, "-urgent")
        if rows == self._rows:
            return
        longer = len(rows) != len(self._rows)
        self._rows = rows
        self.display = bool(rows)
        self.styles.height = max(1, len(rows))
        self.changed(layout=longer)

    @property
    def text(self) -> str:
        """What it says now."""
        return "\n".join(f"{left} {right}".strip() for left, right in self._rows)

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the rows."""
        painted: list[PaintedRow] = []
        for place, (left, right) in enumerate(self._rows):
            end = f" {right} " if right else ""
            room = max(0, width - cell_len(end))
            style = "bold" if place == 0 else ""
            painted.append([(fit(f" {left}", room), style), (fit(end, width - room), "bold")])
        return painted
