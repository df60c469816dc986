"""The delivery orders: one at a time, each answered by a person. Never accepts one by itself.

The order on the screen changes only by a key: one that comes or runs out meanwhile never slips
under the cashier's finger.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Static

from pos.domain.errors import IeumError
from pos.domain.order import Order
from pos.services.terminal import Terminal
from pos.ui.acts import SidePanelAsked, act
from pos.ui.i18n import _, language
from pos.ui.lone_keys import LoneKeys
from pos.ui.order_rows import ended, list_rows, order_rows
from pos.ui.safe_text import safe
from pos.ui.when import countdown
from pos.ui.widgets.big_text import BigText
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.words import REJECT_REASONS, reject_word, won

MINUTES_PER_DIGIT = 5  # The platform takes cooking times in steps of five minutes.
LISTED_MAX = 40
URGENT_SECONDS = 60


class OrdersScreen(Screen[None]):
    """Shows the most urgent order first."""

    CSS_PATH = "orders.tcss"
    AUTO_FOCUS = ""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self._terminal = terminal
        self._shown = ""
        self._rejecting = False
        self._lone = LoneKeys(self, self._lone_key)

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(f" {_('Delivery orders')}", classes="head", markup=False)
        with Horizontal(classes="body"):
            with Vertical(classes="main"):
                yield BigText()
                with VerticalScroll(classes="scroll", can_focus=False):
                    yield Figures("order")
            yield Figures("list")
        yield MessageBar()
        yield KeyBar(self._key_labels(), ("enter",))

    def _key_labels(self) -> list[tuple[str, str]]:
        usual = self._terminal.orders.usual_minutes
        return [
            ("enter", _("{minutes} min", minutes=usual)),
            ("1-9", _("x 5 min")),
            ("r -", _("Reject")),
            (_("Up Down"), _("Others")),
            ("escape", _("Back")),
        ]

    def on_mount(self) -> None:
        """Begin with the most urgent one."""
        self._next()

    def news(self) -> None:
        """Count down, and show what came."""
        if not self.is_attached:  # Closed while an answer was being written.
            return
        now = self._terminal.clock.now()
        recent = self._terminal.orders.recent()[:LISTED_MAX]
        if not self._order() and self._terminal.orders.waiting():
            self._next()
            return
        self.query_one("#list", Figures).show(list_rows(recent, now, self._shown))
        order = self._order()
        big = self.query_one(BigText)
        if order is None:
            big.show(_("No order waits for an answer."), "")
            self.query_one("#order", Figures).show(())
            return
        self.query_one("#order", Figures).show(order_rows(order, now))
        over = ended(order, now)
        if over:
            big.show(_("Order {number}", number=safe(order.short_number, 20)), over, "$quiet")
            return
        left = order.accept_by - now
        urgent = left.total_seconds() <= URGENT_SECONDS
        label = _("Hurry: answer within") if urgent else _("Answer within")
        big.show(label, countdown(left), "$warning" if urgent else "$foreground")

    def _order(self) -> Order | None:
        orders = self._terminal.orders.recent()
        return next((order for order in orders if order.key == self._shown), None)

    def _next(self) -> None:
        now = self._terminal.clock.now()
        waiting = [o for o in self._terminal.orders.waiting() if not ended(o, now)]
        recent = self._terminal.orders.recent()
        self._shown = waiting[0].key if waiting else recent[0].key if recent else ""
        self._rejecting = False
        self.news()

    def _move(self, step: int) -> None:
        keys = [order.key for order in self._terminal.orders.recent()[:LISTED_MAX]]
        if keys:
            place = keys.index(self._shown) if self._shown in keys else 0
            self._shown = keys[(place + step) % len(keys)]
            self._rejecting = False
            self._say("")
            self.news()

    # Keys -----------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Act on a key; a scan made now answers nothing."""
        if event.key in ("escape", "up", "down", "f3", "f12"):
            event.stop()
            event.prevent_default()
            self._press(event.key)
        else:
            self._lone.press(event)

    def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        """A key of the bar was touched."""
        if event.key in ("enter", "escape"):
            self._press(event.key)

    def _press(self, key: str) -> None:
        if key == "f12":
            self.post_message(SidePanelAsked())
        elif key in ("up", "down"):
            self._move(-1 if key == "up" else 1)
        elif key == "enter":
            self._lone_key("enter")
        elif self._rejecting:
            self._rejecting = False
            self._say("")
        else:
            self.dismiss(None)

    def _lone_key(self, key: str) -> None:
        order = self._order()
        if key == "0":
            self._press("escape")
        elif order is None:
            self._next()
        elif ended(order, self._terminal.clock.now()):
            if key == "enter":
                self._say("")
                self._next()
        elif self._rejecting:
            self._reject(order, key)
        elif key in ("r", "-"):
            self._rejecting = True
            reasons = "  ".join(f"{n} {reject_word(r)}" for n, r in enumerate(REJECT_REASONS, 1))
            self._say(_("Reject, why?  {reasons}", reasons=reasons), "ask")
        elif key == "enter":
            act(self, self._accept(order, None), self._refuse)
        elif key.isdigit():
            act(self, self._accept(order, int(key) * MINUTES_PER_DIGIT), self._refuse)

    def _reject(self, order: Order, key: str) -> None:
        if key.isdigit() and 1 <= int(key) <= len(REJECT_REASONS):
            self._rejecting = False
            act(self, self._turn_down(order, REJECT_REASONS[int(key) - 1]), self._refuse)

    async def _accept(self, order: Order, minutes: int | None) -> None:
        taken = await self._terminal.orders.accept(order.key, minutes)
        number = safe(taken.short_number, 20)
        text = _("Order {number} accepted, {minutes} min.", number=number, minutes=taken.minutes)
        if not taken.paid_in_app:
            text += " " + _("Collect {amount} at the door.", amount=won(taken.total))
        self._say(text, "done")
        self._next()

    async def _turn_down(self, order: Order, reason: str) -> None:
        await self._terminal.orders.reject(order.key, reason)
        number, word = safe(order.short_number, 20), reject_word(reason)
        self._say(_("Order {number} rejected: {reason}.", number=number, reason=word), "done")
        self._next()

    def _refuse(self, error: IeumError) -> None:
        self._say(error.message(language()), "error")
        self.news()

    def _say(self, text: str, kind: str = "info") -> None:
        if self.is_attached:
            self.query_one(MessageBar).say(text, kind)
