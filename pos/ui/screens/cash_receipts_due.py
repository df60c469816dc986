"""Cash receipts that the tax office does not have yet, to be entered there by a person. Sends nothing itself."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from pos.domain.cash_receipt_life import CashReceiptStanding
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.cash_receipts import CashReceiptDialogs, due_cells, due_columns
from pos.ui.i18n import _
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.widgets.table import Table

STEPS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}


class CashReceiptsDueScreen(KeyedScreen):
    """Lists them, oldest first; what takes one back stands behind it."""

    CSS_PATH = "cash_receipts_due.tcss"
    AT_ONCE = frozenset(STEPS)
    LONE = {"1": "note", "enter": "note", "0": "escape"}  # noqa: RUF012 - as the base has it.

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._due: tuple[CashReceiptStanding, ...] = ()
        self._dialogs = CashReceiptDialogs(self, terminal, say=self.say, refuse=self.refuse)

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(
            f" {_('Cash receipts to be sent to the tax office')}", classes="head", markup=False
        )
        yield Table(due_columns(), _("Nothing waits."))
        yield MessageBar()
        keys = [(_("Up Down"), _("Choose")), ("1", _("Number, note the approval"))]
        yield KeyBar([*keys, ("escape", _("Back"))], ("1",))

    def on_mount(self) -> None:
        """List them."""
        self._list()

    def _list(self) -> None:
        act(self, self._read(), self.refuse)

    async def _read(self) -> None:
        due = await self.terminal.cash_receipts.waiting()
        if self.is_attached:
            self._due, now = due, self.terminal.clock.now()
            self.query_one(Table).show([due_cells(each, now) for each in due])

    def press(self, key: str) -> None:
        """Choose another, show its number and take the approval, or go back."""
        place = self.query_one(Table).place
        if key in STEPS:
            self.query_one(Table).move(STEPS[key])
        elif key == "note" and place < len(self._due):
            act(self, self._dialogs.note(self._due[place], self._list), self.refuse)
        elif key == "note":
            self.app.bell()
        else:
            super().press(key)
