"""The delivery orders: one at a time, each answered by a person. Never accepts one by itself.

The order on the screen changes only by a key: one that comes or runs out meanwhile never slips
under the cashier's finger.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from pos.domain.errors import IeumError
from pos.domain.order import Order
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.i18n import _
from pos.ui.order_rows import ended, list_rows, order_rows
from pos.ui.safe_text import safe
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.when import countdown
from pos.ui.widgets.big_text import BigText
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.words import REJECT_REASONS, reject_word, won

MINUTES_PER_DIGIT = 5  # The platform takes cooking times in steps of five minutes.
LISTED_MAX = 40
URGENT_SECONDS = 60


class OrdersScreen(KeyedScreen):
    """Shows the most urgent order first."""

    CSS_PATH = "orders.tcss"
    OWN_KEY = "f3"
    AT_ONCE = frozenset({"up", "down"})

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(terminal)
        self._shown = ""
        self._rejecting = False

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
        usual = self.terminal.orders.usual_minutes
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
        now = self.terminal.clock.now()
        recent = self.terminal.orders.recent()[:LISTED_MAX]
        if not self._order() and self.terminal.orders.waiting():
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
        orders = self.terminal.orders.recent()
        return next((order for order in orders if order.key == self._shown), None)

    def _next(self) -> None:
        now = self.terminal.clock.now()
        waiting = [o for o in self.terminal.orders.waiting() if not ended(o, now)]
        recent = self.terminal.orders.recent()
        self._shown = waiting[0].key if waiting else recent[0].key if recent else ""
        self._rejecting = False
        self.news()

    def _move(self, step: int) -> None:
        keys = [order.key for order in self.terminal.orders.recent()[:LISTED_MAX]]
        if keys:
            place = keys.index(self._shown) if self._shown in keys else 0
            self._shown = keys[(place + step) % len(keys)]
            self._rejecting = False
            self.say("")
            self.news()

    # Keys -----------------------------------------------------------------------------------

    def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        """A key of the bar was touched; those that stand for several keys do nothing."""
        if event.key in ("enter", "escape"):
            self.press(event.key)

    def press(self, key: str) -> None:
        """Move, stop rejecting, or go back."""
        if key in ("up", "down"):
            self._move(-1 if key == "up" else 1)
        elif key == "enter":
            self.press_lone("enter")
        elif key != "f12" and self._rejecting:
            self._rejecting = False
            self.say("")
        else:
            super().press(key)

    def press_lone(self, key: str) -> None:
        """Answer the order on the screen; a scan made now answers nothing."""
        order = self._order()
        if key == "0":
            self.press("escape")
        elif order is None:
            self._next()
        elif ended(order, self.terminal.clock.now()):
            if key == "enter":
                self.say("")
                self._next()
        elif self._rejecting:
            self._reject(order, key)
        elif key in ("r", "-"):
            self._rejecting = True
            reasons = "  ".join(f"{n} {reject_word(r)}" for n, r in enumerate(REJECT_REASONS, 1))
            self.say(_("Reject, why?  {reasons}", reasons=reasons), "ask")
        elif key == "enter":
            act(self, self._accept(order, None), self.refuse)
        elif key.isdigit():
            act(self, self._accept(order, int(key) * MINUTES_PER_DIGIT), self.refuse)

    def _reject(self, order: Order, key: str) -> None:
        if key.isdigit() and 1 <= int(key) <= len(REJECT_REASONS):
            self._rejecting = False
            act(self, self._turn_down(order, REJECT_REASONS[int(key) - 1]), self.refuse)

    async def _accept(self, order: Order, minutes: int | None) -> None:
        taken = await self.terminal.orders.accept(order.key, minutes)
        number = safe(taken.short_number, 20)
        text = _("Order {number} accepted, {minutes} min.", number=number, minutes=taken.minutes)
        if not taken.paid_in_app:
            text += " " + _("Collect {amount} at the door.", amount=won(taken.total))
        self.say(text, "done")
        self._next()

    async def _turn_down(self, order: Order, reason: str) -> None:
        await self.terminal.orders.reject(order.key, reason)
        number, word = safe(order.short_number, 20), reject_word(reason)
        self.say(_("Order {number} rejected: {reason}.", number=number, reason=word), "done")
        self._next()

    def refuse(self, error: IeumError) -> None:
        """Say what went wrong, and look again."""
        super().refuse(error)
        self.news()
