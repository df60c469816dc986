"""Gives policy money to cards, programme by programme, and takes back what is left. Never lets it buy elsewhere.

Where and until when a programme's money may be spent stands in the dated rules; here is only who has it.
"""

from __future__ import annotations

from datetime import date, datetime

from ledger.policy.policy import Policy
from ledger.server import accounts, books
from ledger.server.database import Tx
from ledger.server.rules import make_posting
from pos.domain.business_day import business_day
from pos.domain.won import ZERO, Won


def give(tx: Tx, card: str, programme: str, amount: Won, reference: str, at: datetime) -> bool:
    """Give a card money of a programme; False, and nothing moves, if it was given under this reference.

    Raises:
        ValueError: it is 0 won or less.
    """
    if amount <= ZERO:
        raise ValueError(f"a grant is of 1 won or more, not {amount}")
    if tx.row("SELECT 1 FROM postings WHERE kind = 'grant' AND reference = ?", (reference,)):
        return False
    moved = (
        (accounts.grant_fund(programme), -amount),
        (accounts.grant(card, programme), amount),
    )
    books.post(tx, make_posting("grant", reference, moved), at)
    tx.execute(
        "INSERT INTO grants (programme, card) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (programme, card),
    )
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
            "SELECT card, balance FROM grants JOIN accounts"
            " ON name = 'purse:' || card || ':policy:' || programme"
            " WHERE programme = ? AND balance > 0 ORDER BY card",
            (programme,),
        )
    )
    for card, balance in left:
        moved = (
            (accounts.grant(card, programme), Won(-balance)),
            (accounts.grant_fund(programme), Won(balance)),
        )
        reference = f"{programme}:{card}:{today.isoformat()}"
        books.post(tx, make_posting("grant_end", reference, moved), at)
    return Won.total(Won(balance) for _, balance in left)
