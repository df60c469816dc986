"""The till in lines: sells, pays, answers orders, gives back. Never a rule: the same use cases decide."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from pos.domain.catalogue import Option, Product
from pos.domain.errors import IeumError, StoreError
from pos.domain.sale import WEIGHT_MAX_G
from pos.domain.sale_errors import PriceNeeded
from pos.domain.won import Won
from pos.services.terminal import Terminal
from pos.ui import i18n, results
from pos.ui.i18n import _, language
from pos.ui.linear.desk import Desk
from pos.ui.linear.news import Announcer
from pos.ui.linear.pay import Pay
from pos.ui.linear.talk import Console, Ended, Talk
from pos.ui.linear.vocabulary import read_command
from pos.ui.safe_text import safe
from pos.ui.screens.ask_one import number_between
from pos.ui.side_panel import SidePanel
from pos.ui.summaries import line_text
from pos.ui.till import Till
from pos.ui.typed import parse
from pos.ui.words import won

NEWS_SECONDS = 1.0
PRICE_MAX = 9_999_999


class LinearTill:
    """Reads lines and does what they say, until the end.

    Args:
        terminal: the use cases.
        console: where the lines come from and go to.
        panel: the demo's cards; None in a shop.
    """

    def __init__(
        self, terminal: Terminal, console: Console, panel: SidePanel | None = None
    ) -> None:
        i18n.use(terminal.shop.language)
        self._terminal, self._till = terminal, Till(terminal.counter)
        self._talk = Talk(console)
        self._announcer = Announcer(terminal)
        self._beside: set[asyncio.Future[object]] = set()
        self._pay = Pay(terminal, self._talk, self._later, panel)
        self._desk = Desk(terminal, self._talk)
        self._failed: BaseException | None = None
        self._going = True
        self._commands: dict[str, Callable[[str], Awaitable[None]]] = {
            "cash": self._pay.cash,
            "card": self._pay.card,
            "list": self._list,
            "remove": self._remove,
            "drop": self._drop,
            "reprint": self._reprint,
            "help": self._help,
            "quit": self._quit,
            **self._desk.commands,
        }

    def fail(self, error: BaseException) -> None:
        """A task beside the till has ended in an error: it stops."""
        self._failed = error
        self._going = False
        self._talk.hang_up()

    async def run(self) -> None:
        """Sell until the end.

        Raises:
            StoreError: the record failed, and selling has stopped.
        """
        self._later(self._talk.listen())
        self._later(self._follow())
        shop = self._terminal.shop
        self._talk.say(f"{safe(shop.name)} {safe(shop.terminal_number)}")
        if shop.training:
            self._talk.say(_("TRAINING: no real money moves"))
        self._tell_start()
        self._talk.say(_("Scan or type, then Enter. Say help for the words."))
        try:
            while self._going:
                await self._desk.sign_in_if_needed()
                await self._take(await self._talk.line())
        except Ended:
            pass
        finally:
            for task in self._beside:
                task.cancel()
            await asyncio.gather(*self._beside, return_exceptions=True)
        if self._failed is not None:
            raise self._failed

    def _tell_start(self) -> None:
        found = self._terminal.recovered
        if found.completed or found.reversing or found.restored or found.of_a_copy:
            self._talk.say(_("The last run did not end in order; the sale below is as it was."))
        if self._terminal.counter.sale.lines:
            self._say_total()

    def _later(self, work: Awaitable[object]) -> None:
        task = asyncio.ensure_future(work)
        self._beside.add(task)
        task.add_done_callback(self._beside_ended)

    def _beside_ended(self, task: asyncio.Future[object]) -> None:
        self._beside.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fail(error)

    async def _follow(self) -> None:
        while True:
            for text in await self._announcer.changes():
                self._talk.say(text)
            await asyncio.sleep(NEWS_SECONDS)

    async def _take(self, line: str) -> None:
        try:
            command = read_command(line)
            if command is None:
                await self._enter(line)
            elif command[0] in self._commands:
                await self._commands[command[0]](command[1])
            else:
                self._talk.say(_("There is nothing to answer now."))
        except StoreError as error:
            self._talk.say(error.message(language()))
            raise
        except IeumError as error:
            self._talk.say(error.message(language()))

    # Selling --------------------------------------------------------------------------------

    async def _enter(self, line: str) -> None:
        typed = parse(line)
        if typed.text:
            await self._add(self._till.find(typed.text, None), typed.quantity or 1)
        elif typed.quantity is not None:
            changed = self._till.set_quantity(typed.quantity)
            self._talk.say(line_text(changed) if changed else _("The line was taken off."))
            self._say_total()
        elif self._terminal.counter.sale.lines:
            self._say_total()

    async def _add(self, product: Product, quantity: int) -> None:
        options = await self._options(product)
        if options is None:
            self._talk.say(_("Nothing was done."))
            return
        put = partial(self._till.put, product, quantity, options=options)
        try:
            line = put()
        except PriceNeeded:
            title = _("Weight in grams") if product.by_weight else _("Price in won")
            number = await self._number(title, WEIGHT_MAX_G if product.by_weight else PRICE_MAX)
            if not number:
                return
            line = put(weight_g=number) if product.by_weight else put(price=Won(number))
        self._talk.say(line_text(line))
        self._say_total()

    async def _options(self, product: Product) -> tuple[Option, ...] | None:
        """Return what was chosen of each set; None where an empty line took a needed choice back."""
        chosen: list[Option] = []
        for each in product.options:
            self._talk.say(f"{safe(product.name, 30)}: {safe(each.name, 20)}")
            for place, option in enumerate(each.choices, 1):
                self._talk.say(f"{place}: {safe(option.name)} +{option.price}")
            while number := await self._number(_("Number, or an empty line"), len(each.choices)):
                chosen.append(each.choices[number - 1])
                if each.one:
                    break
            if each.one and not number:
                return None
        return tuple(chosen)

    async def _number(self, question: str, most: int) -> int:
        """Return the number said, 0 where an empty line takes the question back."""
        wrong = number_between(1, most)
        while True:
            said = await self._talk.ask(f"{question}?")
            if not said:
                return 0
            if not (problem := wrong(said)):
                return int(said.replace(",", ""))
            self._talk.say(problem)

    def _say_total(self) -> None:
        sale = self._terminal.counter.sale
        label = _("Still due") if sale.tenders else _("Total")
        self._talk.say(f"{label}: {won(sale.due)}")

    async def _list(self, _rest: str) -> None:
        lines = self._terminal.counter.sale.lines
        for place, line in enumerate(lines, 1):
            self._talk.say(f"{place}: {line_text(line)}")
        self._say_total()

    async def _remove(self, rest: str) -> None:
        lines = self._terminal.counter.sale.lines
        if rest.isascii() and rest.isdigit() and 0 < int(rest) <= len(lines):
            self._till.chosen = int(rest) - 1
        elif rest:
            self._talk.say(_("There is no line {number}.", number=safe(rest, 10)))
            return
        self._till.remove()
        self._talk.say(_("The line was taken off."))
        self._say_total()

    async def _drop(self, _rest: str) -> None:
        sale = self._terminal.counter.sale
        if not sale.lines:
            return
        if await self._desk.confirmed(_("Drop the sale?")):
            await self._terminal.counter.drop()
            self._talk.say(_("The sale was dropped."))

    async def _reprint(self, _rest: str) -> None:
        self._pay.tell(results.reprint_result(await self._terminal.reprint.last_receipt()))

    async def _help(self, _rest: str) -> None:
        for text in (
            _("A code or a name adds it; 3*code adds three; 2* makes the last line two."),
            _("cash: the exact amount. cash 10000: with change."),
            _("card: the voucher card. card 3000: a part of it. cancel: stops it."),
            _("list, remove 2, drop, reprint"),
            _("orders, accept 1, reject 1; refund; day; status; person; quit"),
            _("The shift, discounts and settings are at the full screens."),
        ):
            self._talk.say(text)

    async def _quit(self, _rest: str) -> None:
        lines = self._terminal.counter.sale.lines
        if not lines or await self._desk.confirmed(_("A sale is open; it will be kept. Quit?")):
            self._going = False
            with suppress(Ended):
                self._talk.say(_("Goodbye."))
