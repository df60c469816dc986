"""Writes postings into the accounts, and checks the books. Never decides what to post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ledger.server import accounts
from ledger.server.database import Tx
from ledger.server.rules import Entry, Posting
from pos.domain.codec import encode
from pos.domain.tender import Purse
from pos.domain.won import ZERO, Won


def post(tx: Tx, posting: Posting, at: datetime) -> int:
    """Write a posting and return its number.

    Raises:
        apsw.ConstraintError: a purse would go below zero, or this was posted before.
    """
    tx.execute(
        "INSERT INTO postings (kind, reference, at) VALUES (?, ?, ?)",
        (posting.kind, posting.reference, encode(at)),
    )
    number = tx.connection.last_insert_rowid()
    for account, change in posting.net().items():
        tx.execute(
            "UPDATE accounts SET balance = balance + ? WHERE name = ?", (change.amount, account)
        )
        if not tx.connection.changes():
            floorless = accounts.may_go_negative(account)
            tx.execute("INSERT INTO accounts VALUES (?, ?, ?)", (account, change.amount, floorless))
    for line, entry in enumerate(posting.entries):
        tx.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?)",
            (number, line, entry.account, entry.amount.amount),
        )
    return number


def posting(tx: Tx, number: int) -> Posting:
    """Return a posting as it was written.

    Raises:
        LookupError: there is none of this number.
    """
    head = tx.row("SELECT kind, reference FROM postings WHERE id = ?", (number,))
    if head is None:
        raise LookupError(f"no posting {number}")
    rows = tx.execute(
        "SELECT account, amount FROM entries WHERE posting = ? ORDER BY line", (number,)
    )
    return Posting(head[0], head[1], tuple(Entry(name, Won(won)) for name, won in rows))


def posted_at(tx: Tx, number: int) -> datetime:
    """Return when a posting was written.

    Raises:
        LookupError: there is none of this number.
    """
    row = tx.row("SELECT at FROM postings WHERE id = ?", (number,))
    if row is None:
        raise LookupError(f"no posting {number}")
    return datetime.fromisoformat(row[0])


def spend_less(tx: Tx, card: str, month: str, spend: Won) -> None:
    """Give a month's room for cashback back to the member whose card this is.

    Raises:
        apsw.ConstraintError: more than was spent.
    """
    tx.execute(
        "UPDATE cashback_months SET spend = spend - ? WHERE month = ?"
        " AND member = (SELECT member FROM cards WHERE id = ?)",
        (spend.amount, month, card),
    )


def balance(tx: Tx, account: str) -> Won:
    """Return an account's balance; one never used holds nothing."""
    row = tx.row("SELECT balance FROM accounts WHERE name = ?", (account,))
    return ZERO if row is None else Won(row[0])


def purse_balances(tx: Tx, card: str) -> dict[Purse, Won]:
    """Return what each of a card's purses holds."""
    names = accounts.purses(card)
    held = balances(tx, list(names.values()))
    return {which: held[name] for which, name in names.items()}


def balances(tx: Tx, names: Sequence[str]) -> dict[str, Won]:
    """Return the balances of a few accounts."""
    marks = ", ".join("?" * len(names))
    sql = f"SELECT name, balance FROM accounts WHERE name IN ({marks})"  # noqa: S608 - marks only.
    held = dict(tx.execute(sql, tuple(names)))
    return {name: Won(held.get(name, 0)) for name in names}


def check(tx: Tx) -> list[str]:
    """Check the whole book: postings sum to zero, balances equal their entries, floors hold.

    Returns:
        What is wrong, in words; nothing if all is well.
    """
    wrong = [
        f"posting {number} sums to {total}"
        for number, total in tx.execute(
            "SELECT posting, sum(amount) FROM entries GROUP BY posting HAVING sum(amount) <> 0"
        )
    ]
    wrong += [
        f"account {name} holds {held}, its entries say {said}"
        for name, held, said in tx.execute(
            "SELECT name, balance, coalesce(sum(amount), 0) AS said FROM accounts"
            " LEFT JOIN entries ON account = name GROUP BY name HAVING balance <> said"
        )
    ]
    wrong += [
        f"account {name} is below zero"
        for (name,) in tx.execute("SELECT name FROM accounts WHERE balance < 0")
        if not accounts.may_go_negative(name)
    ]
    return wrong
