"""Decides whether a payment stands, by card, shop and funds. Never posts; reads and counts ATCs only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledger.policy.policy import Policy
from ledger.policy.shop import Shop
from ledger.policy.terms import Terms
from ledger.server import accounts, books, cards, funds, rules
from ledger.server.cards import Card, CardFacts
from ledger.server.coupons import Coupon
from ledger.server.database import Tx
from ledger.server.tables import CASHBACK_MONTHS
from pos.domain.business_day import business_day
from pos.domain.card import Cryptogram
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Decline, DeclineReason
from pos.domain.tender import ApprovalMode, Purse, PurseDraw
from pos.domain.won import ZERO, Won

OUTAGE_MAX = timedelta(days=7)  # Longer ones are settled by the ledger's own clock.


def credible(said: datetime, at: datetime) -> datetime:
    """Return when something happened, by the terminal's word where that can be believed.

    A terminal's clock may be wrong, and its month decides a cap; so it can name neither the future
    nor more than an outage's length ago.
    """
    return said if at - OUTAGE_MAX <= said <= at else at


@dataclass(frozen=True, slots=True)
class Merchant:
    """A shop's terminal.

    Attributes:
        eligible: takes the voucher card at all.
        earns_cashback: a shop above the yearly limit still takes cards, without public cashback.
        shop: where it stands; what the dated rules look at.
    """

    id: int
    device: int
    eligible: bool
    earns_cashback: bool
    shop: Shop = Shop("")


@dataclass(frozen=True, slots=True)
class Ask:
    """A payment to be judged.

    Attributes:
        body_hash: over all that the terminal said; another one under a known id is refused.
        at: the ledger's time; the settlement day is taken from it.
        earned_at: when the customer paid; the cashback's month is taken from it.
        by_code: the card holder's app stands for the card, which made no cryptogram and counted nothing.
        refusal: why it can't stand, known before card, shop and funds are looked at.
    """

    payment_id: TransactionId
    merchant: Merchant
    amount: Won
    mode: ApprovalMode
    facts: CardFacts
    body_hash: bytes
    at: datetime
    earned_at: datetime
    by_code: bool = False
    refusal: DeclineReason | None = None


@dataclass(frozen=True, slots=True)
class Yes:
    """What the rules decided, before it is posted.

    Attributes:
        purses: what the cardholder is told; `drawn`: the accounts that really pay.
        month: whose cashback cap `cashback.base` counts against.
        coupon: used up by this payment.
    """

    card: Card
    purses: tuple[PurseDraw, ...]
    drawn: tuple[tuple[str, Won], ...]
    cashback: rules.Cashback
    month: str
    coupon: Coupon | None = None


def judge(tx: Tx, ask: Ask, terms: Terms, policy: Policy) -> Yes | Decline:
    """Decide by the card, the shop and the funds, in this order; the card's counter is used up."""
    if ask.refusal is not None:
        return Decline(ask.refusal)
    card = cards.find(tx, ask.facts.pan_key)
    if card is None:
        return Decline(DeclineReason.CARD_UNKNOWN)
    online = ask.mode is ApprovalMode.ONLINE
    genuine = ask.by_code or (
        is_genuine(ask) and cards.use_atc(tx, card, ask.facts.atc, online=online)
    )
    if not genuine:
        return Decline(DeclineReason.CARD_NOT_GENUINE)
    if not (ask.merchant.eligible and terms.eligible):
        return Decline(DeclineReason.MERCHANT_NOT_ELIGIBLE)
    if ask.mode is ApprovalMode.OFFLINE_GUARANTEED:  # The money was set aside for the shop.
        return _guaranteed(tx, ask, card, terms)
    if card.status != cards.ACTIVE:
        return Decline(DeclineReason.CARD_BLOCKED)
    if business_day(ask.earned_at) > card.expires_on:
        return Decline(DeclineReason.CARD_EXPIRED)
    held = funds.find(tx, card.id, ask.merchant.shop, ask.amount, policy, terms.day)
    draws = rules.draw(held.sources, ask.amount)
    if draws is None:
        return Decline(DeclineReason.INSUFFICIENT_FUNDS, held.balance)
    purses = rules.by_purse((each.purse, each.amount) for each in draws)
    drawn = ((each.account, each.amount) for each in draws)
    return replace(_yes(tx, ask, card, purses, drawn, terms), coupon=held.coupon)


def is_genuine(ask: Ask) -> bool:
    """Tell whether the card signed this very payment, in the manner that its mode asks for."""
    wanted = {
        ApprovalMode.ONLINE: (Cryptogram.ARQC,),
        ApprovalMode.OFFLINE_GUARANTEED: (Cryptogram.TC,),
        # The card wanted the ledger asked, or approved although the terminal was not sure.
        ApprovalMode.OFFLINE_AT_RISK: (Cryptogram.ARQC, Cryptogram.TC),
    }[ask.mode]
    facts = ask.facts
    return facts.cryptogram_right and facts.amount == ask.amount and facts.cryptogram in wanted


def _guaranteed(tx: Tx, ask: Ask, card: Card, terms: Terms) -> Yes:
    reserve = books.balance(tx, accounts.offline_reserve(card.id))
    purses = (PurseDraw(Purse.CHARGED, ask.amount),)  # The reserve came out of the charged purse.
    return _yes(tx, ask, card, purses, rules.guaranteed_draw(card.id, reserve, ask.amount), terms)


def _yes(
    tx: Tx,
    ask: Ask,
    card: Card,
    purses: tuple[PurseDraw, ...],
    drawn: Iterable[tuple[str, Won]],
    terms: Terms,
) -> Yes:
    month = rules.month_of(business_day(ask.earned_at))
    if not ask.merchant.earns_cashback:  # What the shop itself gives is its own affair.
        terms = replace(terms, cashback_bp=0, district_bp=0)
    row = tx.get(CASHBACK_MONTHS, card.member, month)
    cashback = rules.earn(purses, ZERO if row is None else Won(row[2]), terms)
    return Yes(card, purses, tuple(drawn), cashback, month)
