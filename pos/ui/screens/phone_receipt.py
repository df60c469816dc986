"""A receipt's code for the customer's phone, here and on the customer's display. Never keeps the page."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.services.terminal import Terminal
from pos.ui.i18n import _
from pos.ui.lone_keys import LoneKeys
from pos.ui.widgets.qr_picture import QrPicture

OTHER_ROWS = 4  # Of the screen, beside the code.


class PhoneReceiptScreen(ModalScreen[None]):
    """Shows it until a key says that the phone has it."""

    CSS_PATH = "phone_receipt.tcss"
    AUTO_FOCUS = ""

    def __init__(self, terminal: Terminal, link: str) -> None:
        super().__init__()
        self._terminal, self._link = terminal, link
        self._lone = LoneKeys(self, self._lone_key)

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(_("Receipt on the customer's phone"), classes="title", markup=False)
            yield QrPicture()
            yield Static("", classes="text", markup=False)
            keys = _("Enter or Esc: the phone has it")
            yield Static(f" {keys}", classes="keys", markup=False)

    def on_mount(self) -> None:
        """Show it on both sides of the counter."""
        if self._terminal.customer is not None:
            self._terminal.customer.show_receipt(self._link)
        self._draw()

    def on_unmount(self) -> None:
        """Take it off the customer's display."""
        if self._terminal.customer is not None:
            self._terminal.customer.show_receipt("")

    def on_resize(self) -> None:
        """Draw it anew."""
        self._draw()

    def _draw(self) -> None:
        rows = self.app.size.height - OTHER_ROWS
        drawn = self.query_one(QrPicture).show(
            self._link, columns=self.app.size.width - 6, rows=rows
        )
        said = self.query_one(".text", Static)
        said.display = not drawn
        said.update(_("Too little room for the code here. The customer's display has it."))

    def on_key(self, event: Key) -> None:
        """Close."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        else:
            self._lone.press(event)

    def _lone_key(self, key: str) -> None:
        if key in ("enter", "0"):
            self.dismiss(None)
