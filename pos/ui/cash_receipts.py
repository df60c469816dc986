"""Asks for a cash receipt: the number, what it is for, and once more before it is done. Never a rule.

The number is in clear in the question alone; everything that is said afterwards is masked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from textual.screen import Screen

from pos.domain.cash_receipt import (
    SELF_ISSUE_ID,
    CashReceipt,
    CashReceiptIdWrong,
    CashReceiptUse,
    mask_id,
    use_of,
)
from pos.domain.cash_receipt_life import CashReceiptStanding, CashReceiptState
from pos.domain.errors import IeumError
from pos.domain.identifiers import TransactionId
from pos.domain.people import Permission
from pos.domain.sale import SaleRecord
from pos.services.cash_receipts import SaleCash
from pos.services.terminal import Terminal
from pos.ui.acts import act
from pos.ui.asking import ask_grant
from pos.ui.cells import Column
from pos.ui.i18n import _, language
from pos.ui.safe_text import safe
from pos.ui.screens.ask_one import AskOneScreen
from pos.ui.screens.pick import PickScreen
from pos.ui.when import since
from pos.ui.words import won

Say = Callable[[str, str], None]
Choice = tuple[CashReceiptUse, str]
"""The use and the number."""


@dataclass
class Wish:
    """What a customer asked for before the cash was on the counter."""

    sale_id: TransactionId
    use: CashReceiptUse
    number: str = field(repr=False)


class CashReceiptDialogs:
    """The dialogs, for whichever screen is under them."""

    def __init__(
        self,
        screen: Screen[None],
        terminal: Terminal,
        *,
        say: Say,
        refuse: Callable[[IeumError], None],
    ) -> None:
        self._screen, self._terminal = screen, terminal
        self._say, self._refuse = say, refuse
        self._wish: Wish | None = None

    # For a finished sale ------------------------------------------------------------------------

    async def open(self, sale: SaleRecord) -> None:
        """Offer what can be done about a finished sale's cash receipt."""
        found = await self._terminal.cash_receipts.of(sale)
        if found.living is not None:
            self._offer(found, found.living)
        elif not found.to_ask.total:
            self._say(
                _("None of this sale's money is cash: a card's is reported already."), "error"
            )
        else:
            title = _("Cash receipt for {amount}", amount=won(found.to_ask.total))
            self._ask_number(title, partial(self._do_ask, sale))

    def _offer(self, found: SaleCash, one: CashReceiptStanding) -> None:
        offers: list[tuple[tuple[str, str], Callable[[], object]]] = [
            (
                (_("Print the cash receipt again"), one.receipt.masked_id),
                lambda: self._act(self._again(found.sale)),
            ),
            (
                (_("Cancel it: wrong number or use"), won(one.receipt.tax.total)),
                lambda: self._act(self._take_back(found.sale)),
            ),
        ]
        if one.state is CashReceiptState.TO_BE_SENT:
            offers.append(
                (
                    (_("Enter the tax office's number"), _("to be sent")),
                    lambda: self._act(self.note(one)),
                )
            )
        self._pick(state_text(one), [row for row, _do in offers], lambda place: offers[place][1]())

    async def _again(self, sale: SaleRecord) -> None:
        await self._terminal.cash_receipts.reprint(sale)
        self._say(_("Printing again: {number}", number=sale.receipt_number), "done")

    async def _take_back(self, sale: SaleRecord) -> None:
        await self._terminal.cash_receipts.take_back(sale, by=self._terminal.staff.name)
        self._say(
            _("The cash receipt is cancelled; that is to be sent, too. The sale stands."), "done"
        )

    async def note(self, one: CashReceiptStanding, then: Callable[[], None] = lambda: None) -> None:
        """Show the whole number to whoever may see it, and take what the tax office made of it."""
        staff = self._terminal.staff
        about = one.receipt.sale_receipt_number
        grant = await ask_grant(self._screen.app, staff, Permission.SEE_DAY, about)
        if grant is None:
            return
        number = await self._terminal.cash_receipts.number(one.key)
        text = _(
            "Enter it at Hometax for {number}, {amount}; then type the approval number here.",
            number=number or one.receipt.masked_id,
            amount=won(one.receipt.tax.total),
        )

        def answered(code: str | None) -> None:
            if code:
                self._act(self._do_note(one, code, grant.by, then))

        self._screen.app.push_screen(AskOneScreen(_("The tax office's number"), text), answered)

    async def _do_note(
        self, one: CashReceiptStanding, code: str, by: str, then: Callable[[], None]
    ) -> None:
        await self._terminal.cash_receipts.note_issued(one, code, by=by)
        then()
        self._say(_("Noted. The customer's number is erased here."), "done")

    # While the sale is open, or by a number typed ---------------------------------------------------

    async def by_mobile(self, number: str) -> None:
        """Take a mobile number typed where goods are: for the open sale, or else the last one."""
        sale = self._terminal.counter.sale
        if sale.lines:
            title = _("Cash receipt with this sale's cash")
            self._ask_use(title, number, partial(self._keep, sale.id))
            return
        last = await self._terminal.reprint.last_sale()
        if last is None:
            self._say(_("There is no receipt yet."), "error")
            return
        found = await self._terminal.cash_receipts.of(last)
        if found.living is not None or not found.to_ask.total:
            await self.open(last)
            return
        title = _("Cash receipt for {amount}", amount=won(found.to_ask.total))
        self._ask_use(title, number, partial(self._do_ask, last))

    def _keep(self, sale_id: TransactionId, choice: Choice) -> None:
        self._wish = Wish(sale_id, *choice)
        text = _(
            "Cash receipt for {number} once the cash is taken (F6).", number=mask_id(choice[1])
        )
        self._say(text, "info")

    async def fulfil(self, sale: SaleRecord) -> None:
        """Ask for what was wished for before the cash of this sale was taken."""
        wish, self._wish = self._wish, None
        if wish is not None and wish.sale_id == sale.id:
            await self._ask(sale, (wish.use, wish.number))

    # Asking --------------------------------------------------------------------------------------

    def _ask_number(self, title: str, then: Callable[[Choice], None]) -> None:
        text = _("Mobile, business or cash receipt card number. Enter alone: self-issued.")

        def answered(number: str | None) -> None:
            if number is not None:
                self._ask_use(title, number or SELF_ISSUE_ID, then)

        self._screen.app.push_screen(AskOneScreen(title, text, check=_wrong), answered)

    def _ask_use(self, title: str, number: str, then: Callable[[Choice], None]) -> None:
        """Ask what it is for: the last key before it is done, so that it names the masked number."""
        try:
            uses = uses_of(number)
        except CashReceiptIdWrong as error:
            self._refuse(error)
            return
        rows = [(use_word(each), mask_id(number)) for each in uses]
        self._pick(title, rows, lambda place: then((uses[place], number)))

    def _do_ask(self, sale: SaleRecord, choice: Choice) -> None:
        self._act(self._ask(sale, choice))

    async def _ask(self, sale: SaleRecord, choice: Choice) -> None:
        desk, by = self._terminal.cash_receipts, self._terminal.staff.name
        self._say(asked_text(await desk.ask(sale, *choice, by=by)), "done")

    def _act(self, work: object) -> None:
        act(self._screen, work, self._refuse)  # type: ignore[arg-type]

    def _pick(self, title: str, rows: list[tuple[str, str]], then: Callable[[int], object]) -> None:
        def picked(place: int | None) -> None:
            if place is not None:
                then(place)

        self._screen.app.push_screen(PickScreen(title, rows), picked)


def uses_of(number: str) -> tuple[CashReceiptUse, ...]:
    """Return what a cash receipt to this number can be for, the usual first.

    Raises:
        CashReceiptIdWrong: none can go to it.
    """
    mask_id(number)
    uses: list[CashReceiptUse] = []
    for asked in CashReceiptUse:
        try:
            use = use_of(asked, number)
        except CashReceiptIdWrong:
            continue
        if use not in uses:
            uses.append(use)
    return tuple(uses)


def use_word(use: CashReceiptUse) -> str:
    """Return what one is for, as on its paper."""
    match use:
        case CashReceiptUse.INCOME:
            return _("Income deduction (a person)")
        case CashReceiptUse.BUSINESS:
            return _("Expense evidence (a business)")
        case CashReceiptUse.SELF_ISSUED:
            return _("Self-issued, no number given")


def due_columns() -> tuple[Column, ...]:
    """Return the columns of those that are to be sent."""
    return (
        Column(_("Time"), 11, right=True),
        Column(_("Receipt"), 14),
        Column(_("Number"), None),
        Column(_("What for"), 16),
        Column(_("Amount"), 11, right=True),
    )


def due_cells(one: CashReceiptStanding, now: datetime) -> tuple[str, ...]:
    """Return one's texts for them; what takes one back is negative."""
    receipt, back = one.receipt, one.receipt.cancels is not None
    what = _("Cancels {what}", what=use_short(receipt.use)) if back else use_short(receipt.use)
    amount = -receipt.tax.total if back else receipt.tax.total
    number = safe(receipt.sale_receipt_number, 14)
    return (since(one.asked_at, now), number, receipt.masked_id, what, str(amount))


def use_short(use: CashReceiptUse) -> str:
    """Return what one is for, in a column."""
    match use:
        case CashReceiptUse.INCOME:
            return _("income")
        case CashReceiptUse.BUSINESS:
            return _("business")
        case CashReceiptUse.SELF_ISSUED:
            return _("self-issued")


def state_text(one: CashReceiptStanding) -> str:
    """Return where one stands."""
    if one.state is CashReceiptState.ISSUED:
        return _("Cash receipt, approval {code}", code=one.receipt.approval_code)
    return _("Cash receipt, to be sent to the tax office")


def asked_text(receipt: CashReceipt) -> str:
    """Return what to say of one that was just asked for."""
    amount, number = won(receipt.tax.total), receipt.masked_id
    return _("Cash receipt {number}, {amount}: noted, to be sent.", number=number, amount=amount)


def _wrong(number: str) -> str:
    try:
        mask_id(number or SELF_ISSUE_ID)
    except CashReceiptIdWrong as error:
        return error.message(language())
    return ""
