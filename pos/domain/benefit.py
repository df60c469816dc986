"""What a customer gets beside the goods: coupons and 혜택플러스. Data only; the ledger alone gives them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pos.domain.rates import BASIS
from pos.domain.won import Won


class BenefitKind(StrEnum):
    """What a customer gets beside the goods."""

    COUPON = "coupon"  # The issuer pays it; on the card, as policy money.
    PLUS = "plus"  # 혜택플러스: more cashback, which the shop pays at settlement.


@dataclass(frozen=True, slots=True)
class Benefit:
    """One, as the ledger told it. It is never taken off the price: the VAT stands on all of it.

    Attributes:
        name: what the customer knows it by.
    """

    kind: BenefitKind
    name: str
    amount: Won


def plus_estimate(amount: Won, basis_points: int) -> Won:
    """Return what 혜택플러스 will come to at most: nothing is given on policy money and coupons."""
    return Won(amount.amount * basis_points // BASIS)


def percent(basis_points: int) -> str:
    """Return a rate as people write it: `3%`, `1.5%`."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"
