"""What the city's app saved a shop against a private one, with the whole sum. Pure; never an estimate of sales."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from pos.domain.business_day import business_day
from pos.domain.order_events import OrderPosted, OrderRefunded
from pos.domain.rates import Cost, Rates, cost_parts
from pos.domain.won import ZERO, Won

MILLION = Won(1_000_000)


@dataclass(frozen=True, slots=True)
class Savings:
    """A stretch of days.

    Attributes:
        orders: posted by the ledger; `sales` is what they came to, refunds taken off.
        commission: what the ledger took for them, less what it gave back.
        elsewhere: what the same orders would have cost on a private app, by each day's rates.
    """

    orders: int = 0
    sales: Won = ZERO
    commission: Won = ZERO
    elsewhere: Cost = Cost()

    @property
    def saved(self) -> Won:
        """What was not paid."""
        return self.elsewhere.total - self.commission

    @property
    def saved_per_million(self) -> Won:
        """The same for each 1,000,000 won of sales, rounded down; 0 won without sales."""
        if self.sales <= ZERO:
            return ZERO
        return Won(self.saved.amount * MILLION.amount // self.sales.amount)


def add_up(events: Iterable[object], rates: Callable[[date], Rates]) -> Savings:
    """Add up what the ledger said of orders; each by the rates of its own day.

    Raises:
        LookupError: no rates are in force on one of the days.
    """
    total = Savings()
    for event in events:
        match event:
            case OrderPosted(total=amount, commission=commission, at=at):
                there = cost_parts(amount, rates(business_day(at)).private_app)
                total = replace(
                    total,
                    orders=total.orders + 1,
                    sales=total.sales + amount,
                    commission=total.commission + commission,
                    elsewhere=total.elsewhere.plus(there),
                )
            case OrderRefunded(amount=amount, commission_back=back, at=at):
                there = cost_parts(amount, rates(business_day(at)).private_app)
                total = replace(
                    total,
                    sales=total.sales - amount,
                    commission=total.commission - back,
                    elsewhere=total.elsewhere.minus(there),
                )
            case _:
                pass
    return total
