"""What / offers beside scanning and paying: discounts, sales set aside, favourites, notes. Never a rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.screen import Screen

from pos.domain.catalogue import Option, OptionSet, Product
from pos.domain.discount import Discount
from pos.domain.errors import IeumError
from pos.domain.events import SaleHeld
from pos.domain.people import Permission
from pos.domain.sale import GUESTS_MAX, WEIGHT_MAX_G
from pos.domain.sale_errors import DiscountNeedsPermission, PriceNeeded
from pos.domain.sale_line import SaleLine
from pos.domain.won import Won
from pos.services.held_sales import HeldSales
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.asking import ask_grant
from pos.ui.i18n import _
from pos.ui.navigation import ScreenAsked
from pos.ui.safe_text import safe
from pos.ui.screens.ask_one import AskOneScreen, number_between
from pos.ui.screens.pick import PickScreen
from pos.ui.summaries import line_text
from pos.ui.till import Till
from pos.ui.when import since
from pos.ui.words import won

PRICE_MAX = 9_999_999
Say = Callable[[str, str], None]


class More:
    """The dialogs behind /, for the selling screen."""

    def __init__(
        self,
        screen: Screen[None],
        terminal: Terminal,
        till: Till,
        *,
        say: Say,
        refuse: Callable[[IeumError], None],
        ways: Callable[[], object],
    ) -> None:
        self._screen, self._terminal, self._till = screen, terminal, till
        self._say, self._refuse, self._ways = say, refuse, ways
        self._held = HeldSales(counter=terminal.counter, store=terminal.store)

    def ask(self) -> None:
        """Offer it all."""
        line = self._till.line
        off = self._terminal.counter.sale.off
        name = safe(line.name, 24) if line else "-"
        offers: tuple[tuple[tuple[str, str], Callable[[], object]], ...] = (
            ((_("Discount on the line"), name), lambda: self._ask_discount(line)),
            (
                (_("Discount on the sale"), won(off) if off else ""),
                lambda: self._ask_discount(None),
            ),
            ((_("Take the discounts back"), ""), self._no_discounts),
            ((_("Set the sale aside"), ""), lambda: self._act(self._set_aside())),
            ((_("Sales set aside"), ""), lambda: self._act(self._list_held())),
            ((_("Favourites"), ""), self._favourites),
            ((_("Note on the line"), name), lambda: self._ask_note(line)),
            ((_("Customers served"), ""), self._ask_guests),
            (
                (_("Taxi for a customer"), ""),
                lambda: self._screen.post_message(ScreenAsked("taxi")),
            ),
            ((_("Other ways to pay"), _("F5 and then /")), self._ways),
        )
        self._pick(_("More"), [row for row, _do in offers], lambda place: offers[place][1]())

    def add(self, product: Product, quantity: int) -> None:
        """Add a product, asking for what it can't be sold without."""
        self._choose_options(product, list(product.options), (), quantity)

    def discount(self, line: SaleLine | None, text: str) -> None:
        """Give a discount as typed: `10%`, or won."""
        if wrong := _wrong(text):
            self._say(wrong, "error")  # 261%, typed at the till.
        else:
            self._give(line, read_discount(text))

    def _act(self, work: object) -> None:
        act(self._screen, work, self._refuse)  # type: ignore[arg-type]

    def _try(self, change: Callable[[], object]) -> bool:
        try:
            change()
        except IeumError as error:
            self._refuse(error)
            return False
        return True

    def _pick(
        self, title: str, rows: Sequence[tuple[str, str]], then: Callable[[int], object]
    ) -> None:
        def picked(place: int | None) -> None:
            if place is not None:
                then(place)

        self._screen.app.push_screen(PickScreen(title, rows), picked)

    def _ask(self, screen: AskOneScreen, then: Callable[[str], object]) -> None:
        def answered(text: str | None) -> None:
            if text is not None:
                then(text)

        self._screen.app.push_screen(screen, answered)

    def _ask_discount(self, line: SaleLine | None) -> None:
        title = _("Discount on the sale") if line is None else _("Discount on the line")
        screen = AskOneScreen(title, _("Won, or percent with a % behind: 500, 10%"), check=_wrong)
        self._ask(screen, lambda text: self.discount(line, text))

    def _give(self, line: SaleLine | None, discount: Discount) -> None:
        counter, number = self._terminal.counter, line.number if line else 0
        try:
            counter.discount(discount, line=number)
        except DiscountNeedsPermission as error:
            self._ask_permission(error, line, discount)
        except IeumError as error:
            self._refuse(error)
        else:
            text = _(
                "{off} off, {total} to pay", off=won(counter.sale.off), total=won(counter.sale.due)
            )
            self._say(text, "done")

    def _ask_permission(
        self, error: DiscountNeedsPermission, line: SaleLine | None, discount: Discount
    ) -> None:
        if self._terminal.staff.in_use:
            self._act(self._have_it_allowed(line, discount))
            return
        text = _("{off} won off is more than may be given alone.", off=error.facts["off"])
        check = lambda name: "" if name else _("A name, please.")  # noqa: E731
        self._ask(
            AskOneScreen(_("Who allows it?"), text, check=check),
            lambda name: self._give(line, replace(discount, permitted_by=name)),
        )

    async def _have_it_allowed(self, line: SaleLine | None, discount: Discount) -> None:
        about = safe(line.name, 40) if line else ""
        permission = Permission.DISCOUNT_ABOVE_LIMIT
        grant = await ask_grant(self._screen.app, self._terminal.staff, permission, about)
        if grant is not None:
            self._give(line, replace(discount, permitted_by=grant.allowed_by or grant.by))

    def _no_discounts(self) -> None:
        counter = self._terminal.counter

        def take_back() -> None:
            counter.discount(None)
            for line in counter.sale.lines:
                if line.discount is not None:
                    counter.discount(None, line=line.number)

        if self._try(take_back):
            self._say(_("No discount any more."), "info")

    async def _set_aside(self) -> None:
        held = await self._held.hold()
        self._say(_("Set aside: {total}. / 5 brings it back.", total=won(held.total)), "done")

    async def _list_held(self) -> None:
        waiting = await self._held.waiting()
        if not waiting:
            self._say(_("No sale is set aside."), "info")
            return
        rows = [
            (
                f"{since(each.at, self._terminal.clock.now())}  {_what(each.sale.lines, each.sale.note)}",
                won(each.sale.total),
            )
            for each in waiting
        ]
        self._pick(
            _("Sales set aside"),
            rows,
            lambda place: self._act(self._bring_back(waiting[place])),
        )

    async def _bring_back(self, held: SaleHeld) -> None:
        sale = await self._held.recall(held)
        self._say(_("Brought back: {total}", total=won(sale.total)), "done")

    def _favourites(self) -> None:
        found = self._terminal.counter.catalogue.favourites()
        if not found:
            self._say(_("No favourites in the products file."), "info")
            return
        rows = [(safe(each.name), won(each.price)) for each in found]
        self._pick(_("Favourites"), rows, lambda place: self.add(found[place], 1))

    def _ask_note(self, line: SaleLine | None) -> None:
        was, number = (line.note, line.number) if line else (self._terminal.counter.sale.note, 0)
        self._ask(
            AskOneScreen(_("Note"), was=was),
            lambda text: self._try(lambda: self._terminal.counter.note(text, line=number)),
        )

    def _ask_guests(self) -> None:
        counter = self._terminal.counter
        was = str(counter.sale.guests or "")
        self._ask(
            AskOneScreen(_("Customers served"), check=number_between(0, GUESTS_MAX), was=was),
            lambda text: self._try(lambda: counter.guests(int(text))),
        )

    def _choose_options(
        self, product: Product, sets: list[OptionSet], chosen: tuple[Option, ...], quantity: int
    ) -> None:
        if not sets:
            self._add(product, quantity, chosen)
            return
        first = sets[0]
        left = [each for each in first.choices if first.one or each not in chosen]
        rows = [(safe(each.name), f"+{each.price}" if each.price else "") for each in left]
        if not first.one:
            rows.append((_("Nothing more"), ""))

        def then(place: int) -> None:
            if place == len(left):
                self._choose_options(product, sets[1:], chosen, quantity)
                return
            rest = sets[1:] if first.one else sets
            self._choose_options(product, rest, (*chosen, left[place]), quantity)

        self._pick(f"{safe(product.name, 30)}: {safe(first.name, 20)}", rows, then)

    def _add(self, product: Product, quantity: int, options: tuple[Option, ...]) -> None:
        try:
            self._said(self._till.put(product, quantity, options=options))
        except PriceNeeded:
            if product.by_weight:
                title = _("Weight in grams")
                check = number_between(1, WEIGHT_MAX_G)
            else:
                title, check = _("Price in won"), number_between(1, PRICE_MAX)
            self._ask(
                AskOneScreen(title, safe(product.name), check=check),
                lambda text: self._add_measured(product, quantity, options, text),
            )
        except IeumError as error:
            self._refuse(error)

    def _add_measured(
        self, product: Product, quantity: int, options: tuple[Option, ...], text: str
    ) -> None:
        number = int(text.replace(",", ""))
        weighed = product.by_weight
        self._try(
            lambda: self._said(
                self._till.put(
                    product,
                    quantity,
                    price=None if weighed else Won(number),
                    weight_g=number if weighed else 0,
                    options=options,
                )
            )
        )

    def _said(self, line: SaleLine) -> None:
        self._say(line_text(line), "info")


def read_discount(text: str) -> Discount:
    """Read `10%` or an amount in won.

    Raises:
        ValueError: it is neither.
    """
    digits = text.strip().removesuffix("%").replace(",", "")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 9):
        raise ValueError(text)
    number = int(digits)
    return Discount(percent=number) if text.strip().endswith("%") else Discount(won=Won(number))


def _wrong(text: str) -> str:
    try:
        read_discount(text)
    except ValueError:
        return _("Won, or percent with a % behind: 500, 10%")
    return ""


def _what(lines: Sequence[SaleLine], note: str) -> str:
    if note:
        return safe(note, 30)
    more = _(" and {count} more", count=len(lines) - 1) if len(lines) > 1 else ""
    return f"{safe(lines[0].name, 24)}{more}"
