"""What stands beside the sale: the last result or the first steps, or what a search found. Never searches."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from pos.domain.catalogue import Product
from pos.ui.results import Result
from pos.ui.summaries import first_steps
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.pick_list import PickList


class SaleSide(Vertical):
    """One of the two at a time."""

    def __init__(self) -> None:
        super().__init__(classes="side")

    def compose(self) -> ComposeResult:
        """Lay them out."""
        yield Figures("result")
        yield PickList()

    def show_result(self, result: Result | None) -> None:
        """Show what the last act led to, or what can be done."""
        figures = self.query_one(Figures)
        figures.show(((result.title, ""), *result.rows) if result else first_steps())
        figures.set_class(bool(result and result.warn), "-warn")

    def show_found(self, found: Sequence[Product]) -> None:
        """Show what a search found in its place, or no more."""
        picks = self.query_one(PickList)
        if found or picks.display:
            picks.show(found)
            self.query_one(Figures).display = not found

    def move(self, step: int) -> bool:
        """Choose another find; False where there is nothing to choose."""
        picks = self.query_one(PickList)
        picks.move(step)
        return bool(picks.display)

    @property
    def chosen(self) -> Product | None:
        """The chosen find, or None."""
        return self.query_one(PickList).chosen
