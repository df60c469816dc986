"""The delivery orders: one at a time, each answered by a person. Never accepts one by itself.

The order on the screen changes only by a key: one that comes or runs out meanwhile never slips
under the cashier's finger.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from pos.domain.errors import IeumError
from pos.domain.order import NEXT, Order, OrderState
from pos.domain.rider import can_cancel
from pos.domain.won import Won
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.i18n import _
from pos.ui.order_keys import Asking, given_back_text, order_keys
from pos.ui.order_rows import MINUTES_PER_DIGIT, ended, list_rows, order_rows
from pos.ui.safe_text import safe
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.when import countdown
from pos.ui.widgets.big_text import BigText
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.words import (
    CANCEL_REASONS,
    REJECT_REASONS,
    UNPAID_REASONS,
    cancel_word,
    order_state_word,
    reject_word,
    unpaid_word,
    won,
)

DISHES_MAX = 9  # As many as there are digits; the rest of a larger order goes back as a whole.
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
        self._asking: Asking | None = None
        self._warned = ""  # The order whose money is taken although nobody can be asked.

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
        yield KeyBar(self._keys(), ("enter",))

    def _keys(self) -> list[tuple[str, str]]:
        terminal = self.terminal
        usual = terminal.orders.usual_minutes
        return order_keys(self._order(), usual, rider=terminal.riders.has_agency)

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
        self.query_one(KeyBar).show(self._keys())
        order = self._order()
        big = self.query_one(BigText)
        if order is None:
            big.show(_("No order waits for an answer."), "")
            self.query_one("#order", Figures).show(())
            return
        rider = self.terminal.riders.find(order.key)
        elsewhere = self.terminal.day.elsewhere(order) if order.commission is not None else None
        self.query_one("#order", Figures).show(order_rows(order, now, rider, elsewhere))
        over = ended(order, now)
        if over:
            label = _("Order {number}", number=safe(order.short_number, 20))
            if order.state in NEXT and order.commission is None:
                label += "  " + _("The platform has not confirmed it yet.")
            big.show(label, over, "$quiet")
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
        self._asking = None
        self.news()

    def _move(self, step: int) -> None:
        keys = [order.key for order in self.terminal.orders.recent()[:LISTED_MAX]]
        if keys:
            place = keys.index(self._shown) if self._shown in keys else 0
            self._shown = keys[(place + step) % len(keys)]
            self._asking = None
            self.say("")
            self.news()

    # Keys -----------------------------------------------------------------------------------

    def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        """A key of the bar was touched; those that stand for several keys do nothing."""
        if event.key == "escape":
            self.press(event.key)
        elif event.key == "enter" or event.key in "pubgcs":
            self.press_lone(event.key)

    def press(self, key: str) -> None:
        """Move, stop asking, or go back."""
        if key in ("up", "down"):
            self._move(-1 if key == "up" else 1)
        elif key == "enter":
            self.press_lone("enter")
        elif key != "f12" and self._asking is not None:
            self._asking = None
            self.say("")
        else:
            super().press(key)

    def press_lone(self, key: str) -> None:
        """Answer the order on the screen, or move it on; a scan made now answers nothing."""
        order, asking = self._order(), self._asking
        if key == "0":
            self.press("escape")
        elif key == "s" and asking is None:
            from pos.ui.screens.shop_hours import ShopHoursScreen  # Seldom needed.

            self.app.push_screen(ShopHoursScreen(self.terminal), lambda _done: self.news())
        elif order is None:
            self._next()
        elif asking is not None:
            if key.isdigit() and 1 <= int(key) <= len(asking.answers):
                self._asking = None
                act(self, asking.act(asking.answers[int(key) - 1]), self.refuse)
        elif order.state is OrderState.NEW:
            self._answer(order, key)
        else:
            self._go_on(order, key)

    def _answer(self, order: Order, key: str) -> None:
        if ended(order, self.terminal.clock.now()):
            if key == "enter":
                self.say("")
                self._next()
        elif key in ("r", "-"):
            self._ask(
                _("Reject, why?  {reasons}"),
                REJECT_REASONS,
                reject_word,
                lambda reason: self._turn_down(order, reason),
            )
        elif key == "enter":
            act(self, self._accept(order, None), self.refuse)
        elif key.isdigit():
            act(self, self._accept(order, int(key) * MINUTES_PER_DIGIT), self.refuse)

    def _go_on(self, order: Order, key: str) -> None:
        if key == "enter" and order.state not in NEXT:
            self.terminal.orders.seen()
            self.say("")
            self._next()
        elif key == "enter":
            act(self, self._move_on(order), self.refuse)
        elif key == "p":
            act(self, self._take_money(order), self.refuse)
        elif key == "u" and order.to_collect:
            self._ask(
                _("Not collected, why?  {reasons}"),
                UNPAID_REASONS,
                unpaid_word,
                lambda reason: self._leave_unpaid(order, reason),
            )
        elif key == "c":
            self._ask(
                _("Cancel the whole order, why?  {reasons}"),
                CANCEL_REASONS,
                cancel_word,
                lambda reason: self._give_back(order, None, reason),
            )
        elif key == "g":
            dishes = order.lines[:DISHES_MAX]
            self._ask(
                _("Give back which dish?  {reasons}"),
                dishes,
                lambda line: f"{safe(line.name, 20)} {won(line.amount)}",
                lambda line: self._give_back(order, line.amount, line.name),
            )
        elif key == "b" and self.terminal.riders.has_agency:
            act(self, self._rider(order), self.refuse)

    def _ask(
        self,
        question: str,
        answers: Sequence[Any],
        word: Callable[[Any], str],
        do: Callable[[Any], Coroutine[Any, Any, None]],
    ) -> None:
        """Ask by digits, and do what is answered."""
        self._asking = Asking(tuple(answers), do)
        reasons = "  ".join(f"{n} {word(each)}" for n, each in enumerate(answers, 1))
        self.say(question.format(reasons=reasons), "ask")

    # What they lead to ----------------------------------------------------------------------

    async def _accept(self, order: Order, minutes: int | None) -> None:
        taken = await self.terminal.orders.accept(order.key, minutes)
        number = safe(taken.short_number, 20)
        text = _("Order {number} accepted, {minutes} min.", number=number, minutes=taken.minutes)
        if not taken.paid_in_app:
            text += " " + _("Collect {amount} at the door.", amount=won(taken.total))
        if not self.terminal.line.up:
            text += " " + _("The line is down: unless it is back in time, the platform cancels it.")
        self.say(text, "done")
        self._next()

    async def _turn_down(self, order: Order, reason: str) -> None:
        await self.terminal.orders.reject(order.key, reason)
        number, word = safe(order.short_number, 20), reject_word(reason)
        self.say(_("Order {number} rejected: {reason}.", number=number, reason=word), "done")
        self._next()

    async def _move_on(self, order: Order) -> None:
        moved = await self.terminal.orders.move(order.key)
        number, word = safe(moved.short_number, 20), order_state_word(moved.state)
        self.say(_("Order {number}: {state}.", number=number, state=word), "done")

    async def _take_money(self, order: Order) -> None:
        """Put the door money up for payment on the selling screen, by the usual keys."""
        self.terminal.orders.check_door(order.key)
        if not self.terminal.line.up and self._warned != order.key:
            self._warned = order.key
            text = _("The line is down: nobody can tell whether another till took it. p again")
            self.say(text, "ask")
            return
        self.terminal.counter.begin_order(order)
        await self.terminal.orders.ask_for_door_money(order.key)
        self.dismiss(None)

    async def _leave_unpaid(self, order: Order, reason: str) -> None:
        await self.terminal.orders.leave_unpaid(order.key, reason)
        number, word = safe(order.short_number, 20), unpaid_word(reason)
        self.say(_("Order {number} is not paid: {reason}.", number=number, reason=word), "done")

    async def _give_back(self, order: Order, amount: Won | None, reason: str) -> None:
        await self.terminal.orders.give_back(order.key, amount, reason)
        given = order.left if amount is None else amount
        self.say(given_back_text(order, given), "done")

    async def _rider(self, order: Order) -> None:
        number = safe(order.short_number, 20)
        if can_cancel(self.terminal.riders.find(order.key)):
            await self.terminal.riders.cancel(order.key)
            self.say(_("The rider of order {number} is called off.", number=number), "done")
        else:
            await self.terminal.riders.call(order.key)
            text = _("A rider is called for order {number}. b again calls him off.", number=number)
            self.say(text, "done")

    def refuse(self, error: IeumError) -> None:
        """Say what went wrong, and look again."""
        super().refuse(error)
        self.news()
