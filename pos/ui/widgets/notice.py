"""One bar across the screen that says something matters. Never takes the focus."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from pos.ui.cells import fit
from pos.ui.widgets.painted import Painted, PaintedRow

MARKS = {"info": "*", "warning": "!", "danger": "!!"}  # Not told apart by colour alone.


class Notice(Painted):
    """Gone while it has nothing to say.

    `show` takes a level: info, warning or danger.
    """

    def __init__(self, name: str) -> None:
        super().__init__(id=name)
        self._level = "info"
        self._left = ""
        self._right = ""
        self.display = False

    def show(self, left: str = "", right: str = "", level: str = "info") -> None:
        """Say this, or nothing; the right end is kept whole."""
        if (left, right, level) == (self._left, self._right, self._level):
            return
        self._left, self._right, self._level = left, right, level
        self.set_classes(f"-{level}")
        self.display = bool(left)
        self.changed()

    @property
    def text(self) -> str:
        """What it says now."""
        return f"{self._left} {self._right}".strip()

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the one row."""
        right = f" {self._right} " if self._right else ""
        left = f" {MARKS[self._level]} {self._left}"
        return [[(fit(left, width - cell_len(right)), "bold"), (right, "bold")]]
