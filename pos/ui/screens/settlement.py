"""A day at the ledger: its statement and its comparison with the till. Never adds up; never moves money."""

from __future__ import annotations

from datetime import date, timedelta

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from pos.domain.business_day import business_day
from pos.domain.errors import LedgerError, LedgerRefused, TerminalNotAccepted
from pos.domain.reconciliation import DayAnswer
from pos.services.settle_day import LedgerDay
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.settlement_rows import (
    advice_rows,
    cells,
    columns,
    statement_rows,
    statement_tones,
    sum_rows,
    sum_tones,
)
from pos.ui.when import date_text, since
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.widgets.table import Table

TURNS = {"left": -1, "right": 1, "pageup": -7, "pagedown": 7}
STEPS = {"up": -1, "down": 1}


class SettlementScreen(KeyedScreen):
    """Shows one day's statement; left and right turn the days, 1 compares."""

    CSS_PATH = "settlement.tcss"
    AT_ONCE = frozenset({*TURNS, *STEPS})
    LONE = {"4": "left", "6": "right", "8": "up", "2": "down", "7": "pageup", "9": "pagedown"} | {
        "1": "compare",
        "5": "again",
        "0": "escape",
    }

    def __init__(self, terminal: Terminal, day: date) -> None:
        super().__init__(terminal)
        self._date = day
        self._answer = DayAnswer(day)

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(classes="head", markup=False)
        with Horizontal(classes="body"):
            yield Figures("statement")
            with Vertical(classes="compared"):
                yield Figures("sums")
                yield Table(columns())
                yield Figures("advice")
        yield MessageBar()
        yield KeyBar(
            [
                ("left", _("Day before")),
                ("right", _("Day after")),
                ("1", _("Compare")),
                (_("Up Down"), _("Choose")),
                ("5", _("Ask again")),
                ("escape", _("Back")),
            ]
        )

    def on_mount(self) -> None:
        """Read the day."""
        self._read()

    def on_resize(self) -> None:
        """Break the advice anew."""
        self._show_chosen()

    def press(self, key: str) -> None:
        """Turn the days, choose a difference, compare, ask again, or go back."""
        if key in TURNS:
            self._turn(TURNS[key])
        elif key in STEPS:
            self.query_one(Table).move(STEPS[key])
            self._show_chosen()
        elif key in ("compare", "1"):
            self.say(_("Comparing with the ledger ..."))
            act(self, self._ask(self._date, compare=True), self.refuse)
        elif key in ("again", "5"):
            self._read()
        else:
            super().press(key)

    def _turn(self, days: int) -> None:
        turned = self._date + timedelta(days=days)
        if turned <= business_day(self.terminal.clock.now()):
            self._date = turned
            self._answer = DayAnswer(turned)
            self.query_one(Table).place = 0
            self._read()

    def _read(self) -> None:
        self.say(_("Asking the ledger ..."))
        act(self, self._ask(self._date, compare=False), self.refuse)

    async def _ask(self, day: date, *, compare: bool) -> None:
        settle = self.terminal.settle
        self._show(day, await settle.kept(day))
        try:
            known = await (settle.compare(day) if compare else settle.statement(day))
        except TerminalNotAccepted:
            raise
        except LedgerRefused as error:
            if day == self._date:
                self.say(_refusal(error, compare=compare), "error")
        except LedgerError:
            if day == self._date:
                self.say(self._silence(compare=compare), "error")
        else:
            if self._show(day, known):
                self.say("")

    def _silence(self, *, compare: bool) -> str:
        """Say that the ledger does not answer, when it last did, and what is shown instead."""
        now, heard_at = self.terminal.clock.now(), self.terminal.line.heard_at
        at = self._answer.compared_at if compare else self._answer.statement_at
        heard = since(heard_at, now) if heard_at is not None else _("not since the start")
        if at is None and compare:
            return _("No answer, so nothing was compared. Last answer: {at}.", at=heard)
        if at is None:
            return _("No answer. Nothing is known of that day. Last answer: {at}.", at=heard)
        return _("No answer. Shown is what came at {at}.", at=since(at, now))

    def _show(self, day: date, known: LedgerDay) -> bool:
        """Show a day, unless it was left or turned from meanwhile; tell whether it was."""
        if not self.is_attached or day != self._date:
            return False
        now = self.terminal.clock.now()
        self._answer = answer = known.answer
        head = f" {_('Settlement')}  {date_text(day)}  {day.isoformat()}"
        if answer.statement_at is not None:
            head += "  " + _("as of {at}", at=since(answer.statement_at, now))
        self.query_one(".head", Static).update(head)
        statement, figures = answer.statement, self.query_one("#statement", Figures)
        if statement is None:
            figures.show(())
        else:
            figures.show(statement_rows(statement, business_day(now)), statement_tones(statement))
        self._show_comparison(known)
        return True

    def _show_comparison(self, known: LedgerDay) -> None:
        said, more = known.answer.comparison, known.answer.more
        sums = self.query_one("#sums", Figures)
        if said is None or known.answer.compared_at is None:
            sums.show(((_("1: compare with the till"), ""),))
            self.query_one(Table).show(())
        else:
            at = since(known.answer.compared_at, self.terminal.clock.now())
            rows = (*sum_rows(said, more, known.unsent), (_("Compared at"), at))
            sums.show(rows, sum_tones(said, more, known.unsent))
            self.query_one(Table).show([cells(each) for each in said.differences])
        self.query_one(Table).display = said is not None and bool(said.differences)
        self._show_chosen()

    def _show_chosen(self) -> None:
        said, table = self._answer.comparison, self.query_one(Table)
        panel = self.query_one("#advice", Figures)
        found = () if said is None else said.differences
        panel.display = bool(found)
        if found:
            width = max(20, panel.size.width)
            panel.show(advice_rows(found[table.place], self._answer.papers, width))


def _refusal(error: LedgerRefused, *, compare: bool) -> str:
    if compare:
        reason = safe(str(error.facts.get("reason", "")), 40)
        return _(
            "The ledger did not take the comparison ({reason}). Call the technician.", reason=reason
        )
    return _("The ledger has no statement of that day.")
