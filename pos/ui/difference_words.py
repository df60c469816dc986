"""The words for what terminal and ledger differ in, and what to do about each. Never decides or mends anything."""

from __future__ import annotations

from collections.abc import Mapping

from pos.domain.reconciliation import Difference, What
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.when import date_text

TAIL = 8  # Of an id that stands on no paper of this terminal's.


def what_word(what: What) -> str:
    """Return a difference's name, short."""
    words = {
        What.SALE_MISSING: _("Sale not at ledger"),
        What.SALE_UNKNOWN: _("Sale not in till"),
        What.SALE_DIFFERS: _("Sale differs"),
        What.REFUND_MISSING: _("Refund not at ledger"),
        What.REFUND_UNKNOWN: _("Refund not in till"),
        What.REFUND_DIFFERS: _("Refund differs"),
        What.PAYMENT_NOT_POSTED: _("Payment not posted"),
        What.PAYMENT_DECLINED: _("Declined afterwards"),
        What.PAYMENT_REVERSED: _("Payment reversed"),
        What.PAYMENT_NOT_TENDERED: _("Paid, no sale"),
        What.PAYMENT_OF_UNKNOWN_SALE: _("Paid, sale missing"),
        What.PAYMENT_DIFFERS: _("Payment differs"),
        What.POSTED_ANOTHER_DAY: _("Posted another day"),
        What.TENDERED_ANOTHER_DAY: _("Sold another day"),
        What.CARD_REFUND_NOT_POSTED: _("Return not posted"),
        What.CARD_REFUND_UNKNOWN: _("Return not in till"),
        What.CARD_REFUND_DIFFERS: _("Return differs"),
        What.Z_DIFFERS: _("Report differs"),
    }
    return words[what]


def advice(what: What) -> str:
    """Return what it means for the money, and what to do."""
    match what:
        case What.SALE_MISSING | What.REFUND_MISSING | What.PAYMENT_NOT_POSTED:
            return _(
                "Not sent yet, or held back. It goes by itself once the line is up: look at F8,"
                " then compare again. If nothing is waiting there, call the technician."
            )
        case What.CARD_REFUND_NOT_POSTED:
            return _(
                "The customer's card has not got it back yet. It goes by itself once the line is"
                " up. If the ledger declined it, it stands under Receivables (F4, 1)."
            )
        case What.PAYMENT_DECLINED:
            return _(
                "Taken offline, and the ledger would not pay: the shop lacks this money. Ask the"
                " customer and close it under Receivables (F4, 1)."
            )
        case What.PAYMENT_REVERSED:
            return _(
                "The payment was given back to the customer, and the sale stands. The shop lacks"
                " this money. Call the technician with the receipt."
            )
        case What.PAYMENT_NOT_TENDERED:
            return _(
                "The ledger has a payment that no finished sale rests on. If a sale is open,"
                " finish or drop it; else its reversal is on the way. Compare again later."
            )
        case What.POSTED_ANOTHER_DAY:
            return _(
                "Nothing is lost: the ledger counts it under the other day, and pays it with that"
                " one. Look at that day's statement."
            )
        case What.TENDERED_ANOTHER_DAY:
            return _(
                "Nothing is lost: sold on the other day, and posted and paid with this one, for"
                " it was sent later."
            )
        case What.Z_DIFFERS:
            return _(
                "The day report does not say what the till's own record adds up to. Print it"
                " again (F4, p). If it stays so, call the technician."
            )
        case What.SALE_DIFFERS | What.REFUND_DIFFERS | What.PAYMENT_DIFFERS:
            return _pair()
        case What.CARD_REFUND_DIFFERS:
            return _pair()
        case _:
            return _(
                "The ledger has it and this till's record has not: a backup put back, or another"
                " till under this number. Call the technician before the next backup."
            )


def _pair() -> str:
    return _(
        "Both sides have it at another amount. Keep the paper, change nothing, and call the"
        " technician: the amounts above decide nothing by themselves."
    )


def subject_text(found: Difference, papers: Mapping[str, str]) -> str:
    """Return what it is about: a paper's number, a report's figure, or the end of an id."""
    figures = {
        "sales": _("Sales"),
        "card_tenders": _("Card payments"),
        "refunds": _("Voids and refunds"),
        "refunded_to_cards": _("Given back to cards"),
    }
    if found.what is What.Z_DIFFERS:
        return figures.get(found.subject) or safe(found.subject, 20)
    paper = papers.get(found.subject)
    about = safe(paper) if paper else f"..{safe(found.subject[-TAIL:])}"
    return about if found.day is None else f"{about} ({date_text(found.day)})"
