"""Sets money aside with an approval, and says what the card is told. Never moves it without telling.

Runs in the transaction of the payment: both stand or neither does.
"""

from __future__ import annotations

from ledger.policy.policy import Policy
from ledger.server import accounts, books, rules
from ledger.server.cards import Card
from ledger.server.database import Tx
from ledger.server.judging import Ask
from ledger.server.offline_amount import refresh
from ledger.server.tables import CARD_COUNTERS, shard_of
from pos.domain.business_day import business_day
from pos.domain.tender import ApprovalMode, Purse


def answer_card(tx: Tx, ask: Ask, card: Card, policy: Policy) -> str:
    """Refresh what a card may approve by itself, and return what it is told; empty: it asked nothing.

    It is asked once a payment: the answer is kept with the payment, and said again word for word.
    """
    facts = ask.facts
    if ask.mode is not ApprovalMode.ONLINE or facts.holds is None or facts.for_card is None:
        return ""
    day = business_day(ask.at)
    decided = refresh(
        card.set_aside,
        facts.holds,
        charged=books.balance(tx, accounts.purse(card.id, Purse.CHARGED)),
        reserve=books.balance(tx, accounts.offline_reserve(card.id)),
        row=policy.offline_amount(day, day),
    )
    if decided is None:
        return facts.for_card(None)
    if decided.moved:
        posting = rules.set_aside(ask.payment_id.hex, card.id, decided.moved)
        books.post(tx, posting, ask.at, shard_of(card.member))
    tx.set(
        CARD_COUNTERS,
        (card.id,),
        offline_limit=decided.limit.amount,
        seen_limit=facts.holds.limit.amount,
        seen_spent=facts.holds.spent.amount,
    )
    return facts.for_card(decided.limit if decided.limit > facts.holds.limit else None)
