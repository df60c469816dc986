"""Receivables as plain rows, and the words for how one ends. Pure: decides nothing."""

from __future__ import annotations

from datetime import datetime

from pos.domain.payment_answers import ReceivableEnd
from pos.services.receivables import Owed, Receivable
from pos.ui.cells import Column
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.when import since
from pos.ui.words import decline_word, won

Row = tuple[str, str]
END_KEYS = {
    "1": ReceivableEnd.PAID,
    "2": ReceivableEnd.WRITTEN_OFF,
    "3": ReceivableEnd.MISTAKE,
}


def end_word(how: ReceivableEnd) -> str:
    """Return how a receivable was closed."""
    match how:
        case ReceivableEnd.PAID:
            return _("Settled")
        case ReceivableEnd.WRITTEN_OFF:
            return _("Written off")
        case ReceivableEnd.MISTAKE:
            return _("Mistake")


def end_text(how: ReceivableEnd, owed: Owed) -> str:
    """Return what closing it so says, in a sentence."""
    if how is ReceivableEnd.MISTAKE:
        return _("There was nothing to settle. No money moves now.")
    if how is ReceivableEnd.WRITTEN_OFF and owed is Owed.BY_CUSTOMER:
        return _("The shop bears the loss. No money moves now.")
    if how is ReceivableEnd.WRITTEN_OFF:
        return _("The customer could not be reached and was given nothing. No money moves now.")
    if owed is Owed.BY_CUSTOMER:
        return _("The customer has paid it another way. This screen takes no money.")
    return _("The customer has been given it another way. This screen gives no money.")


def owed_word(owed: Owed) -> str:
    """Return who owes whom."""
    return _("to get") if owed is Owed.BY_CUSTOMER else _("to give")


def columns() -> tuple[Column, ...]:
    """Return the columns of the list."""
    return (
        Column(_("What"), 10),
        Column(_("Amount"), 10, right=True),
        Column(_("Card"), 8),
        Column(_("Since"), 11, right=True),
        Column(_("Reason"), None),
    )


def item_cells(item: Receivable, now: datetime) -> tuple[str, ...]:
    """Return one's texts for them."""
    return (
        owed_word(item.owed),
        str(item.amount),
        safe(item.masked_pan[-8:] or item.receipt_number),
        since(item.since, now),
        decline_word(item.reason),
    )


def item_rows(item: Receivable, now: datetime) -> tuple[Row, ...]:
    """Return all that is known of one."""
    by_customer = item.owed is Owed.BY_CUSTOMER
    head = _("The customer owes the shop") if by_customer else _("The shop owes the customer")
    return (
        (head, ""),
        (_("Amount"), won(item.amount)),
        (_("Receipt"), safe(item.receipt_number))
        if item.receipt_number
        else (_("Card"), safe(item.masked_pan)),
        (_("Since"), since(item.since, now)),
        (_("Reason"), decline_word(item.reason)),
    )
