"""What an approval tells the terminal for its papers: fee, support, benefits, as they were posted. Posts nothing."""

from __future__ import annotations

from ledger.policy.terms import Terms, part_of
from ledger.server.judging import Yes
from pos.domain.card_slip import Benefit, BenefitKind, FeeNote, PaymentNotes
from pos.domain.won import ZERO, Won

PERCENT_BP = 100


def notes_of(yes: Yes, amount: Won, terms: Terms) -> PaymentNotes:
    """Return the notes of a payment that is being posted.

    Args:
        yes: what the rules decided.
        amount: the payment's.
        terms: those that it is posted by.
    """
    fee = FeeNote(part_of(amount, terms.fee_bp), part_of(amount, terms.fee_support_bp))
    benefits: list[Benefit] = []
    if yes.coupon is not None:
        benefits.append(Benefit(BenefitKind.COUPON, yes.coupon.kind, yes.coupon.worth))
    if yes.cashback.merchant_funded > ZERO:
        name = percent(terms.merchant_funded_bp)
        benefits.append(Benefit(BenefitKind.PLUS, name, yes.cashback.merchant_funded))
    return PaymentNotes(fee, tuple(benefits))


def percent(basis_points: int) -> str:
    """Return basis points as people write them: `5%`, `2.5%`."""
    whole, rest = divmod(basis_points, PERCENT_BP)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"
