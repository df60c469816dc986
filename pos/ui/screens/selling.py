"""The selling screen: scan, change, pay. Never a rule: the counter and the payments decide."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Input

from pos.domain.coupon import is_coupon_code
from pos.domain.customer_code import is_customer_code
from pos.domain.errors import IeumError, PaymentPending, SaleEmpty
from pos.domain.won import ZERO, Won
from pos.services.terminal import Terminal
from pos.ui import results
from pos.ui.acts import SidePanelAsked, act
from pos.ui.i18n import _, language
from pos.ui.key_labels import MONEY_KEYS, key_labels
from pos.ui.lookout import Lookout
from pos.ui.navigation import OPENS, ScreenAsked
from pos.ui.scans import as_code, is_ours
from pos.ui.summaries import big_amount, line_text
from pos.ui.till import Till
from pos.ui.typed import amount_of, is_mobile, parse
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.entry_row import EntryRow
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.line_list import LineHead, LineList
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.widgets.sale_side import SaleSide
from pos.ui.widgets.surroundings import Surroundings
from pos.ui.widgets.total_strip import TotalStrip

if TYPE_CHECKING:
    from pos.ui.cash_receipts import CashReceiptDialogs
    from pos.ui.more import More
    from pos.ui.other_ways import OtherWays

MENU_AFTER_MS = 400  # An Enter sooner after another one is a scanner's second line end.


class SellingScreen(Screen[None]):
    """The one screen of a quiet day."""

    AUTO_FOCUS = "Entry"

    def __init__(self, terminal: Terminal, *, side_panel: bool = False) -> None:
        super().__init__()
        self._terminal = terminal
        self._till = Till(terminal.counter)
        self._lookout = Lookout(terminal)
        self._side_panel = side_panel
        self._last: results.Result | None = None
        self._taking_money = False
        self._changing = False
        self._held: deque[str] = deque()
        self._armed = ""
        self._wished = False  # A cash receipt was asked for once, so there may be one to come.
        self._entered_at_ms = -MENU_AFTER_MS
        self._keys: dict[str, Callable[[], object]] = {
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "delete": lambda: self._try(self._till.remove),
            "escape": self._escape,
            "f2": lambda: act(self, self._print_again(), self.refuse),
            "f5": self._pay_card,
            "/": self._offer_more,
            "*": self._pay_qr,
            "f10": self._quit,
            "f12": lambda: self.post_message(SidePanelAsked()),
        }

    def compose(self) -> ComposeResult:
        """Lay the parts out, top to bottom."""
        yield Surroundings(training=self._terminal.shop.training)
        with Horizontal(classes="body"):
            with Vertical(classes="lines"):
                yield LineHead()
                yield LineList()
            yield SaleSide()
        yield TotalStrip()
        yield MessageBar()
        yield EntryRow(passes="+-/*")
        yield KeyBar(key_labels(side_panel=self._side_panel), MONEY_KEYS)

    def on_mount(self) -> None:
        """Begin to follow the sale."""
        self._terminal.counter.on_change(self._sale_changed)
        self._show_result(None)
        self.news()

    def news(self) -> None:
        """Look at the time, the line, the orders and what is unsent."""
        self.query_one(Surroundings).show(*self._lookout.bars())
        if not self._lookout.counting:
            act(self, self._count_unsent())

    async def _count_unsent(self) -> None:
        await self._lookout.count_unsent()
        if self.is_attached:
            self.query_one(Surroundings).show(*self._lookout.bars())

    def _sale_changed(self) -> None:
        self._till.settle()
        sale = self._terminal.counter.sale
        if self._last is not None and sale.lines and not sale.tenders:
            self._show_result(None)  # The next customer does not see the last one's card.
        elif not self._changing:
            self._show_sale()

    def _show_sale(self) -> None:
        sale = self._terminal.counter.sale
        self.query_one(LineList).show(sale.lines, self._till.chosen)
        self.query_one(TotalStrip).show(big_amount(sale, self._last))

    def _show_result(self, result: results.Result | None) -> None:
        self._last = result
        self.query_one(SaleSide).show_result(result)
        self._show_sale()

    def _disarm(self) -> None:
        """The question is not asked any more, so it does not stand there any more."""
        if self._armed:
            self._armed = ""
            self._say("")

    def _say(self, text: str, kind: str = "info") -> None:
        self.query_one(MessageBar).say(text, kind)
        if kind == "error":
            self.query_one(EntryRow).alarm()

    def _tell(self, said: results.Said) -> None:
        if said.result is not None:
            self._show_result(said.result)
        self._say(said.text, said.kind)

    def refuse(self, error: IeumError) -> None:
        """Say what went wrong."""
        self._say(error.message(language()), "error")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search while letters are typed; `event` may be older than what stands there now."""
        typed = parse(self.query_one(Entry).value)
        catalogue = self._terminal.counter.catalogue
        searched = typed.is_search and not is_ours(typed.text)
        found = catalogue.search(typed.text) if searched else []
        self.query_one(SaleSide).show_found(found)

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Take a scan, a name, a quantity, or cash with the amount typed before it."""
        self._disarm()
        if event.key == "f6":
            self.pay_cash(event.text)
        elif event.key == "f5":
            self.query_one(Entry).value = event.text  # Half a code is still to be finished.
            self._pay_card()
        elif self._taking_money:
            self._held.append(event.text)  # Typed right behind the key: the next customer's.
        else:
            self._try(lambda: self._enter(event.text))

    def _enter(self, text: str) -> None:
        code = as_code(text, self._terminal.shop.scan_prefix)
        if is_ours(code):
            self._scanned_ours(code)
            return
        typed = parse(code)
        if is_mobile(typed.text) and self._terminal.counter.catalogue.by_code(typed.text) is None:
            self._wished = True
            act(self, self._cash_receipts.by_mobile(typed.text), self.refuse)
            return
        before_ms, self._entered_at_ms = self._entered_at_ms, self._terminal.clock.monotonic_ms()
        soon = self._entered_at_ms - before_ms < MENU_AFTER_MS
        if typed.percent:
            self._more.discount(self._till.line, typed.text)
            return
        if typed.text:
            quantity = 1 if typed.quantity is None else typed.quantity
            product = self._till.find(typed.text, self.query_one(SaleSide).chosen)
            if product.options or product.by_weight or not product.price:
                self._more.add(product, quantity)
                return
            line = self._till.put(product, quantity)
        elif typed.quantity is not None:
            changed = self._till.set_quantity(typed.quantity)
            if changed is None:
                self._say(_("The line was taken off."))
                return
            line = changed
        else:
            if not soon:
                self.post_message(ScreenAsked("enter"))
            return
        self._say(line_text(line))

    def _scanned_ours(self, code: str) -> None:
        """A receipt opens what can be given back of it; a customer's code or a coupon pays."""
        if is_customer_code(code):
            self._pay_qr(code)
        elif is_coupon_code(code):
            self._ways.coupon(code)
        else:
            self.post_message(ScreenAsked("f7", code))

    def on_key(self, event: Key) -> None:
        """Act on a key that the field let through."""
        if event.key not in ("escape", "f10"):
            self._disarm()
        if event.key == "delete" and self.query_one(Entry).value:
            return
        if event.character in ("+", "-"):
            event.stop()
            step = 1 if event.character == "+" else -1
            self._try(lambda: self._till.count(step))
        elif event.character in ("/", "*"):
            event.stop()
            self.press(event.character)
        elif event.key in self._keys or event.key in OPENS:
            event.stop()
            event.prevent_default()
            self.press(event.key)

    def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        """A key of the bar was touched."""
        self.press(event.key)

    def press(self, key: str) -> None:
        """Do what a function key does; also for the menu and the bar."""
        if key == "f6":
            self.pay_cash(self.query_one(Entry).take())
        elif key in OPENS:
            self.post_message(ScreenAsked(key))
        else:
            self._keys[key]()

    def _offer_more(self) -> None:
        self._more.ask()

    @cached_property
    def _cash_receipts(self) -> CashReceiptDialogs:
        from pos.ui.cash_receipts import CashReceiptDialogs  # Keeps the start fast.

        return CashReceiptDialogs(self, self._terminal, say=self._say, refuse=self.refuse)

    @cached_property
    def _more(self) -> More:
        from pos.ui.more import More  # Keeps the start fast.

        ways = self._ways.ask
        return More(self, self._terminal, self._till, say=self._say, refuse=self.refuse, ways=ways)

    @cached_property
    def _ways(self) -> OtherWays:
        from pos.ui.other_ways import OtherWays  # Keeps the start fast.

        return OtherWays(self, self._terminal, self._pay, self.refuse)

    def _move(self, step: int) -> None:
        if not self.query_one(SaleSide).move(step):
            self._till.move(step)
            self._show_sale()

    def _try(self, change: Callable[[], None]) -> None:
        self._changing = True
        try:
            if self._taking_money:
                raise PaymentPending()
            change()
        except IeumError as error:
            self.refuse(error)
        finally:  # Once, with the line that is chosen now.
            self._changing = False
            self._show_sale()

    def _escape(self) -> None:
        sale = self._terminal.counter.sale
        if self.query_one(Entry).take():
            self._armed = ""
        elif not sale.lines:
            self._show_result(None)
            self._say("")
        elif self._armed != "escape":
            self._armed = "escape"
            self._tell(results.drop_question(sale))
        else:
            self._armed = ""
            act(self, self._drop(), self.refuse)

    async def _drop(self) -> None:
        await self._terminal.counter.drop()
        self._show_result(None)
        self._say(_("The sale was dropped."), "done")

    def _quit(self) -> None:
        if self._terminal.counter.paying:
            self.app.bell()
        elif self._terminal.counter.sale.lines and self._armed != "f10":
            self._armed = "f10"
            self._say(_("A sale is open; it will be kept. Press F10 again to quit."), "ask")
        else:
            self.app.exit()

    async def _print_again(self) -> None:
        self._tell(results.reprint_result(await self._terminal.reprint.last_receipt()))

    @property
    def due(self) -> Won:
        """What is still to be paid."""
        return self._terminal.counter.sale.due

    def pay_cash(self, typed: str) -> None:
        """Take cash: the typed amount as received, or the exact amount if nothing was typed."""
        received = amount_of(typed) if typed.strip() else None
        if typed.strip() and received is None:
            text = _("{typed} is no amount. Type what you received, then F6.", typed=typed)
            self._say(text, "error")
        elif not self._taking_money:
            self._taking_money = True  # From this key on, before the task has even begun.
            act(self, self._take_cash(received), self.refuse)

    async def _take_cash(self, received: Won | None) -> None:
        try:
            record = await self._terminal.take_cash.pay(received)
            self._tell(results.cash_result(record))
            if self._wished:
                await self._cash_receipts.fulfil(record)
        finally:
            self._money_taken()

    def _money_taken(self) -> None:
        self._taking_money = False
        while self._held:
            self._try(partial(self._enter, self._held.popleft()))

    def _pay_card(self) -> None:
        from pos.ui.screens.payment import PaymentScreen  # Keeps the start fast.

        if not (self._taking_money or self._terminal.counter.sale.lines):
            self._ways.balance()
            return
        self._pay(lambda due: PaymentScreen(self._terminal, due))

    def _pay_qr(self, code: str = "") -> None:
        from pos.ui.screens.qr import QrScreen  # Keeps the start fast.

        self._pay(lambda due: QrScreen(self._terminal, due, code))

    def _pay(self, screen_for: Callable[[Won], Screen[results.PaymentAnswer]]) -> None:
        if self._taking_money:
            return
        if self.due <= ZERO:
            self.refuse(SaleEmpty())
            return
        self._taking_money = True
        self.app.push_screen(screen_for(self.due), self._paid)

    def _paid(self, outcome: results.PaymentAnswer) -> None:
        self._money_taken()
        if outcome == results.CASH:
            self.pay_cash("")
            return
        if outcome == results.OTHER:
            self._ways.ask()
            return
        self._tell(results.card_result(outcome, self.due))
        self.news()
