"""What the ledger left open between shop and customers, each to be closed by a person. Closes nothing itself."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from pos.domain.payment_answers import ReceivableEnd
from pos.domain.people import Permission
from pos.services.receivables import Receivable
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.asking import ask_grant
from pos.ui.i18n import _
from pos.ui.receivable_rows import END_KEYS, columns, end_word, item_cells, item_rows
from pos.ui.screens.close_receivable import Closed, CloseScreen
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.widgets.table import Table

STEPS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}


class ReceivablesScreen(KeyedScreen):
    """Lists them, newest first; a digit says how the chosen one ends."""

    CSS_PATH = "receivables.tcss"
    AT_ONCE = frozenset(STEPS)
    LONE = {"0": "escape"} | {key: key for key in END_KEYS}

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._items: tuple[Receivable, ...] = ()
        self._by = ""

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(f" {_('Receivables: what the ledger declined')}", classes="head", markup=False)
        with Vertical(classes="body"):
            yield Table(columns(), _("Nothing is open."))
            yield Figures("item")
        yield MessageBar()
        keys = [(_("Up Down"), _("Choose"))]
        keys += [(key, end_word(how)) for key, how in END_KEYS.items()]
        yield KeyBar([*keys, ("escape", _("Back"))])

    def on_mount(self) -> None:
        """List what is open."""
        act(self, self._list(), self.refuse)

    async def _list(self) -> None:
        items = await self.terminal.receivables.open_ones()
        if self.is_attached:
            self._items, now = items, self.terminal.clock.now()
            self.query_one(Table).show([item_cells(each, now) for each in items])
            self._show_chosen()

    def _chosen(self) -> Receivable | None:
        place = self.query_one(Table).place
        return self._items[place] if place < len(self._items) else None

    def _show_chosen(self) -> None:
        chosen, now = self._chosen(), self.terminal.clock.now()
        self.query_one("#item", Figures).show(item_rows(chosen, now) if chosen else ())

    def press(self, key: str) -> None:
        """Choose another, close the chosen one, or go back."""
        if key in STEPS:
            self.query_one(Table).move(STEPS[key])
            self._show_chosen()
        elif key in END_KEYS:
            self._ask(END_KEYS[key])
        else:
            super().press(key)

    def _ask(self, how: ReceivableEnd) -> None:
        item = self._chosen()
        if item is None:
            self.app.bell()
            return

        act(self, self._grant_and_close(item, how), self.refuse)

    async def _grant_and_close(self, item: Receivable, how: ReceivableEnd) -> None:
        staff, about = self.terminal.staff, item.subject.hex
        grant = await ask_grant(self.app, staff, Permission.CLOSE_RECEIVABLE, about)
        if grant is None:
            return
        by = (grant.allowed_by or grant.by) if staff.in_use else self._by
        screen = CloseScreen(item, how, by, signed=staff.in_use)
        closed = await self.app.push_screen_wait(screen)
        if closed is not None:
            self._by = closed.by
            await self._close(item, how, closed)

    async def _close(self, item: Receivable, how: ReceivableEnd, closed: Closed) -> None:
        try:
            await self.terminal.receivables.close(item, how, note=closed.note, by=closed.by)
            self.say(_("Closed: {how}.", how=end_word(how)), "done")
        finally:
            await self._list()
