"""What travels with an approval for the papers alone. Never a condition of the payment."""

from __future__ import annotations

from typing import Literal

from ledger.contract.words import Amount, Balance, ShortText, Wire


class BenefitTold(Wire):
    """A coupon in a payment, or 혜택플러스 (the shop's own cashback), by what it is called."""

    kind: Literal["coupon", "plus"]
    name: ShortText
    amount: Amount


class FeeTold(Wire):
    """The shop's fee of a payment, and what the city gives back of it."""

    fee: Balance
    support: Balance
