"""Asks why and by whom a receivable is closed, then once more. Never closes it: it answers."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.domain.payment_answers import ReceivableEnd
from pos.services.receivables import Receivable
from pos.ui.i18n import _
from pos.ui.lone_keys import LoneKeys
from pos.ui.receivable_rows import end_text, end_word
from pos.ui.safe_text import safe
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.figures import Figures
from pos.ui.words import won

TEXT_MAX = 80


@dataclass(frozen=True, slots=True)
class Closed:
    """Why and by whom."""

    note: str
    by: str


class CloseScreen(ModalScreen[Closed | None]):
    """Answers with note and name, or None."""

    CSS_PATH = "close_receivable.tcss"
    AUTO_FOCUS = "Entry"

    def __init__(self, item: Receivable, how: ReceivableEnd, by: str, *, signed: bool) -> None:
        """Take what is closed and how; `signed` where `by` has proved to be that by a PIN."""
        super().__init__()
        self._signed = signed
        self._item = item
        self._how = how
        self._said: list[str] = []
        self._by = by
        self._lone = LoneKeys(self, self._lone_key)

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        amount, how = won(self._item.amount), end_word(self._how)
        with Vertical(classes="dialog -warn"):
            title = _("Close {amount}: {how}", amount=amount, how=how)
            yield Static(title, classes="title", markup=False)
            yield Static(end_text(self._how, self._item.owed), classes="text", markup=False)
            yield Figures()
            yield Entry()
            yield Static(classes="keys", markup=False)

    def on_mount(self) -> None:
        """Ask for the note first."""
        self._show()

    def _show(self) -> None:
        labels = (_("Why, in a few words"), _("Who closes it"))
        rows = [(label, safe(text)) for label, text in zip(labels, self._said, strict=False)]
        entry, asked = self.query_one(Entry), len(self._said)
        entry.display = asked < len(labels)
        if entry.display:
            rows.append((f"{labels[asked]}?", " "))
            entry.value = self._by if asked else ""
            entry.action_end()
            keys = _("Type, then Enter   Esc back")
        else:
            self.set_focus(None)
            keys = _("1 close it for good   0 or Esc back")
        self.query_one(Figures).show(rows)
        self.query_one(".keys", Static).update(f" {keys}")

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Take the note, then the name; neither may be empty."""
        text = safe(event.text, TEXT_MAX)
        if text and len(self._said) < 2:
            self._said.append(text)
            if self._signed:
                self._said.append(self._by)
            self._show()
        else:
            self.app.bell()

    def on_key(self, event: Key) -> None:
        """Go back on Esc; once all is said, only a lone key closes it."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        else:
            self._lone.press(event)

    def _lone_key(self, key: str) -> None:
        if key == "0":
            self.dismiss(None)
        elif key == "1" and len(self._said) == 2:
            self.dismiss(Closed(*self._said))
