"""What holds for one shop on one day: the dated rows, put together. Never looks a row up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pos.domain.rates import BASIS
from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class Terms:
    """Rates in basis points: 100 is 1 %.

    Attributes:
        day: that they hold on.
        cashback_bp: the city's.
        cashback_monthly_spend: won of a member's spend a month that earn the city's and the
            district's cashback.
        fee_bp: what a card payment costs the shop at once.
        fee_support_bp: what the city gives back of that later.
        commission_bp: by order channel; an unknown channel costs nothing.
        commission_vat_bp: VAT on top of the commission, by channel.
        district_bp, district: what a district adds, and which pays it.
        merchant_funded_bp: what the shop itself adds; not limited by the month.
        eligible: the voucher card is taken at all.

    Raises:
        ValueError: a rate is not 0 to 100 %, or the cap is negative.
    """

    day: date
    cashback_bp: int
    cashback_monthly_spend: Won
    fee_bp: int
    fee_support_bp: int
    commission_bp: Mapping[str, int]
    commission_vat_bp: Mapping[str, int] = field(default_factory=dict[str, int])
    district_bp: int = 0
    district: str = ""
    merchant_funded_bp: int = 0
    eligible: bool = True

    def __post_init__(self) -> None:
        rates = (
            self.cashback_bp,
            self.fee_bp,
            self.fee_support_bp,
            self.district_bp,
            self.merchant_funded_bp,
            *self.commission_bp.values(),
            *self.commission_vat_bp.values(),
        )
        if any(not 0 <= rate <= BASIS for rate in rates) or self.cashback_monthly_spend < ZERO:
            raise ValueError(f"terms of {self.day}: rates are 0 to {BASIS}, the cap >= 0")


def part_of(amount: Won, basis_points: int) -> Won:
    """Return that many basis points of an amount, rounded down: fees and cashback never round up."""
    return Won(amount.amount * basis_points // BASIS)
