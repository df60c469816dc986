"""Compares a terminal's day with the ledger's and names every difference (대사). Pure; mends nothing.

Two sums must agree: the sales that the terminal counted with those that the ledger was told of, and the
card money that it took with what was posted into its takings. Whatever they differ by is named, item by
item, so that nothing is left unexplained. The terminal's printed figures (Z) are held against its own
journal as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ledger.server.differences import Fate, LedgerDay, Reconciliation, Side
from pos.domain.reconciliation import Difference, PrintedDay, TerminalDay, What
from pos.domain.won import ZERO, Won


def reconcile(
    terminal: TerminalDay, ledger: LedgerDay, printed: PrintedDay | None = None
) -> Reconciliation:
    """Compare a day, and name what differs.

    Args:
        terminal: by its journal.
        ledger: by its tables and entries.
        printed: the terminal's day report, if there is one.
    """
    return Reconciliation(
        net_sales=Side(
            _less(terminal.sales, terminal.refunds),
            _less(ledger.sales, ledger.refunds),
            tuple(_sales(terminal, ledger)),
        ),
        cards=Side(
            _less(terminal.paid, terminal.card_refunds),
            _less(ledger.payments, ledger.card_refunds),
            tuple(_cards(terminal, ledger)),
        ),
        printed=() if printed is None else tuple(_printed(terminal, printed)),
    )


def _less(taken: Mapping[str, Won], back: Mapping[str, Won]) -> Won:
    return Won.total(taken.values()) - Won.total(back.values())


def _pairs(mine: Mapping[str, Won], theirs: Mapping[str, Won]) -> Iterator[tuple[str, Won, Won]]:
    for each in sorted({*mine, *theirs}):
        said = mine.get(each, ZERO), theirs.get(each, ZERO)
        if said[0] != said[1] or (each in mine) != (each in theirs):
            yield each, *said


def _sales(terminal: TerminalDay, ledger: LedgerDay) -> Iterator[Difference]:
    kinds = (What.SALE_MISSING, What.SALE_UNKNOWN, What.SALE_DIFFERS)
    for each, mine, theirs in _pairs(terminal.sales, ledger.sales):
        what = _who_lacks(each, terminal.sales, ledger.sales, kinds)
        yield Difference(what, each, mine, theirs)
    kinds = (What.REFUND_MISSING, What.REFUND_UNKNOWN, What.REFUND_DIFFERS)
    for each, mine, theirs in _pairs(terminal.refunds, ledger.refunds):
        what = _who_lacks(each, terminal.refunds, ledger.refunds, kinds)
        yield Difference(what, each, -mine, -theirs)


def _who_lacks(
    each: str, mine: Mapping[str, Won], theirs: Mapping[str, Won], kinds: tuple[What, What, What]
) -> What:
    missing, unknown, differs = kinds
    if each not in theirs:
        return missing
    return differs if each in mine else unknown


def _cards(terminal: TerminalDay, ledger: LedgerDay) -> Iterator[Difference]:
    for each, mine, theirs in _pairs(terminal.paid, ledger.payments):
        if mine == theirs:  # Posted and reversed on the same day, and tendered by no sale.
            continue
        fate = ledger.fates.get(each, Fate())
        tendered = each in terminal.paid
        told = fate.whole in ledger.sales  # So the sale is of this day, and the journal lacks it.
        what = _why_tendered(theirs, fate) if tendered else _why_posted(theirs, fate, told=told)
        other = {
            What.POSTED_ANOTHER_DAY: fate.posted_on,
            What.TENDERED_ANOTHER_DAY: fate.tendered_on,
            What.PAYMENT_REVERSED: fate.posted_on,
        }
        yield Difference(what, each, mine, theirs, other.get(what))
    for each, mine, theirs in _pairs(terminal.card_refunds, ledger.card_refunds):
        fate = ledger.fates.get(each, Fate())
        what, day = _why_refund(each, terminal, ledger, fate)
        yield Difference(what, each, -mine, -theirs, day)


def _why_tendered(posted: Won, fate: Fate) -> What:
    """Say why a payment that a finished sale rests on is not posted as tendered."""
    if fate.is_reversed:
        return What.PAYMENT_REVERSED
    if posted:
        return What.PAYMENT_DIFFERS
    if fate.is_declined:
        return What.PAYMENT_DECLINED
    return What.PAYMENT_NOT_POSTED if fate.posted_on is None else What.POSTED_ANOTHER_DAY


def _why_posted(posted: Won, fate: Fate, *, told: bool) -> What:
    """Say why a payment is posted that no sale of this day rests on."""
    if posted < ZERO:  # Of another day, undone on this one.
        return What.PAYMENT_REVERSED
    if fate.tendered_on is None:
        return What.PAYMENT_NOT_TENDERED
    return What.PAYMENT_OF_UNKNOWN_SALE if told else What.TENDERED_ANOTHER_DAY


def _why_refund(
    each: str, terminal: TerminalDay, ledger: LedgerDay, fate: Fate
) -> tuple[What, date | None]:
    if each not in ledger.card_refunds:
        if fate.posted_on is not None:
            return What.POSTED_ANOTHER_DAY, fate.posted_on
        return What.CARD_REFUND_NOT_POSTED, None
    if each in terminal.card_refunds:
        return What.CARD_REFUND_DIFFERS, None
    if fate.tendered_on is not None and fate.whole not in ledger.refunds:
        return What.TENDERED_ANOTHER_DAY, fate.tendered_on
    return What.CARD_REFUND_UNKNOWN, None


def _printed(terminal: TerminalDay, printed: PrintedDay) -> Iterator[Difference]:
    figures = (
        ("sales", printed.sales, terminal.sales),
        ("card_tenders", printed.card_tenders, terminal.paid),
        ("refunds", printed.refunds, terminal.refunds),
        ("refunded_to_cards", printed.refunded_to_cards, terminal.card_refunds),
    )
    for name, said, journal in figures:
        counted = Won.total(journal.values())
        if said != counted:
            yield Difference(What.Z_DIFFERS, name, said, counted)
