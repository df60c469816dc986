"""What a search found, to choose from. Never searches."""

from __future__ import annotations

from collections.abc import Sequence

from pos.domain.catalogue import Product
from pos.ui.cells import both_ends, fit
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.widgets.painted import Painted, PaintedRow


class PickList(Painted):
    """The products found, one of them chosen; hidden while there is nothing to choose."""

    def __init__(self) -> None:
        super().__init__()
        self._found: tuple[Product, ...] = ()
        self._place = 0
        self.display = False

    def show(self, found: Sequence[Product]) -> None:
        """Take what was found; the first is chosen."""
        self._found = tuple(found)
        self._place = 0
        self.display = bool(found)
        self.changed()

    def move(self, step: int) -> None:
        """Choose another, up or down."""
        if self._found:
            self._place = (self._place + step) % len(self._found)
            self.changed()

    @property
    def chosen(self) -> Product | None:
        """The chosen product, or None."""
        return self._found[self._place] if self._found else None

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return a title and as many products as fit around the chosen one."""
        room = max(1, height - 2)
        first = max(0, min(self._place - room // 2, len(self._found) - room))
        title = _("Found: {count}", count=len(self._found))
        rows: list[PaintedRow] = [[(fit(f" {title}", width), "bold $accent")]]
        for place in range(first, min(first + room, len(self._found))):
            product = self._found[place]
            chosen = place == self._place
            text = both_ends(safe(product.name), str(product.price), width - 3)
            style = "bold $foreground on $cursor" if chosen else "$foreground"
            rows.append([(f"{'>' if chosen else ' '}{text}  ", style)])
        rows.extend([[("", "")]] * (height - 1 - len(rows)))
        rows.append([(fit(" " + _("Up Down choose, Enter adds"), width), "$quiet")])
        return rows
