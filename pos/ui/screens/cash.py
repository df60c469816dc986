"""Asks what the customer handed over, for a till without function keys. Never takes money itself."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.domain.won import Won
from pos.ui.i18n import _
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.total_strip import BigAmount, TotalStrip


class CashScreen(ModalScreen[str | None]):
    """Answers with what was typed (empty is the exact amount), or None."""

    CSS_PATH = "cash.tcss"
    AUTO_FOCUS = "Entry"

    def __init__(self, due: Won) -> None:
        super().__init__()
        self._due = due

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(_("Cash received"), classes="title", markup=False)
            yield TotalStrip()
            yield Entry(takes=frozenset({"f6"}))
            keys = _("Amount, Enter   Enter alone: exact   Esc back")
            yield Static(f" {keys}", classes="keys", markup=False)

    def on_mount(self) -> None:
        """Show what is due."""
        self.query_one(TotalStrip).show(BigAmount(_("To be paid"), self._due))

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Answer; a bare 0 is the way back, as everywhere."""
        self.dismiss(None if event.text.strip() == "0" else event.text)

    def on_key(self, event: Key) -> None:
        """Go back on Esc."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
