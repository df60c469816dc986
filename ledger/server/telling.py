"""What an approval tells the terminal for its papers: fee, support, benefits, as they were posted. Posts nothing."""

from __future__ import annotations

from ledger.policy.terms import Terms, part_of
from ledger.server.judging import Yes
from pos.domain.benefit import Benefit, BenefitKind, percent
from pos.domain.card_slip import FeeNote
from pos.domain.won import ZERO, Won


def fee_of(amount: Won, terms: Terms) -> FeeNote:
    """Return what a payment costs the shop, and what the city gives back of it, by the terms it is posted by."""
    return FeeNote(part_of(amount, terms.fee_bp), part_of(amount, terms.fee_support_bp))


def benefits_of(yes: Yes, terms: Terms) -> tuple[Benefit, ...]:
    """Return what the customer is told of coupons and of the shop's own cashback."""
    told: list[Benefit] = []
    if yes.coupon is not None:
        told.append(Benefit(BenefitKind.COUPON, yes.coupon.name, yes.coupon.worth))
    if yes.cashback.merchant_funded > ZERO:
        rate = percent(terms.merchant_funded_bp)
        told.append(Benefit(BenefitKind.PLUS, rate, yes.cashback.merchant_funded))
    return tuple(told)
