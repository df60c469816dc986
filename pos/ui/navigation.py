"""Opens the other screens by key. Never decides what happens there; imports each when it is needed."""

from __future__ import annotations

from typing import Any, Protocol

from textual.app import App
from textual.message import Message
from textual.screen import Screen

from pos.domain.people import Permission
from pos.domain.won import Won
from pos.services.terminal import Terminal


class ScreenAsked(Message):
    """A key that opens another screen was pressed, or a code was scanned that belongs there."""

    def __init__(self, key: str, scanned: str = "") -> None:
        self.key = key
        self.scanned = scanned
        super().__init__()


# In the order of the keyboard; imported late, because they are not needed for the first sale.
OPENS = ("f1", "f3", "f4", "f7", "f8", "f9", "f11")
LOOK = "look"  # How the screens look and sound; the app itself asks.
NEEDS = {"f4": Permission.SEE_DAY}  # What whoever opens it is asked for.


class Keys(Protocol):
    """What the menu's answer is handed to: the selling screen."""

    @property
    def due(self) -> Won:
        """What is still to be paid."""
        ...

    def press(self, key: str) -> None:
        """Do what a function key does."""
        ...

    def pay_cash(self, typed: str) -> None:
        """Take cash, with what was typed as received."""
        ...


def ask_menu(app: App[Any], keys: Keys, *, side_panel: bool) -> None:
    """Open the menu by digits; its answer does what the function key would."""
    from pos.ui.screens.cash import CashScreen
    from pos.ui.screens.menu import MenuScreen

    def typed(amount: str | None) -> None:
        if amount is not None:
            keys.pay_cash(amount)

    def picked(key: str | None) -> None:
        if key == "f6":  # Without function keys there is no typing an amount before the key.
            app.push_screen(CashScreen(keys.due), typed)
        elif key is not None:
            keys.press(key)

    app.push_screen(MenuScreen(side_panel=side_panel), picked)


def screen_for(key: str, terminal: Terminal, scanned: str = "") -> Screen[None]:
    """Return the screen that a key opens, with what was scanned for it.

    Raises:
        KeyError: the key opens none.
    """
    if key == "f3":
        from pos.ui.screens.orders import OrdersScreen

        return OrdersScreen(terminal)
    if key == "f4":
        from pos.ui.screens.day import DayScreen

        return DayScreen(terminal)
    if key == "f7":
        from pos.ui.screens.refund import RefundScreen

        return RefundScreen(terminal, scanned)
    if key == "f9":
        from pos.ui.screens.shift import ShiftScreen

        return ShiftScreen(terminal)
    if key == "f8":
        from pos.ui.screens.technician import TechnicianScreen

        return TechnicianScreen(terminal)
    if key == "taxi":
        from pos.ui.screens.taxi import TaxiScreen

        return TaxiScreen(terminal)
    raise KeyError(key)
