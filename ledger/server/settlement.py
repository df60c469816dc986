"""Pays shops out, each day once, and the fee support each half-year once. Never pays a day that is not over.

A day whose net is below zero is not paid but carried into today. What a bank sends back waits in
suspense until a person lets it go into today's takings.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from ledger.policy.policy import Policy
from ledger.server import accounts, books, once, shops
from ledger.server.database import Tx
from ledger.server.rules import Posting, make_posting
from ledger.server.statement import CARRY, PAYOUT, RELEASE, Line, add_up
from ledger.server.tables import shard_of
from pos.domain.business_day import business_day
from pos.domain.statement import Statement
from pos.domain.won import ZERO, Won

LOOK_BACK_DAYS = 31  # A ledger that stood still longer is settled day by day, by hand.
SUPPORT, RETURNED = "support_payout", "payout_returned"
CLOSING = "closing"  # A day is paid or carried, one of them.

# The condition on the name is that of the index, word for word: without it the index is not used.
# All that moves a day's takings is posted on that day, but for what closes it.
_LINES = """\
SELECT p.kind, e.account, CAST(sum(e.amount) AS BIGINT)
FROM entries e JOIN postings p ON p.id = e.posting AND p.day = e.day
WHERE e.day = ? AND e.posting IN (
    SELECT posting FROM entries
    WHERE account = ? AND day = ? AND substr(account, 1, 9) = 'merchant:'
)
AND e.account IN (?, ?, ?, ?, ?)
GROUP BY p.kind, e.account ORDER BY p.kind, e.account
"""


def statement(tx: Tx, shop_id: str, day: date, policy: Policy) -> Statement:
    """Return a shop's statement of a day; of a closed one, as it was closed.

    Raises:
        LookupError: no rule says when the day is paid.
    """
    shop = shops.find(tx, shop_id)
    lines = [line for name in _takings(tx, shop_id, day) for line in _lines(tx, name, day)]
    closed = once.find(tx, CLOSING, f"{shop_id}:{day}") is not None
    pay_on, pay_days = policy.pay_day(shop, day), policy.pay_days(shop, day)
    return add_up(shop_id, day, pay_on, lines, pay_days=pay_days, closed=closed)


def pay_out(tx: Tx, shop_id: str, day: date, at: datetime) -> Posting | None:
    """Close a shop's day: pay its net, or carry what it owes into today; once, whoever asks again.

    Returns:
        What closed it, now or before; None if there was nothing to close.

    Raises:
        ValueError: the day is not over.
    """
    if day >= business_day(at):
        raise ValueError(f"{day} is not over")
    reference = f"{shop_id}:{day}"
    before = once.find(tx, CLOSING, reference)
    if before is not None:
        return before
    held = _held(tx, shop_id, day)
    net = Won.total(held.values())
    out = [(name, -won) for name, won in held.items()]
    if not any(held.values()):
        return None
    if net >= ZERO:
        made = make_posting(PAYOUT, reference, (*out, (accounts.PAID_OUT, net)))
    else:
        today = _takings(tx, shop_id, business_day(at))[0]
        made = make_posting(CARRY, reference, (*out, (today, net)))
    once.post(tx, CLOSING, made, at, shard_of(shop_id))
    return made


def due_days(tx: Tx, shop_id: str, policy: Policy, today: date) -> Iterator[date]:
    """Give the days of a shop that are to be paid by today and were not, the oldest first.

    Raises:
        LookupError: no rule says when one of them is paid.
    """
    shop = shops.find(tx, shop_id)
    days = [today - timedelta(days=back) for back in range(LOOK_BACK_DAYS, 0, -1)]
    devices = shops.devices(tx, shop_id)
    takings = {day: accounts.takings_of_shop(devices, day) for day in days}
    held = books.of_shops(tx, [name for names in takings.values() for name in names])
    for day, names in takings.items():
        if not any(held[name] for name in names) or policy.pay_day(shop, day) > today:
            continue
        if once.find(tx, CLOSING, f"{shop_id}:{day}") is None:
            yield day


def pay_support(tx: Tx, shop_id: str, half: str, at: datetime) -> Posting | None:
    """Pay what the city owes a shop of its card fees of a half-year, once.

    Returns:
        What paid it, now or before; None if nothing is owed. What is owed the other way (refunds of
        an earlier half-year's payments) is left for the next one.

    Raises:
        ValueError: the half-year is not over.
    """
    today = business_day(at)
    if half >= accounts.half_year(today):
        raise ValueError(f"{half} is not over")
    reference = f"{shop_id}:{half}"
    before = once.find(tx, SUPPORT, reference)
    if before is not None:
        return before
    names = [accounts.support_due_of(f"{each:012x}", half) for each in shops.devices(tx, shop_id)]
    held = books.of_shops(tx, names)
    owed = Won.total(held.values())
    if not any(held.values()):
        return None
    out = [(name, -won) for name, won in held.items()]
    if owed > ZERO:
        out.append((accounts.PAID_OUT, owed))
    else:
        out.append((accounts.support_due(_takings(tx, shop_id, today)[0]), owed))
    made = make_posting(SUPPORT, reference, out)
    once.post(tx, SUPPORT, made, at, shard_of(shop_id))
    return made


def owes_support(tx: Tx, shop_id: str, half: str) -> bool:
    """Tell whether `pay_support` would move something."""
    if once.find(tx, SUPPORT, f"{shop_id}:{half}") is not None:
        return False
    names = [accounts.support_due_of(f"{each:012x}", half) for each in shops.devices(tx, shop_id)]
    return any(books.of_shops(tx, names).values())


def send_back(tx: Tx, shop_id: str, day: date, at: datetime) -> Won:
    """Take note that a bank sent a pay-out back: it waits in suspense. Return how much.

    Raises:
        LookupError: the day was not paid.
    """
    reference = f"{shop_id}:{day}"
    made = once.find(tx, CLOSING, reference)
    net = ZERO if made is None else made.net().get(accounts.PAID_OUT, ZERO)
    if net == ZERO:
        raise LookupError(f"{shop_id} was paid nothing for {day}")
    moved = ((accounts.PAID_OUT, -net), (accounts.suspense(shop_id), net))
    if once.find(tx, RETURNED, reference) is None:
        made = make_posting(RETURNED, reference, moved)
        once.post(tx, RETURNED, made, at, shard_of(shop_id))
    return net


def release(tx: Tx, shop_id: str, day: date, at: datetime) -> Won:
    """Let what a bank sent back go into today's takings, to be paid with them. Return how much.

    Raises:
        LookupError: it was not sent back.
    """
    reference = f"{shop_id}:{day}"
    returned = once.find(tx, RETURNED, reference)
    if returned is None:
        raise LookupError(f"the pay-out of {shop_id} for {day} was not sent back")
    net = returned.net()[accounts.suspense(shop_id)]
    today = _takings(tx, shop_id, business_day(at))[0]
    moved = ((accounts.suspense(shop_id), -net), (today, net))
    if once.find(tx, RELEASE, reference) is None:
        once.post(tx, RELEASE, make_posting(RELEASE, reference, moved), at, shard_of(shop_id))
    return net


def all_shops(tx: Tx) -> list[str]:
    """Return every shop that has a terminal."""
    placed: dict[int, str] = dict(tx.execute("SELECT device, shop FROM shop_devices"))
    enrolled = tx.execute(
        "SELECT device FROM devices"
    )  # A revoked one's money is due all the same.
    return sorted({*placed.values(), *(placed.get(d, f"{d:012x}") for (d,) in enrolled)})


def check(tx: Tx, shop_id: str, day: date) -> list[str]:
    """Return what is wrong with a closed day: money that came after it was closed."""
    if once.find(tx, CLOSING, f"{shop_id}:{day}") is None:
        return []
    held = books.of_shops(tx, _takings(tx, shop_id, day))
    return [f"{name} was closed and holds {won}" for name, won in held.items() if won]


def _takings(tx: Tx, shop_id: str, day: date) -> list[str]:
    return accounts.takings_of_shop(shops.devices(tx, shop_id), day)


def _held(tx: Tx, shop_id: str, day: date) -> dict[str, Won]:
    """Return what a day that is not closed comes to: its takings, and what the shop owes of them."""
    held: dict[str, Won] = {}
    for takings in _takings(tx, shop_id, day):
        named = (takings, accounts.merchant_funded(takings))
        held |= dict.fromkeys(named, ZERO)
        for line in _lines(tx, takings, day):
            if line.account in named:
                held[line.account] += line.amount
    return held


def _lines(tx: Tx, takings: str, day: date) -> Iterator[Line]:
    on = day.isoformat()
    named = (takings, accounts.merchant_funded(takings))
    rest = (accounts.FEE, accounts.FEE_SUPPORT, accounts.COMMISSION)
    for kind, account, amount in tx.execute(_LINES, (on, takings, on, *named, *rest)):
        yield Line(kind, account, Won(amount))
