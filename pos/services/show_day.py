"""The owner's day and what is unsent, from the journal. Never from what a screen remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pos.domain.business_day import business_day, day_bounds
from pos.domain.events import from_record
from pos.domain.order import Order
from pos.domain.rates import Rates, cost
from pos.domain.record import head_of
from pos.domain.report import DaySummary, summarize
from pos.domain.savings import Savings, add_up
from pos.domain.won import Won
from pos.ports import Backlog, Clock, Store

SAVING_KINDS = ("order.posted", "order.refunded")


@dataclass(frozen=True, slots=True)
class Day:
    """A day's figures beside what the ledger has not been told yet."""

    summary: DaySummary
    backlog: Backlog


class ShowDay:
    """Adds a business day up, for the screen, the paper and the command line alike."""

    def __init__(self, *, store: Store, rates: Callable[[date], Rates], clock: Clock) -> None:
        self._store = store
        self._rates = rates
        self._clock = clock

    async def show(self, day: date | None = None) -> Day:
        """Return a day's figures; None is today in Korea.

        Raises:
            StoreError: the journal can't be read.
            LookupError: no rates are in force on that day.
        """
        wanted = business_day(self._clock.now()) if day is None else day
        start, end = day_bounds(wanted)
        records = await self._store.records_between(start, end)
        events = [from_record(record) for record in records]
        summary = summarize(wanted, events, self._rates(wanted).private_app)
        if records:
            last = max(records, key=lambda record: record.sequence)
            summary = replace(summary, head=head_of(last.sequence, last.hash))
        return Day(summary, await self._store.backlog())

    async def savings(self, month: date) -> Savings:
        """Return what delivery orders saved in the month of a day, as far as the ledger has posted them.

        Raises:
            StoreError: the journal can't be read.
            LookupError: no rates are in force in it.
        """
        first = month.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
        start, end = day_bounds(first)[0], day_bounds(after)[0]
        records = await self._store.records_between(start, end, SAVING_KINDS)
        return add_up(map(from_record, records), self._rates)

    def rates(self, day: date) -> Rates:
        """Return the rates in force on a day.

        Raises:
            LookupError: there are none.
        """
        return self._rates(day)

    def elsewhere(self, order: Order) -> Won | None:
        """Return what an order would have cost on a private app; None without rates for its day."""
        try:
            rates = self._rates(business_day(order.placed_at))
        except LookupError:
            return None
        return cost(order.left, rates.private_app)
