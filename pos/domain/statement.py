"""A shop's statement of one day: what it took, what goes off, what is paid and when. Never adds entries up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class Statement:
    """What a shop took on a day and what of that it is paid (정산 명세).

    Attributes:
        pay_on, pay_days: when the net is paid, and how many business days after the day that is.
        sales, reversed_, refunds: card money, before fees; the latter two are 0 won or less.
        orders: what a delivery app collected for it.
        fee, commission, merchant_funded: what goes off; the last is the shop's own cashback.
        carried: brought in from another day: what was owed, or what a bank had sent back.
        fee_support_due: of the fee; paid with the half-year, not with the day.
        closed: it was paid, or what it owes was carried over.
    """

    shop: str
    day: date
    pay_on: date
    pay_days: int = 0
    sales: Won = ZERO
    reversed_: Won = ZERO
    refunds: Won = ZERO
    orders: Won = ZERO
    fee: Won = ZERO
    commission: Won = ZERO
    merchant_funded: Won = ZERO
    carried: Won = ZERO
    fee_support_due: Won = ZERO
    closed: bool = False

    @property
    def gross(self) -> Won:
        """What was taken, before anything goes off."""
        return self.sales + self.reversed_ + self.refunds + self.orders + self.carried

    @property
    def net(self) -> Won:
        """What the shop is paid; below 0 won, what it owes."""
        return self.gross - self.fee - self.commission - self.merchant_funded
