"""Rows in columns with one of them chosen. Never sorts or asks; texts from outside come made safe."""

from __future__ import annotations

from collections.abc import Sequence

from pos.ui.cells import Column, fit, fit_columns
from pos.ui.widgets.painted import Painted, PaintedRow


class Table(Painted):
    """A head, then as many rows as fit around the chosen one.

    Args:
        columns: what stands over the rows.
        empty: what to say where there are none.
    """

    def __init__(self, columns: Sequence[Column], empty: str = "") -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._empty = empty
        self._rows: tuple[tuple[str, ...], ...] = ()
        self._quiet: frozenset[int] = frozenset()
        self.place = 0

    def show(self, rows: Sequence[Sequence[str]], quiet: Sequence[int] = ()) -> None:
        """Take the rows; those at the `quiet` places have nothing left to do."""
        self._rows = tuple(tuple(row) for row in rows)
        self._quiet = frozenset(quiet)
        self.place = max(0, min(self.place, len(self._rows) - 1))
        self.changed()

    def move(self, step: int) -> None:
        """Choose another row; the ends are ends, so that holding a key down stays there."""
        self.place = max(0, min(self.place + step, len(self._rows) - 1))
        self.changed()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """What it says now."""
        return self._rows

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the head and the rows."""
        titles = tuple(column.title for column in self._columns)
        inside = width - 2
        head = f" {fit_columns(self._columns, titles, inside)} "
        painted: list[PaintedRow] = [[(head, "bold $quiet on $panel")]]
        if not self._rows:
            return [*painted, [("", "")], [(fit(f" {self._empty}", width), "$quiet")]]
        room = max(1, height - 1)
        first = max(0, min(self.place - room // 2, len(self._rows) - room))
        for place in range(first, min(first + room, len(self._rows))):
            chosen = place == self.place
            row = fit_columns(self._columns, self._rows[place], inside)
            plain = "$quiet" if place in self._quiet else "$foreground"
            style = "bold $foreground on $cursor" if chosen else plain
            painted.append([(f"{'>' if chosen else ' '}{row} ", style)])
        return painted
