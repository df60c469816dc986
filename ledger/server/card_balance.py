"""Says what a card holds that was tapped to be asked. Never moves money; it uses the card's counter up.

The card has to sign for 0 won: who only knows its number learns nothing, and no signature of a payment
can be shown again to ask.
"""

from __future__ import annotations

from datetime import date

from ledger.policy.policy import Policy
from ledger.policy.shop import Shop
from ledger.server import accounts, books, cards, funds
from ledger.server.cards import CardFacts
from ledger.server.database import Tx
from pos.domain.card import Cryptogram
from pos.domain.card_balance import CardBalance
from pos.domain.payment_answers import Decline, DeclineReason
from pos.domain.tender import PurseDraw
from pos.domain.won import ZERO, Won


def ask(tx: Tx, facts: CardFacts, shop: Shop, policy: Policy, day: date) -> CardBalance | Decline:
    """Return what can pay here, purse by purse, what only pays elsewhere, and what lies on the card."""
    card = cards.find(tx, facts.pan_key)
    if card is None:
        return Decline(DeclineReason.CARD_UNKNOWN)
    signed = facts.cryptogram_right and facts.cryptogram is Cryptogram.ARQC
    if not (signed and facts.amount == ZERO and cards.use_atc(tx, card, facts.atc, online=True)):
        return Decline(DeclineReason.CARD_NOT_GENUINE)
    if card.status != cards.ACTIVE:
        return Decline(DeclineReason.CARD_BLOCKED)
    if day > card.expires_on:
        return Decline(DeclineReason.CARD_EXPIRED)
    sources = funds.find(tx, card.id, shop, ZERO, policy, day).sources
    here = tuple(
        PurseDraw(which, Won.total(each.amount for each in sources if each.purse is which))
        for which in accounts.DRAW_ORDER
    )
    usable = Won.total(each.amount for each in here)
    return CardBalance(
        purses=here,
        elsewhere=funds.total(tx, card.id, policy, day) - usable,
        on_card=books.balance(tx, accounts.offline_reserve(card.id)),
    )
