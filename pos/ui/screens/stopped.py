"""Selling has stopped: the terminal's own record fails. Never lets a sale through; ends only by F10."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Static

from pos.domain.errors import StoreError
from pos.ui.i18n import _, language
from pos.ui.safe_text import safe


class StoppedScreen(Screen[None]):
    """Covers everything."""

    CSS_PATH = "stopped.tcss"
    AUTO_FOCUS = ""

    def __init__(self, error: StoreError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="box"):
            yield Static(f"!!!  {_('SELLING HAS STOPPED')}  !!!", classes="head", markup=False)
            yield Static(safe(self._error.message(language())), classes="what", markup=False)
            yield Static(_("Take no money with this terminal."), classes="what", markup=False)
            yield Static(
                _("Code {code}   F10: end the program, then start it again", code=self._error.code),
                classes="next",
                markup=False,
            )

    def on_key(self, event: Key) -> None:
        """Let nothing through but the end."""
        event.stop()
        event.prevent_default()
        if event.key == "f10":
            self.app.exit(return_code=1)
