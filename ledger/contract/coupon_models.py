"""What travels of a coupon that is shown at a till. Never a coupon that lies on a card: the card brings it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, RootModel

from ledger.contract.words import Amount, Balance, ShortText, Wire

CouponText = Annotated[str, Field(pattern="^[0-9A-HJKMNP-TV-Z]{12}$")]
CouponReason = Literal[
    "coupon_unknown",
    "coupon_used",
    "coupon_ended",
    "coupon_minimum",
    "coupon_not_here",
    "merchant_not_eligible",
]


class CouponQuestion(Wire):
    """What does a coupon pay of a sale of this total?"""

    code: CouponText
    total: Amount


class CouponPays(Wire):
    """So much, now and here; asking used nothing up."""

    status: Literal["pays"] = "pays"
    name: ShortText
    amount: Amount


class CouponRefused(Wire):
    """Nothing, and why; `minimum` is the sale that it is taken from on."""

    status: Literal["refused"] = "refused"
    reason: CouponReason
    minimum: Balance = 0


class CouponAnswer(RootModel[Annotated[CouponPays | CouponRefused, Field(discriminator="status")]]):
    """The answer to a question about a coupon."""


class CouponRequest(Wire):
    """One online payment by a coupon; its id is in the path. `amount` is at most what it pays of `total`."""

    amount: Amount
    total: Amount
    code: CouponText
    at: AwareDatetime
