"""The ways to pay beside cash, card and QR, behind F5 and /. Never takes money: their screens ask for it."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from pos.domain.errors import IeumError, SaleEmpty
from pos.domain.won import ZERO, Won
from pos.services.terminal import Terminal
from pos.ui.i18n import _
from pos.ui.results import PaymentAnswer
from pos.ui.screens.pick import PickScreen

Pay = Callable[[Callable[[Won], Screen[PaymentAnswer]]], None]
"""Opens a screen that takes what is due, as the card key does: never a second one beside it."""


class OtherWays:
    """The choices, for the selling screen."""

    def __init__(
        self,
        screen: Screen[None],
        terminal: Terminal,
        pay: Pay,
        refuse: Callable[[IeumError], None],
    ) -> None:
        self._screen, self._terminal = screen, terminal
        self._pay, self._refuse = pay, refuse

    def ask(self) -> None:
        """Offer them."""
        offers: tuple[tuple[tuple[str, str], Callable[[], None]], ...] = (
            ((_("Coupon"), _("or scan it at any time")), self.coupon),
            ((_("Other terminal's card"), _("written down")), self.external),
            ((_("Balance of a card"), _("F5 where nothing is to be paid")), self.balance),
        )

        def picked(place: int | None) -> None:
            if place is not None:
                offers[place][1]()

        rows = [row for row, _do in offers]
        self._screen.app.push_screen(PickScreen(_("Other ways to pay"), rows), picked)

    def balance(self) -> None:
        """Ask what a card holds; nothing is paid."""
        from pos.ui.screens.balance import BalanceScreen  # Seldom needed.

        self._screen.app.push_screen(BalanceScreen(self._terminal))

    def external(self) -> None:
        """Note a card that another terminal took."""
        from pos.ui.screens.external import ExternalScreen  # Seldom needed.

        if self._terminal.counter.sale.due <= ZERO:
            self._refuse(SaleEmpty())
        else:
            self._pay(lambda due: ExternalScreen(self._terminal, due))

    def coupon(self, code: str = "") -> None:
        """Take a coupon."""
        from pos.ui.screens.coupon import CouponScreen  # Seldom needed.

        if self._terminal.counter.sale.due <= ZERO:
            self._refuse(SaleEmpty())
        else:
            self._pay(lambda due: CouponScreen(self._terminal, due, code))
