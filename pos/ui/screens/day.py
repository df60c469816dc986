"""The owner's day on one screen. Never adds anything up: the use case does, from the journal."""

from __future__ import annotations

from datetime import date, timedelta

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Static

from pos.domain.business_day import business_day
from pos.domain.errors import IeumError
from pos.services.show_day import Day
from pos.services.terminal import Terminal
from pos.ui.acts import SidePanelAsked, act
from pos.ui.day_rows import money_rows, money_tones, sales_rows
from pos.ui.i18n import _, language
from pos.ui.lone_keys import LoneKeys
from pos.ui.when import date_text
from pos.ui.widgets.big_text import BigText
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar

TURNS = {"left": -1, "right": 1}
LONE = {"4": "left", "6": "right", "5": "p", "0": "escape", "p": "p"}


class DayScreen(Screen[None]):
    """Shows today first; left and right turn the days."""

    CSS_PATH = "day.tcss"
    AUTO_FOCUS = ""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        self._date = business_day(terminal.clock.now())
        self._day: Day | None = None
        self._lone = LoneKeys(self, lambda key: self._press(LONE.get(key, "")))

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
        act(self, self._show(self._date), self._refuse)

    async def _show(self, wanted: date) -> None:
        try:
            day = await self._terminal.day.show(wanted)
        except LookupError:
            self._say(_("No rates are in force on that day."))
            return
        if not self.is_attached or wanted != self._date:  # Turned on meanwhile.
            return
        self._day = day
        summary, backlog = day.summary, day.backlog
        self.query_one("#all", BigText).show(_("Sales of the day, won"), str(summary.sales.amount))
        saved = str(summary.order_saving)
        self.query_one("#saved", BigText).show(_("Commission saved, won"), saved, "$success")
        self.query_one("#sales", Figures).show(sales_rows(summary))
        rows = money_rows(summary, backlog, self._terminal.clock.now())
        self.query_one("#money", Figures).show(rows, money_tones(summary, backlog))

    def on_key(self, event: Key) -> None:
        """Turn the days, print, or go back."""
        if event.key in ("left", "right", "escape", "f4", "f12"):
            event.stop()
            event.prevent_default()
            self._press(event.key)
        else:
            self._lone.press(event)

    def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        """A key of the bar was touched."""
        self._press(event.key)

    def _press(self, key: str) -> None:
        if key in TURNS:
            self._turn(TURNS[key])
        elif key == "p" and self._day is not None:
            act(self, self._print(self._day), self._refuse)
        elif key in ("escape", "f4"):
            self.dismiss(None)
        elif key == "f12":
            self.post_message(SidePanelAsked())

    def _turn(self, days: int) -> None:
        today = business_day(self._terminal.clock.now())
        turned = self._date + timedelta(days=days)
        if turned <= today:
            self._date = turned
            self._day = None
            self._say("")
            self._read()

    async def _print(self, day: Day) -> None:
        await self._terminal.reprint.day_report(day.summary)
        self._say(_("The day's figures are on their way to the printer."), "done")

    def _refuse(self, error: IeumError) -> None:
        self._say(error.message(language()), "error")

    def _say(self, text: str, kind: str = "info") -> None:
        if self.is_attached:
            self.query_one(MessageBar).say(text, kind)
