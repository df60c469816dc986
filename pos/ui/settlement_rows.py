"""A day at the ledger as plain rows: statement, sums, differences. Pure: adds nothing up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pos.domain.reconciliation import Comparison, Difference
from pos.domain.statement import Statement
from pos.domain.won import ZERO
from pos.ui.cells import Column, wrap
from pos.ui.difference_words import advice, subject_text, what_word
from pos.ui.i18n import _
from pos.ui.when import date_text
from pos.ui.words import won

Row = tuple[str, str]
NET_ROW = 11  # Of `statement_rows`.
LINES_MAX = 5


def statement_rows(said: Statement, today: date) -> tuple[Row, ...]:
    """Return what was taken, what goes off, what is paid and when."""
    support = _("Fee support, half-yearly")
    return (
        (_("Taken"), ""),
        (_("Card sales"), won(said.sales)),
        (_("Reversals"), won(said.reversed_)),
        (_("Voids and refunds"), won(said.refunds)),
        (_("Collected by delivery app"), won(said.orders)),
        (_("From another day"), won(said.carried)),
        (_("Goes off"), ""),
        (_("Card fee"), won(-said.fee)),
        (_("Commission"), won(-said.commission)),
        (_("Cashback paid by the shop"), won(-said.merchant_funded)),
        (_("Pay-out"), ""),
        (_("PAID TO THE SHOP"), won(said.net)),
        (_("Pay day"), f"{date_text(said.pay_on)} D+{said.pay_days}"),
        (_("How it stands"), state_text(said, today)),
        (support, won(said.fee_support_due)),
    )


def statement_tones(said: Statement) -> dict[int, str]:
    """Return which of `statement_rows` deserve an eye."""
    return {NET_ROW: "danger" if said.net < ZERO else "good"}


def state_text(said: Statement, today: date) -> str:
    """Return whether the day is over, paid or carried."""
    if said.closed:
        return _("carried over") if said.net < ZERO else _("paid")
    return _("day not over") if said.day >= today else _("to come")


def sum_rows(said: Comparison, more: int, unsent: int) -> tuple[Row, ...]:
    """Return both sums by till and ledger, how many things differ, and what is unsent."""
    sales, cards = said.net_sales, said.cards
    count = len(said.differences) + more
    return (
        (_("Till / ledger, won"), ""),
        (_("Sales less refunds"), f"{sales.terminal} / {sales.ledger}"),
        (_("Card money"), f"{cards.terminal} / {cards.ledger}"),
        (_("Differences"), _("none: the day agrees") if not count else f"{count:,}"),
        (_("Records to send"), f"{unsent:,}"),
    )


def sum_tones(said: Comparison, more: int, unsent: int) -> dict[int, str]:
    """Return which of `sum_rows` deserve an eye."""
    tones = {3: "danger" if said.differences or more else "good"}
    return tones | ({4: "warning"} if unsent else {})


def columns() -> tuple[Column, ...]:
    """Return the columns of the differences."""
    return (
        Column(_("What"), None),
        Column(_("Till"), 10, right=True),
        Column(_("Ledger"), 10, right=True),
    )


def cells(found: Difference) -> tuple[str, ...]:
    """Return one difference's texts for them."""
    return (what_word(found.what), str(found.terminal), str(found.ledger))


def advice_rows(found: Difference, papers: Mapping[str, str], width: int) -> tuple[Row, ...]:
    """Return what a difference is about and what to do, in lines."""
    about = (subject_text(found, papers), won(found.amount))
    lines = wrap(advice(found.what), width, LINES_MAX)
    return (about, *((line, " ") for line in lines))
