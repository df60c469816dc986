"""Writes postings into the accounts, and checks the books. Never decides what to post.

Only accounts with a floor (purses, reserves) have a balance of their own, for only they must be
looked at before money leaves them. All others, the shops' above all, are the sums of their entries:
a payment adds lines and never waits for another card's payment at the same shop. What a day came
to is rolled up once it is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ledger.server import accounts
from ledger.server.database import Tx
from ledger.server.rules import Entry, Posting
from ledger.server.tables import ACCOUNTS, CASHBACK_MONTHS, ENTRIES, POSTINGS
from pos.domain.business_day import business_day
from pos.domain.codec import encode
from pos.domain.tender import Purse
from pos.domain.won import ZERO, Won

OPEN_DAYS = timedelta(
    days=2
)  # No transaction lasts so long that it could still post into older ones.

SUMS = (
    "SELECT account, CAST(sum(amount) AS BIGINT) AS amount FROM ("
    " SELECT account, amount FROM rollups UNION ALL"
    " SELECT account, amount FROM entries"
    " WHERE day > (SELECT coalesce(max(day), '') FROM rolled_days)) AS parts"
)
"""What accounts hold by their entries; wants a GROUP BY account, and may have a WHERE before."""

# The condition on the names is that of the index, word for word: without it the index is not used.
_OF_SHOPS = (
    "SELECT account, CAST(sum(amount) AS BIGINT) FROM ("
    " SELECT account, amount FROM rollups WHERE account IN ({marks}) UNION ALL"
    " SELECT account, amount FROM entries WHERE account IN ({marks})"
    " AND (substr(account, 1, 9) = 'merchant:' OR substr(account, 1, 16) = 'fee_support_due:')"
    " AND day > (SELECT coalesce(max(day), '') FROM rolled_days)) AS parts GROUP BY account"
)


def post(tx: Tx, posting: Posting, at: datetime, shard: int) -> int:
    """Write a posting and return its number.

    Args:
        tx: the transaction.
        posting: what moves.
        at: now; its Korean day is the settlement day.
        shard: whose entries these are, a card's holder's or a shop's.

    Raises:
        ConstraintBroken: a purse would go below zero, or this was posted before.
    """
    day = business_day(at).isoformat()
    number = tx.put_numbered(POSTINGS, (day, posting.kind, posting.reference, encode(at), shard))
    for account, change in posting.net().items():
        if accounts.has_floor(account):
            _move(tx, account, change)
    for line, entry in enumerate(posting.entries):
        tx.put(ENTRIES, (number, day, line, entry.account, entry.amount.amount, shard))
    return number


def _move(tx: Tx, account: str, change: Won) -> None:
    row = tx.get(ACCOUNTS, account)
    if row is None:
        tx.put(ACCOUNTS, (account, accounts.card_of(account), change.amount))
    elif change:
        tx.set(ACCOUNTS, (account,), balance=row[2] + change.amount)


def posting(tx: Tx, number: int, day: str, shard: int | None = None) -> Posting:
    """Return a posting as it was written, by its number and settlement day.

    Args:
        tx: the transaction.
        number: the posting's.
        day: its settlement day.
        shard: its shard; where that is not known, all servers are asked.

    Raises:
        LookupError: there is none of this number on that day.
    """
    named, where = ("", ()) if shard is None else (" AND shard = ?", (shard,))
    head = tx.row(
        f"SELECT kind, reference FROM postings WHERE id = ? AND day = ?{named}",  # noqa: S608
        (number, day, *where),
    )
    if head is None:
        raise LookupError(f"no posting {number}")
    rows = tx.execute(
        "SELECT account, amount FROM entries"  # noqa: S608
        f" WHERE posting = ? AND day = ?{named} ORDER BY line",
        (number, day, *where),
    )
    return Posting(head[0], head[1], tuple(Entry(name, Won(won)) for name, won in rows))


def spend_more(tx: Tx, member: str, month: str, spend: Won) -> None:
    """Count spend that earned cashback against a member's month."""
    row = tx.get(CASHBACK_MONTHS, member, month)
    if row is None:
        tx.put(CASHBACK_MONTHS, (member, month, spend.amount))
    else:
        tx.set(CASHBACK_MONTHS, (member, month), spend=row[2] + spend.amount)


def spend_less(tx: Tx, member: str, month: str, spend: Won) -> None:
    """Give a month's room for cashback back to a member.

    Raises:
        ConstraintBroken: more than was spent.
    """
    row = tx.get(CASHBACK_MONTHS, member, month)
    if row is not None and spend:
        tx.set(CASHBACK_MONTHS, (member, month), spend=row[2] - spend.amount)


def balance(tx: Tx, account: str) -> Won:
    """Return an account's balance; one never used holds nothing."""
    if accounts.has_floor(account):
        row = tx.get(ACCOUNTS, account)
        return ZERO if row is None else Won(row[2])
    row = tx.row(f"{SUMS} WHERE account = ? GROUP BY account", (account,))
    return ZERO if row is None else Won(row[1])


def balances(tx: Tx) -> dict[str, int]:
    """Return what every account holds, in won."""
    return dict(tx.execute(f"{SUMS} GROUP BY account ORDER BY account"))


def of_shops(tx: Tx, names: Sequence[str]) -> dict[str, Won]:
    """Return what shops' takings, or what they are owed of fees, come to, by their index."""
    marks = ", ".join("?" * len(names))
    sql = _OF_SHOPS.format(marks=marks)
    held: dict[str, int] = dict(tx.execute(sql, (*names, *names)))
    return {name: Won(held.get(name, 0)) for name in names}


def purse_balances(tx: Tx, card: str) -> dict[Purse, Won]:
    """Return what each of a card's purses holds."""
    return {which: balance(tx, name) for which, name in accounts.purses(card).items()}


def roll_up(tx: Tx, today: date) -> int:
    """Sum up the days that are over and not summed yet; return how many there were."""
    rows = tx.execute(
        "SELECT DISTINCT day FROM postings WHERE day <= ?"
        " AND day > (SELECT coalesce(max(day), '') FROM rolled_days) ORDER BY day",
        ((today - OPEN_DAYS).isoformat(),),
    )
    days = [str(day) for (day,) in rows]
    for day in days:
        tx.execute("INSERT INTO rolled_days (day) VALUES (?)", (day,))
        tx.execute(
            "INSERT INTO rollups (account, day, amount)"
            " SELECT account, day, sum(amount) FROM entries WHERE day = ? GROUP BY account, day",
            (day,),
        )
    return len(days)


def check(tx: Tx) -> list[str]:
    """Check the whole book: postings sum to zero, balances and rollups equal their entries, floors hold.

    Returns:
        What is wrong, in words; nothing if all is well.
    """
    wrong = [
        f"posting {number} sums to {total}"
        for number, total in tx.execute(
            "SELECT posting, CAST(sum(amount) AS BIGINT) FROM entries GROUP BY posting"
            " HAVING sum(amount) <> 0"
        )
    ]
    wrong += [
        f"account {name} holds {held}, its entries say {said}"
        for name, held, said in tx.execute(
            "SELECT name, balance, CAST(coalesce(said, 0) AS BIGINT) FROM accounts LEFT JOIN"
            " (SELECT account, sum(amount) AS said FROM entries GROUP BY account) AS sums"
            " ON account = name WHERE balance <> coalesce(said, 0)"
        )
    ]
    wrong += [
        f"{name} on {day} is rolled up to {amount}"
        for name, day, amount in tx.execute(
            "SELECT account, day, amount FROM rollups EXCEPT"
            " SELECT account, day, CAST(sum(amount) AS BIGINT) FROM entries GROUP BY account, day"
        )
    ]
    floored = {name for (name,) in tx.execute("SELECT name FROM accounts")}
    wrong += [
        f"account {name} has a floor and no balance"
        for (name,) in tx.execute("SELECT DISTINCT account FROM entries")
        if accounts.has_floor(name) and name not in floored
    ]
    wrong += [
        f"account {name} is below zero"
        for (name,) in tx.execute("SELECT name FROM accounts WHERE balance < 0")
    ]
    return wrong
