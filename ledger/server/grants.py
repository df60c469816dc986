"""Gives policy money to cards, programme by programme, and takes back what is left. Never lets it buy elsewhere.

Where and until when a programme's money may be spent stands in the dated rules; here is only who has it.
"""

from __future__ import annotations

from datetime import date, datetime

from ledger.policy.policy import Policy
from ledger.server import accounts, books, cards, once
from ledger.server.database import Tx
from ledger.server.rules import make_posting
from ledger.server.tables import GRANTS, shard_of
from pos.domain.business_day import business_day
from pos.domain.won import ZERO, Won


def give(tx: Tx, card: str, programme: str, amount: Won, reference: str, at: datetime) -> bool:
    """Give a card money of a programme; False, and nothing moves, if it was given under this reference.

    Raises:
        ValueError: it is 0 won or less, or there is no such card.
    """
    if amount <= ZERO:
        raise ValueError(f"a grant is of 1 won or more, not {amount}")
    holder = cards.by_id(tx, card)
    if holder is None:
        raise ValueError(f"no card {card}")
    if once.find(tx, "grant", reference) is not None:
        return False
    moved = (
        (accounts.grant_fund(programme), -amount),
        (accounts.grant(card, programme), amount),
    )
    once.post(tx, "grant", make_posting("grant", reference, moved), at, shard_of(holder.member))
    if tx.get(GRANTS, programme, card) is None:
        tx.put(GRANTS, (programme, card))
    return True


def take_back_ended(tx: Tx, policy: Policy, at: datetime) -> Won:
    """Give back to each payer what cards still hold of programmes that have ended; return how much.

    A refund may bring such money back later still: the next day's run takes it.
    """
    today = business_day(at)
    living = {row.id for row in policy.live_grants(today)}
    ended = {row.id for row in policy.grants if row.span.valid_from <= today} - living
    return Won.total(_take_back(tx, programme, today, at) for programme in sorted(ended))


def _take_back(tx: Tx, programme: str, today: date, at: datetime) -> Won:
    left = list(
        tx.execute(
            "SELECT grants.card FROM grants JOIN accounts ON accounts.card = grants.card"
            " AND name = 'purse:' || grants.card || ':policy:' || programme"
            " WHERE programme = ? AND balance > 0 ORDER BY grants.card",
            (programme,),
        )
    )
    return Won.total(_take_from(tx, card, programme, today, at) for (card,) in left)


def _take_from(tx: Tx, card: str, programme: str, today: date, at: datetime) -> Won:
    holder = cards.by_id(tx, card)
    assert holder is not None
    name = accounts.grant(card, programme)
    left = books.balance(tx, name)  # Only now that the card is held.
    if left > ZERO:
        moved = ((name, -left), (accounts.grant_fund(programme), left))
        reference = f"{programme}:{card}:{today.isoformat()}"
        made = make_posting("grant_end", reference, moved)
        books.post(tx, made, at, shard_of(holder.member))
    return left
