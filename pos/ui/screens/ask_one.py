"""Asks for one number or a few words. Never acts on them: it answers."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.widgets.entry import Entry

Check = Callable[[str], str]
"""Returns why a text can't be taken, or nothing."""


class AskOneScreen(ModalScreen[str | None]):
    """Answers with what was typed, made safe, or None.

    Args:
        title: what is asked for.
        text: what it means; may be empty.
        check: says what is wrong with an answer; then it is asked again.
        was: what stands there to begin with.
    """

    CSS_PATH = "ask_one.tcss"
    AUTO_FOCUS = "Entry"

    def __init__(
        self, title: str, text: str = "", *, check: Check = lambda _: "", was: str = ""
    ) -> None:
        super().__init__()
        self._title, self._text = title, text
        self._check, self._was = check, was

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield Static(self._text, classes="text", markup=False)
            yield Entry()
            keys = _("Type, then Enter   Esc back")
            yield Static(f" {keys}", classes="keys", markup=False)

    def on_mount(self) -> None:
        """Begin with what stood there."""
        entry = self.query_one(Entry)
        entry.value = self._was
        entry.action_end()

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Answer, or say what is wrong with it and ask again."""
        text = safe(event.text.strip(), 80)
        wrong = self._check(text)
        if not wrong:
            self.dismiss(text)
            return
        self.app.bell()
        self.query_one(".text", Static).update(f"! {wrong}")
        self.query_one(Entry).value = event.text
        self.query_one(Entry).action_end()

    def on_key(self, event: Key) -> None:
        """Go back on Esc."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)


def number_between(least: int, most: int) -> Check:
    """Return a check that takes whole numbers from `least` to `most`, with or without commas."""

    def check(text: str) -> str:
        digits = text.replace(",", "")
        if digits.isascii() and digits.isdecimal() and least <= int(digits[:12]) <= most:
            return ""
        return _("A number from {least} to {most}, please.", least=f"{least:,}", most=f"{most:,}")

    return check
