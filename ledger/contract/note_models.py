"""What travels with an approval for the papers alone. Never a condition of the payment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ledger.contract.words import Amount, Balance, ShortText, Wire

Wanted = Annotated[bool, Field(exclude_if=lambda value: not value)]
"""Left out unless it is wanted: ledgers of before refuse a field that they do not know."""


class WireBenefit(Wire):
    """What the cardholder gets beside the goods: a coupon that paid, or more cashback of the shop's."""

    kind: Literal["coupon", "plus"]
    name: ShortText
    amount: Amount


class WireNotes(Wire):
    """For the papers: the shop's fee, what the city gives back of it, and the cardholder's benefits."""

    fee: Balance
    fee_support: Balance
    benefits: Annotated[tuple[WireBenefit, ...], Field(max_length=10)] = ()
