"""The owner's day on one screen. Never adds anything up: the use case does, from the journal."""

from __future__ import annotations

from datetime import date, timedelta

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from pos.domain.business_day import business_day
from pos.services.show_day import Day
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.day_rows import money_rows, money_tones, sales_rows
from pos.ui.i18n import _
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.when import date_text
from pos.ui.widgets.big_text import BigText
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.words import won

TURNS = {"left": -1, "right": 1}


class DayScreen(KeyedScreen):
    """Shows today first; left and right turn the days."""

    CSS_PATH = "day.tcss"
    OWN_KEY = "f4"
    AT_ONCE = frozenset(TURNS)
    LONE = {  # noqa: RUF012 - as the base has it.
        "4": "left",
        "6": "right",
        "5": "p",
        "p": "p",
        "1": "owed",
        "2": "settle",
        "3": "m",
        "m": "m",
        "7": "cash_receipts",
        "0": "escape",
    }

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._date = business_day(terminal.clock.now())
        self._day: Day | None = None

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(classes="head", markup=False)
        with Horizontal(classes="big"):
            yield BigText("all")
            yield BigText("saved")
        with Horizontal(classes="body"):
            yield Figures("sales")
            yield Figures("money")
        yield MessageBar()
        yield KeyBar(
            [
                ("left", _("Day before")),
                ("right", _("Day after")),
                ("p", _("Print")),
                ("1", _("Receivables")),
                ("2", _("Settlement")),
                ("3", _("Month saved")),
                ("7", _("Cash receipts")),
                ("escape", _("Back")),
            ],
            ("p",),
        )

    def on_mount(self) -> None:
        """Read the day."""
        self._read()

    def _read(self) -> None:
        head = f" {_('The day')}  {date_text(self._date)}  {self._date.isoformat()}"
        self.query_one(".head", Static).update(head)
        act(self, self._show(self._date), self.refuse)

    async def _show(self, wanted: date) -> None:
        try:
            day = await self.terminal.day.show(wanted)
        except LookupError:
            self.say(_("No rates are in force on that day."))
            return
        owed = await self.terminal.receivables.open_ones()
        month = await self.terminal.day.savings(wanted)
        if not self.is_attached or wanted != self._date:  # Turned on meanwhile.
            return
        self._day = day
        summary, backlog = day.summary, day.backlog
        self.query_one("#all", BigText).show(_("Sales of the day, won"), str(summary.sales.amount))
        saved = str(summary.order_saving)
        self.query_one("#saved", BigText).show(_("Commission saved, won"), saved, "$success")
        self.query_one("#sales", Figures).show(sales_rows(summary))
        rows = money_rows(summary, backlog, owed, self.terminal.clock.now())
        self.query_one("#money", Figures).show(rows, money_tones(summary, backlog, owed))
        if month.orders:
            text = _(
                "This month the city's app saved you {amount}. m: the sum", amount=won(month.saved)
            )
            self.say(text, "done")

    def press(self, key: str) -> None:
        """Turn the days, print, open what is owed, or go back."""
        if key in TURNS:
            self._turn(TURNS[key])
        elif key == "p" and self._day is not None:
            act(self, self._print(self._day), self.refuse)
        elif key == "m":
            from pos.ui.screens.savings import SavingsScreen  # Seldom needed.

            self.app.push_screen(SavingsScreen(self.terminal, self._date))
        elif key == "owed":
            from pos.ui.screens.receivables import ReceivablesScreen  # Seldom needed.

            self.app.push_screen(ReceivablesScreen(self.terminal), lambda _done: self._read())
        elif key == "cash_receipts":
            from pos.ui.screens.cash_receipts_due import CashReceiptsDueScreen  # Seldom needed.

            self.app.push_screen(CashReceiptsDueScreen(self.terminal))
        elif key == "settle":
            from pos.ui.screens.settlement import SettlementScreen  # Once a day at most.

            self.app.push_screen(SettlementScreen(self.terminal, self._date))
        else:
            super().press(key)

    def _turn(self, days: int) -> None:
        today = business_day(self.terminal.clock.now())
        turned = self._date + timedelta(days=days)
        if turned <= today:
            self._date = turned
            self._day = None
            self.say("")
            self._read()

    async def _print(self, day: Day) -> None:
        await self.terminal.reprint.day_report(day.summary)
        self.say(_("The day's figures are on their way to the printer."), "done")
