"""A widget that paints whole rows by itself, cell by cell. Never holds children, rules or data of its own."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

Part = tuple[str, str]  # Text and its style (`bold $warning`); never markup.
PaintedRow = Sequence[Part]


class Painted(Widget):
    """Subclasses return their rows from `paint`; one row is a list of (text, style)."""

    DEFAULT_CSS = "Painted { text-wrap: nowrap; text-overflow: clip; }"

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the rows for this room, in cells."""
        raise NotImplementedError

    def render(self) -> Content:
        """Put the rows together."""
        size = self.content_size
        if not size.width or not size.height:
            return Content("")
        rows = list(self.paint(size.width, size.height))[: size.height]
        return Content("\n").join([Content.assemble(*row) for row in rows])
