"""Counts the drawer by note and coin, blind, and closes the shift. Tells the difference after the count only."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from pos.domain.people import Grant, Permission
from pos.domain.shift import DENOMINATIONS, PIECES_MAX, CashCounted, Count, counted, signed, within
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.asking import ask_grant
from pos.ui.i18n import _
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.shift_rows import (
    count_rows,
    denomination_cells,
    denomination_columns,
    difference_word,
    drawer_rows,
)
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.entry_row import EntryRow
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.widgets.table import Table
from pos.ui.widgets.total_strip import BigAmount, TotalStrip
from pos.ui.words import won

STEPS = {"up": -1, "down": 1}
PIECES_DIGITS_MAX = 4


class CountScreen(KeyedScreen):
    """Counting, then the counted total to be confirmed, then the difference.

    Args:
        terminal: the use cases.
        grant: of closing the shift.
    """

    CSS_PATH = "count.tcss"
    AUTO_FOCUS = "Entry"
    AT_ONCE = frozenset(STEPS)
    LONE = {"1": "yes", "2": "again", "0": "escape", "enter": "enter"}  # noqa: RUF012

    def __init__(self, terminal: Terminal, grant: Grant) -> None:
        super().__init__(terminal)
        self._grant = grant
        self._counts = [Count(value, 0) for value in DENOMINATIONS]
        self._counting = True
        self._counted: CashCounted | None = None
        self._working = False
        self._done = False

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(f" {_('Close: count the drawer')}", classes="head", markup=False)
        with Horizontal(classes="body"):
            yield Table(denomination_columns())
            yield Figures("told")
        yield TotalStrip()
        yield MessageBar()
        label = _("Pieces")
        yield EntryRow(label, takes=frozenset(), longest=PIECES_DIGITS_MAX)
        yield KeyBar([])

    def on_mount(self) -> None:
        """Begin with the largest note."""
        self._count_on()

    def _count_on(self) -> None:
        self._counting = True
        self._counted = None
        self.query_one(EntryRow).display = True
        self.query_one(Entry).focus()
        keys = [("enter", _("Take over")), (_("Up Down"), _("Choose")), ("escape", _("Back"))]
        self.query_one(KeyBar).show(keys)
        self.query_one("#told", Figures).show(
            (
                (_("Count everything"), ""),
                (_("The float is counted too."), " "),
                (_("Enter alone: none of it."), " "),
                (_("After the last: confirm."), " "),
            )
        )
        self.say("")
        self._show()

    def _show(self) -> None:
        self.query_one(Table).show(denomination_cells(self._counts))
        big = BigAmount(_("Counted"), counted(self._counts))
        self.query_one(TotalStrip).show(big)

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Take a number of pieces and go on to the next value; after the last, ask."""
        if not self._counting:
            return
        text, table = event.text.strip(), self.query_one(Table)
        if text and not (text.isascii() and text.isdigit() and int(text) <= PIECES_MAX):
            self.say(_("Type how many pieces there are."), "error")
            return
        place = table.place
        if text:
            self._counts[place] = Count(DENOMINATIONS[place], int(text))
        self._show()
        if place + 1 < len(DENOMINATIONS):
            table.move(1)
        else:
            self._confirm()

    def _confirm(self) -> None:
        self._counting = False
        self.query_one(EntryRow).display = False
        self.set_focus(None)
        keys = [("1", _("That is my count")), ("2", _("Count again")), ("escape", _("Back"))]
        self.query_one(KeyBar).show(keys)
        total = won(counted(self._counts))
        self.say(
            _(
                "{total} counted. Press 1 to close with it; each count stays on record.",
                total=total,
            ),
            "ask",
        )

    def press(self, key: str) -> None:
        """Choose a value, confirm, count again, or go back."""
        if self._working:
            self.app.bell()
        elif self._done:
            if key == "f12":
                super().press(key)
            else:
                self.dismiss(None)
        elif key in STEPS and self._counting:
            self.query_one(Table).move(STEPS[key])
        elif key == "again" and not self._counting:
            self.query_one(Table).place = 0
            self._count_on()
        elif key == "enter" and self._counting:
            self.query_one(Entry)._enter("enter")
        elif key == "yes" and not self._counting:
            self._working = True
            act(self, self._close(), self.refuse)
        elif key == "escape" and self._counting and self.query_one(Entry).take():
            self.say("")
        else:
            super().press(key)

    async def _close(self) -> None:
        try:
            await self._count_and_close()
        finally:
            self._working = False

    async def _count_and_close(self) -> None:
        desk, accepted = self.terminal.shift, None
        count = self._counted
        if count is None:
            count = self._counted = await desk.count(self._grant, tuple(self._counts))
            if not within(count.difference, desk.rules.difference_limit):
                self._tell_difference(count)
                return
        if not within(count.difference, desk.rules.difference_limit):
            about = f"Z {signed(count.difference)}"
            needed = Permission.ACCEPT_DIFFERENCE
            accepted = await ask_grant(self.app, self.terminal.staff, needed, about)
            if accepted is None:
                return
        try:
            report = await desk.close(self._grant, count, accepted)
        except LookupError:
            self.say(_("No rates are in force on that day."), "error")
            return
        self._done = True
        if self.is_attached:
            self.query_one(KeyBar).show([("enter", _("Back"))])
            self.query_one("#told", Figures).show(drawer_rows(report))
            self._show_big(count)
            number = f"Z{report.number:04d}"
            self.say(_("{number}: closed, the paper is on its way.", number=number), "done")

    def _tell_difference(self, count: CashCounted) -> None:
        """Tell it, once the count is on record; the next 1 accepts it."""
        self.query_one("#told", Figures).show(((_("Drawer"), ""), *count_rows(count)))
        self._show_big(count)
        limit = won(self.terminal.shift.rules.difference_limit)
        text = _("Off by more than {limit}. 1: somebody who may accepts it. 2: count again.")
        self.say(text.format(limit=limit), "ask")
        keys = [("1", _("Accept")), ("2", _("Count again")), ("escape", _("Back"))]
        self.query_one(KeyBar).show(keys)

    def _show_big(self, count: CashCounted) -> None:
        details = (_("Counted {amount}", amount=won(count.total)),)
        tone = "due" if count.difference else "change"
        big = BigAmount(difference_word(count), count.difference, details, tone)
        self.query_one(TotalStrip).show(big)
