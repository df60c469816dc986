"""Finds the sale to give back: the newest first, or by its receipt. Never gives anything back itself."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from pos.domain.business_day import business_day
from pos.domain.errors import SaleNotFound
from pos.domain.receipt_code import CODE_PREFIX
from pos.domain.sale_search import SaleWanted, sale_wanted
from pos.services.refund_sale import SaleStanding
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.i18n import _
from pos.ui.papers import Papers
from pos.ui.receipt_entry import LONGEST, receipt_wanted
from pos.ui.refund_rows import detail_rows, sale_cells, sales_columns
from pos.ui.scans import as_code
from pos.ui.screens.give_back import GiveBackScreen
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.entry_row import EntryRow
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.widgets.table import Table

LISTED_MAX = 40  # An hour of a busy shop; older ones by their receipt.
STEPS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}
ENTER_AFTER_MS = 400  # An Enter sooner after another one is a scanner's second line end.


class RefundScreen(KeyedScreen):
    """Lists sales; Enter opens the chosen one, or what was typed or scanned."""

    CSS_PATH = "refund.tcss"
    AUTO_FOCUS = "Entry"
    OWN_KEY = "f7"
    AT_ONCE = frozenset(STEPS) | {"f2"}
    LONE = {"/": "papers"}  # noqa: RUF012 - as the base has it.

    def __init__(self, terminal: Terminal, scanned: str = "") -> None:
        super().__init__(terminal)
        self._scanned = scanned
        self._sales: tuple[SaleStanding, ...] = ()
        self._looking = self._searching = False
        self._listed = self._open_first = False
        self._entered_at_ms = -ENTER_AFTER_MS

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        yield Static(f" {_('Void or refund: choose the sale')}", classes="head", markup=False)
        with Horizontal(classes="body"):
            yield Table(sales_columns(), _("No sale was made yet."))
            yield Figures("sale")
        yield MessageBar()
        yield EntryRow(
            _("Receipt, QR, amount, time"), takes=frozenset(), longest=LONGEST, passes="/"
        )
        keys = [(_("Up Down"), _("Choose")), ("enter", _("Open")), ("f2", _("Reprint"))]
        keys.append(("/", _("Other papers")))
        yield KeyBar([*keys, ("escape", _("Back"))], ("enter",))

    def on_mount(self) -> None:
        """List the newest sales."""
        act(self, self._list(), self.refuse)
        if self._scanned:
            self._enter(self._scanned)

    async def _list(self) -> None:
        self._searching = False
        self._take(await self.terminal.refund.recent(LISTED_MAX))
        self._listed = True
        if self._open_first and (chosen := self._chosen()) is not None:
            self._open_first = False
            self._open(chosen)

    def _take(self, sales: tuple[SaleStanding, ...]) -> None:
        if not self.is_attached:
            return
        self.query_one(Table).place = 0
        self._sales, now = sales, self.terminal.clock.now()
        done = [place for place, each in enumerate(sales) if not any(each.left.values())]
        self.query_one(Table).show([sale_cells(each, now) for each in sales], done)
        self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = self._chosen()
        self.query_one("#sale", Figures).show(detail_rows(chosen) if chosen else ())

    def _chosen(self) -> SaleStanding | None:
        place = self.query_one(Table).place
        return self._sales[place] if place < len(self._sales) else None

    def press(self, key: str) -> None:
        """Choose another sale, open it, or go back."""
        if key in STEPS:
            self.query_one(Table).move(STEPS[key])
            self._show_chosen()
        elif key == "enter":
            self._enter(self.query_one(Entry).take())
        elif key == "escape" and self.query_one(Entry).take():
            self.say("")
        elif key == "escape" and self._searching:
            self.say("")
            act(self, self._list(), self.refuse)
        elif key == "f2":
            chosen = self._chosen()
            if chosen is not None:
                act(self, self._print_again(chosen), self.refuse)
        elif key == "papers":
            chosen = self._chosen()
            if chosen is not None:
                Papers(self, self.terminal, say=self.say, refuse=self.refuse).offer(chosen.sale)
        else:
            super().press(key)

    def on_entry_entered(self, event: Entry.Entered) -> None:
        """Open what was typed or scanned, or the chosen sale."""
        self._enter(event.text)

    def _enter(self, text: str) -> None:
        text = as_code(text)
        now_ms = self.terminal.clock.monotonic_ms()
        soon = now_ms - self._entered_at_ms < ENTER_AFTER_MS
        self._entered_at_ms = now_ms
        if text.strip() == "0":
            self.dismiss(None)
        elif text and not self._looking:
            act(self, self._find(text), self.refuse)
        elif not text and not soon and not self._looking:
            chosen = self._chosen()
            if chosen is not None:
                self._open(chosen)
            self._open_first = not self._listed  # Faster than the record: it is opened when read.

    async def _find(self, text: str) -> None:
        self._looking = True
        try:
            remembered = None if text.startswith(CODE_PREFIX) else sale_wanted(text)
            if remembered is not None:
                await self._search(remembered)
                return
            wanted = receipt_wanted(text, business_day(self.terminal.clock.now()))
            standing = await self.terminal.refund.find(wanted.number)
            if wanted.sale_id not in (None, standing.sale.id):
                raise SaleNotFound(number=wanted.number)
        except ValueError:
            self.say(_("The code can't be read. Scan it again, or type the number."), "error")
        else:
            self._open(standing)
        finally:
            self._looking = False

    async def _search(self, wanted: SaleWanted) -> None:
        sales = await self.terminal.refund.search(wanted, LISTED_MAX)
        if not sales:
            self.say(_("No such sale was found. Nothing was given back."), "error")
            return
        self._searching = True
        self._take(sales)
        text = _("Found: {count}. Up and Down choose, Enter opens, Esc shows all.")
        self.say(text.format(count=len(sales)))

    async def _print_again(self, standing: SaleStanding) -> None:
        await self.terminal.reprint.receipt(standing.sale)
        self.say(_("Printing again: {number}", number=standing.sale.receipt_number), "done")

    def _open(self, standing: SaleStanding) -> None:
        if not self.is_current:
            return
        self.say("")
        screen = GiveBackScreen(self.terminal, standing)

        def closed(_answer: None) -> None:
            if screen.done:
                self.dismiss(None)

        self.app.push_screen(screen, closed)
