"""A widget that paints whole rows by itself, cell by cell. Never holds children, rules or data of its own."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

Part = tuple[str, str]  # Text and its style (`bold $warning`); never markup.
PaintedRow = Sequence[Part]


class Painted(Widget):
    """Subclasses return their rows from `paint`; one row is a list of (text, style).

    They call `changed` when their data did: only the rows that came out otherwise are painted.
    """

    DEFAULT_CSS = "Painted { text-wrap: nowrap; text-overflow: clip; }"

    _painted: Sequence[PaintedRow] = ()
    _painted_size = Size(-1, -1)  # No room has it: there are no rows yet.
    _base: Style | None = None
    _mixed: dict[str, RichStyle]

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the rows for this room, in cells."""
        raise NotImplementedError

    def changed(self, *, layout: bool = False) -> None:
        """Paint the rows anew that differ; `layout` if their number may."""
        before, size = self._painted, self._painted_size
        self._painted_size = Size(-1, -1)
        if layout or size != self.content_size:
            self.refresh(layout=layout)
            return
        after = self._rows_for(size)
        if len(before) != len(after):
            self.refresh()
            return
        regions = [
            Region(0, y, size.width, 1)
            for y, (old, new) in enumerate(zip(before, after, strict=True))
            if old != new
        ]
        if regions:
            self.refresh(*regions)

    def repaint(self) -> None:
        """Paint everything anew, in colours that have changed."""
        self._base, self._painted_size = None, Size(-1, -1)
        self.refresh(layout=True)

    def render(self) -> Content:
        """Put the rows together, for whoever measures them."""
        rows = self._rows_for(self.content_size)
        return Content("\n").join([Content.assemble(*row) for row in rows])

    def render_line(self, y: int) -> Strip:
        """Return one row, ready for the screen: a fifth of what `render` and its wrapping take."""
        size = self.content_size
        rows = self._rows_for(size)
        base = self.visual_style
        if base is not self._base:
            self._base, self._mixed = base, {}
        if y >= len(rows):
            return Strip.blank(size.width, self._mix(""))
        segments = [Segment(text, self._mix(style)) for text, style in rows[y]]
        length = sum(cell_len(text) for text, _style in rows[y])
        return Strip(segments, length).adjust_cell_length(size.width, self._mix(""))

    def _rows_for(self, size: Size) -> Sequence[PaintedRow]:
        if size != self._painted_size:
            room = size.width > 0 and size.height > 0
            rows = self.paint(size.width, size.height) if room else ()
            self._painted, self._painted_size = list(rows)[: size.height], size
        return self._painted

    def _mix(self, style: str) -> RichStyle:
        found = self._mixed.get(style)
        if found is None:
            assert self._base is not None
            over = self.app.stylesheet.parse_style(style) if style else Style.null()
            found = self._mixed[style] = (self._base + over).rich_style
        return found
