"""Gathers what the ledger has of a terminal's day, to be reconciled with the terminal's own. Reads only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date

from ledger.server import accounts
from ledger.server.database import Tx
from ledger.server.differences import Fate, LedgerDay, Reconciliation
from ledger.server.reconcile import reconcile
from pos.domain.events import Event, read_event
from pos.domain.reconciliation import PrintedDay, TerminalDay
from pos.domain.won import ZERO, Won

# What each posting moved into or out of the takings, before the fee.
_MOVED = """\
SELECT p.kind, p.reference, CAST(sum(e.amount) AS BIGINT)
FROM entries e JOIN postings p ON p.id = e.posting AND p.day = e.day
WHERE e.day = ? AND e.posting IN (
    SELECT posting FROM entries
    WHERE account = ? AND day = ? AND substr(account, 1, 9) = 'merchant:'
)
AND e.account IN (?, ?) AND p.kind IN ('payment', 'reversal', 'refund')
GROUP BY p.kind, p.reference
"""


def match_day(
    tx: Tx, device: int, day: date, terminal: TerminalDay, printed: PrintedDay | None = None
) -> Reconciliation:
    """Reconcile a terminal's day with the ledger's."""
    return reconcile(terminal, ledger_day(tx, device, day, terminal), printed)


def ledger_day(tx: Tx, device: int, day: date, terminal: TerminalDay) -> LedgerDay:
    """Return what the ledger has of a day, and what became of what only one side has on it."""
    takings = accounts.merchant(device, day)
    payments: dict[str, Won] = {}
    refunds: dict[str, Won] = {}
    on = day.isoformat()
    for kind, reference, amount in tx.execute(_MOVED, (on, takings, on, takings, accounts.FEE)):
        won = Won(amount)
        if kind == "refund":
            refunds[reference] = -won
        else:
            payments[reference] = payments.get(reference, ZERO) + won
    fates = {each: _payment_fate(tx, each) for each in _differing(payments, terminal.paid)}
    fates |= {each: _refund_fate(tx, each) for each in _differing(refunds, terminal.card_refunds)}
    return LedgerDay(
        sales=dict(_totals(tx, "sales", device, day)),
        refunds=dict(_totals(tx, "refunds", device, day)),
        payments=payments,
        card_refunds=refunds,
        fates=fates,
    )


def told_events(tx: Tx, device: int) -> Iterator[Event]:
    """Give the sales and refunds of a terminal's journal, as far as the ledger was told."""
    rows = tx.execute(
        "SELECT kind, body FROM records WHERE device = ? AND kind IN (?, ?)"
        " ORDER BY incarnation, sequence",
        (device, "sale.completed", "sale.refunded"),
    )
    for kind, body in rows:
        yield read_event(kind, json.loads(body))


def _differing(ours: Mapping[str, Won], theirs: Mapping[str, Won]) -> set[str]:
    return {each for each in {*ours, *theirs} if ours.get(each) != theirs.get(each)}


def _totals(tx: Tx, table: str, device: int, day: date) -> Iterator[tuple[str, Won]]:
    sql = {
        "sales": "SELECT id, total FROM sales WHERE device = ? AND day = ? AND training = 0",
        "refunds": "SELECT id, total FROM refunds WHERE device = ? AND day = ?",
    }[table]
    for each, total in tx.execute(sql, (device, day.isoformat())):
        yield each, Won(total)


def _payment_fate(tx: Tx, payment: str) -> Fate:
    row = tx.row(
        "SELECT posting, reversed, answer, day FROM payments WHERE id = ?",
        (payment,),
    )
    if row is None:
        return Fate()
    posting, is_reversed, answer, day = row
    sale = tx.row(
        "SELECT sales.day, sales.id FROM tendered JOIN sales ON sales.id = tendered.sale"
        " WHERE tendered.payment = ?",
        (payment,),
    )
    return Fate(
        posted_on=None if day is None else date.fromisoformat(day),
        tendered_on=None if sale is None else date.fromisoformat(sale[0]),
        whole="" if sale is None else sale[1],
        is_declined=posting is None and answer is not None,
        is_reversed=bool(is_reversed),
    )


def _refund_fate(tx: Tx, refund: str) -> Fate:
    row = tx.row(
        "SELECT card_refunds.day, refunds.day, refunds.id FROM card_refunds"
        " LEFT JOIN refunds ON refunds.id = card_refunds.refund WHERE card_refunds.id = ?",
        (refund,),
    )
    if row is None:
        return Fate()
    posted_on, day, whole = row
    return Fate(
        posted_on=None if posted_on is None else date.fromisoformat(posted_on),
        tendered_on=None if day is None else date.fromisoformat(day),
        whole="" if whole is None else whole,
    )
