"""What a card can pay with, at a shop on a day. Reads only.

In this order: a coupon that fits, policy money of programmes that end soonest, policy money without
limits, the holder's own, cashback earned before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.policy.policy import Policy
from ledger.policy.shop import Shop
from ledger.server import accounts, books, coupons
from ledger.server.coupons import Coupon
from ledger.server.database import Tx
from ledger.server.rules import Source
from pos.domain.tender import Purse
from pos.domain.won import Won


@dataclass(frozen=True, slots=True)
class Funds:
    """What can pay, in the order drawn, and the coupon among it."""

    sources: tuple[Source, ...]
    coupon: Coupon | None = None

    @property
    def balance(self) -> Won:
        """What the card itself can pay here; a coupon is no balance."""
        mine = self.sources if self.coupon is None else self.sources[1:]
        return Won.total(each.amount for each in mine)


def find(tx: Tx, card: str, shop: Shop, amount: Won, policy: Policy, day: date) -> Funds:
    """Return what can pay a payment of this amount."""
    facts = shop.on(day, day)
    fitting = [row.id for row in policy.live_grants(day) if row.where.fits(shop.id, facts)]
    policy_purses = [accounts.grant(card, each) for each in fitting]
    policy_purses.append(accounts.purse(card, Purse.POLICY))
    named = [(name, Purse.POLICY) for name in policy_purses]
    named += [(accounts.purse(card, p), p) for p in accounts.DRAW_ORDER if p is not Purse.POLICY]
    sources = tuple(Source(name, which, books.balance(tx, name)) for name, which in named)
    coupon = coupons.best(tx, card, shop, amount, policy, day)
    if coupon is None:
        return Funds(sources)
    paid = Source(accounts.coupon(coupon.issuer), Purse.POLICY, coupon.worth)
    return Funds((paid, *sources), coupon)


def total(tx: Tx, card: str, policy: Policy, day: date) -> Won:
    """Return what a card holds, wherever it may be spent; what has ended is not counted."""
    names = [accounts.grant(card, row.id) for row in policy.live_grants(day)]
    return Won.total(books.balance(tx, name) for name in (*names, *accounts.purses(card).values()))
