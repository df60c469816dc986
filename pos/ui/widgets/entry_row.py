"""The entry field with its label, as one row that can turn red for a moment. Never reads the entry."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from pos.ui.i18n import _
from pos.ui.widgets.entry import Entry

ALARM_SECONDS = 0.6  # How long the field stays red after a refused entry.


class EntryRow(Horizontal):
    """Label and field."""

    DEFAULT_CSS = """
    EntryRow { height: 1; background: $bar; }
    EntryRow .label { width: auto; color: $accent; text-style: bold; }
    EntryRow.-alarm, EntryRow.-alarm Entry { background: $stop; }
    """

    def compose(self) -> ComposeResult:
        """Lay them out. Keys that take money keep their place among scans in the same read."""
        yield Static(f" {_('Scan or search')} > ", classes="label", markup=False)
        yield Entry(takes=frozenset({"f5", "f6"}))

    def alarm(self) -> None:
        """Flash, as the bell sounds."""
        self.add_class("-alarm")
        self.set_timer(ALARM_SECONDS, lambda: self.remove_class("-alarm"))
