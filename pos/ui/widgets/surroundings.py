"""What stands above the sale: the top row and the notices. Never asks anything: it is shown what is."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from pos.ui.i18n import _
from pos.ui.summaries import Bar
from pos.ui.widgets.notice import Notice
from pos.ui.widgets.status_header import Status, StatusHeader


class Surroundings(Vertical):
    """The top row, then as many notices as there is something to say."""

    DEFAULT_CSS = "Surroundings { height: auto; }"

    def __init__(self, *, training: bool) -> None:
        super().__init__()
        self._training = training

    def compose(self) -> ComposeResult:
        """Lay them out."""
        yield StatusHeader()
        yield Notice("training")
        yield Notice("guide")
        yield Notice("line")
        yield Notice("clock")
        yield Notice("orders")

    def on_mount(self) -> None:
        """Say that this is training, for as long as it is."""
        if self._training:
            self.query_one("#training", Notice).show(
                _("TRAINING: no real money moves"), level="warning"
            )

    def guide(self, text: str, level: str) -> None:
        """Say what to try next; only in training."""
        self.query_one("#guide", Notice).show(text, level=level)

    def show(self, status: Status, line: Bar, clock: Bar, orders: Bar) -> None:
        """Take what to say."""
        self.query_one(StatusHeader).show(status)
        for name, bar in (("line", line), ("clock", clock), ("orders", orders)):
            self.query_one(f"#{name}", Notice).show(bar.left, bar.right, bar.level)
