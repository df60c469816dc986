"""Answers an order from whatever screen is up, the sale in progress untouched. Never opens a screen.

Insert turns the next keys to the order: Enter takes it with the usual minutes, a digit with others, r and
a digit turn it down, Esc goes back. A scan made meanwhile goes where it would have gone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.events import Key
from textual.screen import Screen
from textual.timer import Timer

from pos.domain.errors import IeumError
from pos.domain.order import Order
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.hangul_keys import letter
from pos.ui.i18n import _, language
from pos.ui.lone_keys import QUIET_SECONDS
from pos.ui.order_rows import MINUTES_PER_DIGIT, ended, strip_rows
from pos.ui.safe_text import safe
from pos.ui.screens.orders import OrdersScreen
from pos.ui.screens.selling import SellingScreen
from pos.ui.widgets.order_strip import OrderStrip
from pos.ui.words import REJECT_REASONS, reject_word

OPEN_KEY = "insert"


class OrderAnswer:
    """What Insert opens, on the app's level.

    Args:
        app: whose screens are looked at.
        terminal: the use cases.
        pass_on: where keys go that turned out to be a scan.
    """

    def __init__(
        self, app: App[Any], terminal: Terminal, pass_on: Callable[[list[Key]], None]
    ) -> None:
        self._app = app
        self._terminal = terminal
        self._pass_on = pass_on
        self._shown = ""
        self._rejecting = False
        self._said = ""
        self._held: list[Key] = []
        self._timer: Timer | None = None

    @property
    def is_open(self) -> bool:
        """The next keys are for the order."""
        return bool(self._shown)

    def takes(self, event: Key) -> bool:
        """Take a key, or leave it to the screen."""
        if event.key == OPEN_KEY:
            self._open()
            return True
        if not self.is_open:
            return False
        if event.key == "escape":
            self._escape()
            return True
        if event.key != "enter" and not event.is_printable:
            return False
        self._held.append(event)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._app.set_timer(QUIET_SECONDS, self._quiet)
        return True

    def news(self) -> None:
        """Show what waits, on the screen that is up."""
        desk, now = self._terminal.orders, self._terminal.clock.now()
        waiting = [each for each in desk.waiting() if not ended(each, now)]
        if self._shown and self._order() is None:
            self._shown = ""
        gone = [order for key in desk.unseen if (order := desk.find(key)) is not None]
        rows = strip_rows(waiting, gone, self._order(), now, self._said, usual=desk.usual_minutes)
        screen = self._app.screen
        at_rest = isinstance(screen, SellingScreen) and not self.is_open and not gone
        if at_rest or (isinstance(screen, OrdersScreen) and not gone):
            rows = ()  # It says so itself.
        strips = screen.query(OrderStrip)
        if strips:
            strips.first().show(rows, urgent=bool(gone))
        elif rows and screen.is_mounted:
            strip = OrderStrip()
            screen.mount(strip)
            strip.show(rows, urgent=bool(gone))

    def _order(self) -> Order | None:
        order = self._terminal.orders.find(self._shown) if self._shown else None
        if order is None or ended(order, self._terminal.clock.now()):
            return None
        return order

    def _open(self) -> None:
        desk, now = self._terminal.orders, self._terminal.clock.now()
        if desk.unseen:
            desk.seen()
        waiting = [each.key for each in desk.waiting() if not ended(each, now)]
        if not waiting:
            self._shown = ""
        elif self._shown in waiting:  # Once more: the next one.
            self._shown = waiting[(waiting.index(self._shown) + 1) % len(waiting)]
        else:
            self._shown = waiting[0]
        self._rejecting, self._said = False, ""
        self.news()

    def _escape(self) -> None:
        if self._rejecting:
            self._rejecting, self._said = False, ""
        else:
            self._shown = ""
        self.news()

    def _quiet(self) -> None:
        keys, self._held = self._held, []
        if len(keys) > 1:
            self._pass_on(keys)
            return
        order = self._order()
        key = "enter" if keys[0].key == "enter" else letter(keys[0].character)
        if order is None:
            self._escape()
        elif self._rejecting:
            if key.isdigit() and 1 <= int(key) <= len(REJECT_REASONS):
                self._do(self._reject(order, REJECT_REASONS[int(key) - 1]))
        elif key in ("r", "-"):
            self._rejecting = True
            reasons = "  ".join(f"{n} {reject_word(r)}" for n, r in enumerate(REJECT_REASONS, 1))
            self._said = _("Reject, why?  {reasons}", reasons=reasons)
            self.news()
        elif key == "enter":
            self._do(self._accept(order, None))
        elif key.isdigit() and key != "0":
            self._do(self._accept(order, int(key) * MINUTES_PER_DIGIT))
        else:
            self._escape()

    def _do(self, work: Any) -> None:
        screen: Screen[Any] = self._app.screen
        act(screen, work, self._refuse)

    async def _accept(self, order: Order, minutes: int | None) -> None:
        taken = await self._terminal.orders.accept(order.key, minutes)
        number = safe(taken.short_number, 20)
        self._next(
            _("Order {number} accepted, {minutes} min.", number=number, minutes=taken.minutes)
        )

    async def _reject(self, order: Order, reason: str) -> None:
        await self._terminal.orders.reject(order.key, reason)
        number, word = safe(order.short_number, 20), reject_word(reason)
        self._next(_("Order {number} rejected: {reason}.", number=number, reason=word))

    def _next(self, said: str) -> None:
        now = self._terminal.clock.now()
        waiting = [each for each in self._terminal.orders.waiting() if not ended(each, now)]
        self._shown = waiting[0].key if waiting else ""
        self._rejecting, self._said = False, said if waiting else ""
        if not waiting:
            self._app.notify(said, markup=False)
        self.news()

    def _refuse(self, error: IeumError) -> None:
        self._said = error.message(language())
        self._app.bell()
        self.news()
