"""Takes coupons that are shown at a till, by their code: whoever has it may use it, once. Never keeps a code.

A coupon on a card is drawn by itself with the card; here it is a payment of its own, for a part of a sale.
It costs the shop no fee and earns no cashback: its issuer pays it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from ledger.policy.policy import Policy
from ledger.policy.shop import Shop
from ledger.policy.terms import Terms
from ledger.server import accounts, payments, rules
from ledger.server.cards import ACTIVE, NO_ATC, Card
from ledger.server.coupons import Coupon
from ledger.server.database import Tx
from ledger.server.judging import Ask, Merchant, Yes
from ledger.server.tables import COUPONS
from pos.domain.business_day import business_day
from pos.domain.coupon import CouponOffer, CouponRefusal, coupon_code, read_coupon_code
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import ZERO, Won

BITS = 55
ID_DIGITS = 32
AT_ONCE_MAX = 1_000
LABEL = b"ieum coupon v1:"


def make(tx: Tx, kind: str, count: int, policy: Policy) -> list[str]:
    """Make coupons of a kind and return their codes, which are kept nowhere.

    Raises:
        LookupError: no rule knows the kind.
        ValueError: not 1 to 1,000 at once.
    """
    if not 1 <= count <= AT_ONCE_MAX:
        raise ValueError(f"1 to {AT_ONCE_MAX} coupons at once, not {count}")
    if not any(row.id == kind for row in policy.coupons):
        raise LookupError(f"coupon {kind}")
    codes = [coupon_code(secrets.randbits(BITS)) for _ in range(count)]
    for each in codes:
        name = _id_of(read_coupon_code(each))
        tx.put(COUPONS, (name, kind, _bearer(name), None))
    return codes


def ask(
    tx: Tx, code: str, total: Won, merchant: Merchant, policy: Policy, day: date
) -> CouponOffer | CouponRefusal:
    """Say what a coupon pays of a sale of this total; nothing changes."""
    name = _id_of(code)
    row = tx.get(COUPONS, name, _bearer(name))
    if row is None:
        return CouponRefusal(DeclineReason.COUPON_UNKNOWN)
    if row[3] is not None:
        return CouponRefusal(DeclineReason.COUPON_USED)
    found = _worth(policy, row[1], merchant.shop, total, day)
    return found if isinstance(found, CouponRefusal) else CouponOffer(found.name, found.worth)


@dataclass(frozen=True, slots=True)
class Shown:
    """A coupon as it was shown, and the total of the sale that it pays a part of."""

    code: str
    total: Won


def pay(tx: Tx, asked: Ask, shown: Shown, policy: Policy) -> Approval | Decline:
    """Pay with a coupon; it is used up by an approval alone, and free again once all of it went back.

    Raises:
        IdReused: as `payments.authorize`.
    """
    return payments.authorize(tx, asked, policy, partial(_judge, shown=shown))


def _judge(
    tx: Tx, asked: Ask, terms: Terms, policy: Policy, *, shown: Shown
) -> tuple[Yes, Terms] | Decline:
    if not (asked.merchant.eligible and terms.eligible):
        return Decline(DeclineReason.MERCHANT_NOT_ELIGIBLE)
    name = _id_of(shown.code)
    row = tx.get(COUPONS, name, _bearer(name))  # Held until the end: two tills, one coupon.
    if row is None:
        return Decline(DeclineReason.COUPON_UNKNOWN)
    if row[3] is not None:
        return Decline(DeclineReason.COUPON_USED)
    found = _worth(policy, row[1], asked.merchant.shop, shown.total, terms.day)
    if isinstance(found, CouponRefusal):
        return Decline(found.reason)
    if asked.amount > found.worth:
        return Decline(DeclineReason.COUPON_CHANGED)
    yes = Yes(
        card=_card(name),
        purses=(PurseDraw(Purse.POLICY, asked.amount),),
        drawn=((accounts.coupon(found.issuer), asked.amount),),
        cashback=rules.Cashback(),
        month=rules.month_of(business_day(asked.earned_at)),
        coupon=replace(found, id=name, worth=asked.amount),
    )
    return yes, replace(terms, fee_bp=0, fee_support_bp=0)


def _worth(policy: Policy, kind: str, shop: Shop, total: Won, day: date) -> Coupon | CouponRefusal:
    row = policy.coupon(kind, day)
    if row is None:
        return CouponRefusal(DeclineReason.COUPON_ENDED)
    if not row.where.fits(shop.id, shop.on(day, day)):
        return CouponRefusal(DeclineReason.COUPON_NOT_HERE)
    worth, issuer = policy.coupon_worth(kind, shop, total, day)
    if worth <= ZERO:
        return CouponRefusal(DeclineReason.COUPON_MINIMUM, row.minimum)
    return Coupon(kind, issuer, worth, row.called)


def _id_of(plain: str) -> str:
    """Return what a code is known by: who reads the ledger's tables can't spend what stands there."""
    return hashlib.sha256(LABEL + plain.encode()).hexdigest()[:ID_DIGITS]


def _bearer(name: str) -> str:
    """Return who holds it: nobody but itself, so that it has a shard of its own."""
    return f"bearer-{name}"


def _card(name: str) -> Card:
    holder = _bearer(name)
    return Card(holder, b"", ACTIVE, date.max, holder, NO_ATC)
