"""The sale's lines, on the Line API: a key repaints one line. Never a DataTable (17 ms a key)."""

from __future__ import annotations

from rich.segment import Segment
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pos.domain.sale_line import SaleLine
from pos.ui.cells import Column, fit_columns
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.widgets.painted import Painted, PaintedRow

WIDE = 60  # From here on the unit price has room beside the name.


def columns(width: int) -> tuple[Column, ...]:
    """Return the columns for a list this wide."""
    price = (Column(_("Price"), 9, right=True),) if width >= WIDE else ()
    return (
        Column("", 4, right=True),
        Column(_("Item"), None),
        *price,
        Column(_("Qty"), 5, right=True),
        Column(_("Amount"), 11, right=True),
    )


def cells(position: int, line: SaleLine, width: int) -> tuple[str, ...]:
    """Return one line's texts for the same columns."""
    price = (str(line.unit_price),) if width >= WIDE else ()
    amount = str(line.total)
    much = f"{line.weight_g:,}g" if line.weight_g else f"{line.quantity:,}"
    return (str(position), safe(_said(line)), *price, much, amount)


def _said(line: SaleLine) -> str:
    """Return the name with what else the cashier has to see: options, discounts, a note."""
    more = [*line.options, f"-{line.off}" if line.off else "", line.note]
    told = ", ".join(each for each in more if each)
    return f"{line.name} ({told})" if told else line.name


class LineHead(Painted):
    """The titles over the list."""

    def paint(self, width: int, height: int) -> list[PaintedRow]:
        """Return the one row, a cell narrower at each side as the list's rows are."""
        wide = columns(width - 2)
        titles = tuple(column.title for column in wide)
        return [[(f" {fit_columns(wide, titles, width - 2)} ", "bold $quiet")]]


class LineList(ScrollView):
    """Shows the lines it is given, the chosen one as a bar with a mark."""

    COMPONENT_CLASSES = {"line-list--row", "line-list--chosen"}  # noqa: RUF012 - Textual's own type.
    can_focus = False
    # A new line must not lay the whole screen out anew (10 ms), nor paint every row of the list:
    # there is no scrollbar to move, and `show` asks for the rows that differ.
    virtual_size = reactive(Size(0, 0), layout=False, repaint=False)

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[SaleLine, ...] = ()
        self._chosen = -1

    @property
    def chosen(self) -> int:
        """The place of the chosen line, -1 if there is none."""
        return self._chosen

    def show(self, lines: tuple[SaleLine, ...], chosen: int) -> None:
        """Take the lines and the place of the chosen one; only what differs is painted."""
        old_lines, old_chosen = self._lines, self._chosen
        self._lines, self._chosen = lines, chosen
        if len(lines) != len(old_lines):
            self.virtual_size = Size(self.size.width, len(lines))
        for place in range(max(len(lines), len(old_lines))):
            same = place < min(len(lines), len(old_lines)) and lines[place] == old_lines[place]
            if not same or ((place == chosen) != (place == old_chosen)):
                self.refresh_line(place)
        self._keep_in_view()

    def on_resize(self) -> None:
        """Keep the chosen line in view when the room changes."""
        self.virtual_size = Size(self.size.width, len(self._lines))
        self._keep_in_view()

    def render_line(self, y: int) -> Strip:
        """Paint one row of the screen."""
        width = self.size.width
        place = y + round(self.scroll_y)
        if not 0 <= place < len(self._lines):
            return Strip.blank(width, self.rich_style)
        chosen = place == self._chosen
        name = "line-list--chosen" if chosen else "line-list--row"
        line = self._lines[place]
        row = fit_columns(columns(width - 2), cells(place + 1, line, width - 2), width - 2)
        text = f"{'>' if chosen else ' '}{row} "
        style = self.get_component_rich_style(name)
        return Strip([Segment(text, style)], width)

    def _keep_in_view(self) -> None:
        height = self.size.height
        if self._chosen < 0 or height <= 0:
            self.scroll_to(y=0, animate=False, force=True)
            return
        top = round(self.scroll_y)
        if self._chosen < top:
            self.scroll_to(y=self._chosen, animate=False, force=True)
        elif self._chosen >= top + height:
            self.scroll_to(y=self._chosen - height + 1, animate=False, force=True)
