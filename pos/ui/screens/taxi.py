"""A taxi for the customer at the counter: call, see where it is, call off. Never asks who it is for."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from pos.domain.taxi import TAXI_ENDED, Taxi, TaxiState
from pos.ui.acts import act
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.widgets.big_text import BigText
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar


class TaxiScreen(KeyedScreen):
    """One call at a time."""

    CSS_PATH = "taxi.tcss"
    LONE = {"enter": "enter", "c": "c", "0": "escape"}  # noqa: RUF012 - as the base has it.

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(f" {_('Taxi for a customer')}", classes="head", markup=False)
        yield BigText()
        yield Figures()
        yield MessageBar()
        yield KeyBar(
            [("enter", _("Call")), ("c", _("Call off")), ("escape", _("Back"))], ("enter",)
        )

    def on_mount(self) -> None:
        """Show how it stands."""
        self.news()

    def news(self) -> None:
        """Show where the taxi is."""
        if not self.is_attached:
            return
        taxi = self.terminal.taxi.taxi
        if taxi is None:
            self.query_one(BigText).show(_("No taxi is called."), "")
            self.query_one(Figures).show(())
            return
        minutes = str(taxi.minutes) if taxi.state is TaxiState.COMING else taxi_word(taxi.state)
        self.query_one(BigText).show(_("Minutes until it is here"), minutes)
        self.query_one(Figures).show(taxi_rows(taxi))

    def press(self, key: str) -> None:
        """Call, call off, or go back."""
        desk = self.terminal.taxi
        if key == "enter" and not desk.has_service:
            self.say(_("No taxi service is set up. Ask your technician."), "error")
        elif key == "enter":
            act(self, desk.call(), self.refuse)
        elif key == "c":
            act(self, desk.cancel(), self.refuse)
        else:
            super().press(key)


def taxi_rows(taxi: Taxi) -> tuple[tuple[str, str], ...]:
    """Return where a taxi is, in rows."""
    state = _("being called off") if taxi.cancelling else taxi_word(taxi.state)
    rows = [(_("The taxi"), state)]
    if taxi.plate and taxi.state not in TAXI_ENDED:
        rows.append((_("Plate"), safe(taxi.plate, 20)))
    return tuple(rows)


def taxi_word(state: TaxiState) -> str:
    """Return where a taxi is."""
    words = {
        TaxiState.CALLED: _("called"),
        TaxiState.COMING: _("coming"),
        TaxiState.HERE: _("at the door"),
        TaxiState.GONE: _("gone with the customer"),
        TaxiState.CANCELLED: _("called off"),
    }
    return words[state]
