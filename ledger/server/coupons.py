"""Holds coupons: each pays of one payment, once. Never decides what a kind is worth; the dated rules do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.policy.policy import Policy
from ledger.policy.shop import Shop
from ledger.server.database import Tx
from ledger.server.tables import COUPONS
from pos.domain.identifiers import TransactionId
from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon that fits a payment, what it pays of it, and who pays that; `name` is what people call it."""

    id: str
    issuer: str
    worth: Won
    name: str = ""


def issue(tx: Tx, coupon: str, kind: str, card: str) -> bool:
    """Give a card a coupon; False if one of this id was given before."""
    before = tx.row("SELECT 1 FROM coupons WHERE id = ?", (coupon,))
    if before is None:
        tx.put(COUPONS, (coupon, kind, card, None))
    return before is None


def best(tx: Tx, card: str, shop: Shop, amount: Won, policy: Policy, day: date) -> Coupon | None:
    """Return the unused coupon that pays most of a payment here; of equal ones the first by id."""
    if not policy.coupons:
        return None
    held = tx.find(COUPONS, "card", card)
    fitting: list[Coupon] = []
    for coupon, kind, _, payment in sorted(held):
        if payment is not None:
            continue
        worth, issuer = policy.coupon_worth(kind, shop, amount, day)
        row = policy.coupon(kind, day)
        if worth > ZERO and row is not None:
            fitting.append(Coupon(coupon, issuer, worth, row.called))
    return max(fitting, key=lambda each: each.worth, default=None)


def use(tx: Tx, coupon: str, card: str, payment_id: TransactionId) -> None:
    """Mark a card's coupon used."""
    tx.set(COUPONS, (coupon, card), payment=payment_id.hex)


def release(tx: Tx, card: str, payment_id: TransactionId) -> None:
    """Let the coupon of a card's payment be used again, its money having gone back to its issuer."""
    for coupon, _, _, payment in list(tx.find(COUPONS, "card", card)):
        if payment == payment_id.hex:
            tx.set(COUPONS, (coupon, card), payment=None)
