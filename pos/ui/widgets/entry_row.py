"""The entry field with its label, as one row that can turn red for a moment. Never reads the entry."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from pos.ui.i18n import _
from pos.ui.typed import ENTRY_MAX
from pos.ui.widgets.entry import Entry

ALARM_SECONDS = 0.6  # How long the field stays red after a refused entry.


class EntryRow(Horizontal):
    """Label and field.

    Args:
        label: what to enter; without it, what a sale begins with.
        takes, longest, passes: see `Entry`. Keys that take money keep their place among scans in the
            same read.
    """

    DEFAULT_CSS = """
    EntryRow { height: 1; background: $bar; }
    EntryRow .label { width: auto; color: $accent; text-style: bold; }
    EntryRow Entry, EntryRow Entry:focus { width: 1fr; height: 1; border: none; padding: 0 1; background: $bar; color: white; background-tint: transparent; }
    EntryRow.-alarm, EntryRow.-alarm Entry { background: $stop; }
    EntryRow.-alarm .label { color: white; }
    """

    def __init__(
        self,
        label: str = "",
        *,
        takes: frozenset[str] = frozenset({"f5", "f6"}),
        longest: int = ENTRY_MAX,
        passes: str = "+-",
    ) -> None:
        super().__init__()
        self._label = label or _("Scan or search")
        self._takes = takes
        self._longest = longest
        self._passes = passes

    def compose(self) -> ComposeResult:
        """Lay them out."""
        yield Static(f" {self._label} > ", classes="label", markup=False)
        yield Entry(takes=self._takes, longest=self._longest, passes=self._passes)

    def alarm(self) -> None:
        """Flash, as the bell sounds."""
        self.add_class("-alarm")
        self.set_timer(ALARM_SECONDS, lambda: self.remove_class("-alarm"))
