"""Everything by one digit, for a till that has only a number pad. Never acts: it answers with a key."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static

from pos.ui.i18n import _
from pos.ui.lone_keys import LoneKeys
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import key_name

DIGITS = {
    "1": "f5",
    "2": "f6",
    "3": "f2",
    "4": "f3",
    "5": "f4",
    "6": "f8",
    "7": "f7",
    "8": "escape",
    "9": "f10",
    "*": "f11",
    "-": "f12",
}


class MenuScreen(ModalScreen[str | None]):
    """Answers with the function key that the digit stands for, or None."""

    CSS_PATH = "menu.tcss"
    AUTO_FOCUS = ""

    def __init__(self, *, side_panel: bool) -> None:
        super().__init__()
        self._side_panel = side_panel
        self._lone = LoneKeys(self, self._lone_key)

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        with Vertical(classes="dialog"):
            yield Static(_("Menu: press a digit"), classes="title", markup=False)
            yield Figures()
            yield Static(f" {_('0 or Esc: back')}", classes="keys", markup=False)

    def on_mount(self) -> None:
        """List the digits."""
        names = {
            "1": _("Voucher card"),
            "2": _("Cash"),
            "3": _("Print the last receipt again"),
            "4": _("Delivery orders"),
            "5": _("The day"),
            "6": _("Service"),
            "7": _("Void or refund a sale"),
            "8": _("Drop the sale"),
            "9": _("Quit"),
            "*": _("Taxi for a customer"),
            "-": _("Demo"),
        }
        if not self._side_panel:
            del names["-"]
        rows = [(f"{digit}   {name}", key_name(DIGITS[digit])) for digit, name in names.items()]
        self.query_one(Figures).show(rows)

    def on_key(self, event: Key) -> None:
        """Take a digit; a scan made now is no answer."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key in DIGITS.values():
            event.stop()
            self.dismiss(event.key)
        else:
            self._lone.press(event)

    def _lone_key(self, key: str) -> None:
        if key == "0":
            self.dismiss(None)
        elif key in DIGITS and (key != "-" or self._side_panel):
            self.dismiss(DIGITS[key])
