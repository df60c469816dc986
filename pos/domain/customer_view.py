"""What a customer is shown while the cashier sells. Never more than is on the receipt: no card, no name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pos.domain.sale import Sale, SaleRecord
from pos.domain.shop_code import ShopCode
from pos.domain.tender import CashTender
from pos.domain.won import ZERO, Won

LINES_MAX = 200  # The newest; a screen holds fewer, and the total is of all.


class Moment(StrEnum):
    """Where the sale stands, as the customer sees it."""

    WELCOME = "welcome"
    RINGING_UP = "ringing_up"
    PAY_BY_QR = "pay_by_qr"
    THANKS = "thanks"
    TAKE_RECEIPT = "take_receipt"  # A code to fetch the receipt by, if the customer wants it.
    BALANCE = "balance"  # What the card holds, because its holder asked.


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One thing that is being bought."""

    name: str
    quantity: int
    total: Won


@dataclass(frozen=True, slots=True)
class CustomerView:
    """All that any display needs; a small one shows a part of it.

    Attributes:
        paid: by earlier tenders of the same sale.
        code: the text of the QR code to pay by, for `PAY_BY_QR`; or of the receipt's address.
        asked: what that code asks for.
        language: of the shop, `ko` or `en`.
    """

    moment: Moment
    shop: str
    lines: tuple[ShownLine, ...] = ()
    total: Won = ZERO
    paid: Won = ZERO
    change: Won = ZERO
    code: str = ""
    asked: Won = ZERO
    language: str = "ko"

    @property
    def due(self) -> Won:
        """What is still to be paid."""
        return self.total - self.paid


def view_of_sale(sale: Sale, shop: str, language: str, code: ShopCode | None) -> CustomerView:
    """Return what to show of the open sale."""
    if not sale.lines:
        return CustomerView(Moment.WELCOME, shop, language=language)
    lines = tuple(ShownLine(each.name, each.quantity, each.total) for each in sale.lines)
    return CustomerView(
        moment=Moment.RINGING_UP if code is None else Moment.PAY_BY_QR,
        shop=shop,
        lines=lines[-LINES_MAX:],
        total=sale.total,
        paid=sale.paid,
        code="" if code is None else code.text,
        asked=ZERO if code is None else code.amount,
        language=language,
    )


def view_of_balance(balance: Won, shop: str, language: str) -> CustomerView:
    """Return what to show of a card that was asked what it holds: one sum, no card and no purse."""
    return CustomerView(Moment.BALANCE, shop, total=balance, language=language)


def view_of_end(sale: SaleRecord, shop: str, language: str) -> CustomerView:
    """Return what to show of a sale that is paid."""
    change = Won.total(each.change for each in sale.tenders if isinstance(each, CashTender))
    return CustomerView(
        moment=Moment.THANKS,
        shop=shop,
        total=sale.total,
        paid=sale.total,
        change=change,
        language=language,
    )
