"""Gives one sale back, whole or by line. Shows what goes where first; only a lone key confirms it.

The rules plan it and the use case does it: this screen holds the quantities and nothing else.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from pos.domain.errors import IeumError, RefundError
from pos.domain.payment_events import RefundDeclined
from pos.domain.people import Permission
from pos.domain.refund import RefundKind, RefundRecord
from pos.domain.won import ZERO
from pos.services.refund_sale import SaleStanding
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.asking import ask_grant
from pos.ui.i18n import _, language
from pos.ui.refund_rows import (
    answer_rows,
    cards_of,
    cash_back,
    kind_word,
    line_cells,
    line_columns,
    money_back,
    return_rows,
)
from pos.ui.safe_text import safe
from pos.ui.screens.keyed import KeyedScreen
from pos.ui.when import date_and_time
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.widgets.table import Table
from pos.ui.widgets.total_strip import BigAmount, TotalStrip
from pos.ui.words import decline_text, won

STEPS = {"up": -1, "down": 1}
COUNTS = {"left": -1, "right": 1}


class GiveBackScreen(KeyedScreen):
    """Begins with all that is left of the sale.

    Attributes:
        done: it was given back.
    """

    CSS_PATH = "give_back.tcss"
    AT_ONCE = frozenset(STEPS) | frozenset(COUNTS)
    LONE = {"1": "give", "2": "all", "+": "right", "-": "left", "0": "escape", "enter": "enter"}  # noqa: RUF012

    def __init__(self, terminal: Terminal, standing: SaleStanding) -> None:
        super().__init__(terminal)
        self._standing = standing
        self._chosen = dict(standing.left)
        self._plan: RefundRecord | None = None
        self._made: RefundRecord | None = None
        self._working = False
        self._told = False

    @property
    def done(self) -> bool:
        """Whether it was given back."""
        return self._made is not None

    def compose(self) -> ComposeResult:
        """Lay the parts out."""
        sale = self._standing.sale
        number, at = safe(sale.receipt_number, 20), date_and_time(sale.completed_at)
        head = _("Receipt {number}, {at}, {total}", number=number, at=at, total=won(sale.total))
        yield Static(f" {head}", classes="head", markup=False)
        with Horizontal(classes="body"):
            yield Table(line_columns())
            yield Figures("returns")
        yield TotalStrip()
        yield MessageBar()
        keys = [("1", _("Give back")), (_("Up Down"), _("Item")), ("- +", _("Quantity"))]
        yield KeyBar([*keys, ("2", _("All / none")), ("escape", _("Back"))], ("1",))

    def on_mount(self) -> None:
        """Show what giving back all of it would mean."""
        self._show_plan()

    # Before -----------------------------------------------------------------------------------

    def _show_plan(self) -> None:
        wanted = {number: count for number, count in self._chosen.items() if count}
        self.query_one(Table).show(line_cells(self._standing, self._chosen))
        self._plan = None
        try:
            self._plan = self.terminal.refund.preview(self._standing, wanted)
        except RefundError as error:
            self._show_returns((), BigAmount(_("To give back"), ZERO))
            if any(self._standing.left.values()) and not wanted:
                self.say(_("Choose what comes back."))
            else:
                self.say(error.message(language()), "error")
            return
        back, cash = money_back(self._plan, self._standing), cash_back(self._plan)
        details = (
            _("Card {amount}", amount=won(back - cash)),
            _("Cash {amount}", amount=won(cash)),
        )
        self._show_returns(
            return_rows(self._plan, self._standing),
            BigAmount(kind_word(self._plan.kind), back, details, "due"),
        )
        ask = _("Press 1 to give it back. It can't be undone.")
        if not back:
            ask = _("The ledger declined this payment: only the receivable shrinks. Press 1.")
        self.say(ask, "ask")

    def _show_returns(self, rows: tuple[tuple[str, str], ...], big: BigAmount) -> None:
        self.query_one("#returns", Figures).show(rows)
        self.query_one(TotalStrip).show(big)

    def _count(self, step: int) -> None:
        line = self._standing.sale.lines[self.query_one(Table).place]
        left = self._standing.left[line.number]
        self._chosen[line.number] = max(0, min(self._chosen[line.number] + step, left))
        self._show_plan()

    def _all_or_none(self) -> None:
        left = self._standing.left
        self._chosen = dict.fromkeys(left, 0) if self._chosen == left else dict(left)
        self._show_plan()

    async def _give(self, plan: RefundRecord) -> None:
        wanted = {line.number: line.quantity for line in plan.lines}
        needed = Permission.VOID if plan.kind is RefundKind.VOID else Permission.REFUND
        number = plan.sale_receipt_number
        grant = await ask_grant(self.app, self.terminal.staff, needed, number)
        if grant is None:
            self._working = False
            self.say(_("It was not allowed. Nothing was given back."))
            return
        made = await self.terminal.refund.refund(number, wanted, by=grant.by)
        self._standing = await self.terminal.refund.find(plan.sale_receipt_number)
        self._made, self._working = made, False
        if self.is_attached:
            self.query_one(KeyBar).show([("enter", _("Back to the sale"))])
            self.news()

    def refuse(self, error: IeumError) -> None:
        """Say why nothing was given back, and look at the sale as it is now."""
        self._working = False
        act(self, self._look_again(error))

    async def _look_again(self, error: IeumError) -> None:
        self._standing = await self.terminal.refund.find(self._standing.sale.receipt_number)
        if self.is_attached:
            self._chosen = dict(self._standing.left)
            self._show_plan()
            self.say(error.message(language()), "error")

    # Afterwards -------------------------------------------------------------------------------

    def news(self) -> None:
        """Once it is done, follow what the ledger says to it."""
        if self._made is not None and not (self._working or self._told) and self.is_attached:
            self._working = True
            act(self, self._follow(self._made))

    async def _follow(self, made: RefundRecord) -> None:
        try:
            self._standing = await self.terminal.refund.find(made.sale_receipt_number)
        finally:
            self._working = False
        if self.is_attached:
            self._show_made(made)

    def _show_made(self, made: RefundRecord) -> None:
        line_up, cash = self.terminal.line.up, cash_back(made)
        rows = [(kind_word(made.kind), ""), (_("Slip"), safe(made.receipt_number, 20))]
        if cash:
            rows.append((_("Cash, from the drawer"), won(cash)))
        answers = answer_rows(made, self._standing, line_up=line_up)
        back = cash or money_back(made, self._standing)
        label = _("Hand over in cash") if cash else _("Back on the card")
        self._show_returns((*rows, *answers), BigAmount(label, back, (), "change"))
        self.say(*self._said(made, line_up=line_up))

    def _said(self, made: RefundRecord, *, line_up: bool) -> tuple[str, str]:
        answers = [self._standing.answers.get(part.refund_id) for part in cards_of(made)]
        self._told = None not in answers
        declined = [each for each in answers if isinstance(each, RefundDeclined)]
        if declined:
            return decline_text(declined[0].decline.reason), "error"
        done = _("{kind} done, the slip is on its way.", kind=kind_word(made.kind))
        if self._told:
            return done, "done"
        told = _("The ledger is being told.")
        if not line_up:
            told = _("The line is down: the ledger is told later, by itself.")
        return f"{done} {told}", "done"

    # Keys -------------------------------------------------------------------------------------

    def press(self, key: str) -> None:
        """Choose lines and quantities, give back, or go back."""
        if self._working and not self.done:
            self.app.bell()
        elif self.done:
            if key != "f12":
                self.dismiss(None)
            else:
                super().press(key)
        elif key in STEPS:
            self.query_one(Table).move(STEPS[key])
        elif key in COUNTS:
            self._count(COUNTS[key])
        elif key == "all":
            self._all_or_none()
        elif key == "give" and self._plan is not None:
            self._working = True
            act(self, self._give(self._plan), self.refuse)
        else:
            super().press(key)
