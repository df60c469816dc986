"""What a shop is paid for a day or more, as printed (정산 명세서). Never adds entries up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class SettledDay:
    """One day as the ledger states it.

    Attributes:
        sales, reversed_, refunds: card money, before fees; the latter two are 0 won or less.
        orders: what a delivery app collected.
        fee, commission, merchant_funded: what goes off; the last is the shop's own cashback.
        carried: brought in from another day.
        fee_support_due: of the fee; paid with the half-year, not with the day.
        closed: it was paid, or carried over.
    """

    day: date
    pay_on: date
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
    def net(self) -> Won:
        """What the shop is paid; below 0 won, what it owes."""
        taken = self.sales + self.reversed_ + self.refunds + self.orders + self.carried
        return taken - self.fee - self.commission - self.merchant_funded


@dataclass(frozen=True, slots=True)
class SettlementPaper:
    """The days of one statement, in order.

    Raises:
        ValueError: it has no day.
    """

    days: tuple[SettledDay, ...]

    def __post_init__(self) -> None:
        if not self.days:
            raise ValueError("a statement is of one day or more")

    def sum_of(self, part: str) -> Won:
        """Return one figure over all days, by its name."""
        return Won.total(getattr(each, part) for each in self.days)
