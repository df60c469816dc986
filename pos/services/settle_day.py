"""What the ledger says of a day: the statement, and what the day differs in. Moves no money; keeps the last answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from pos.domain.business_day import day_bounds
from pos.domain.events import from_record
from pos.domain.rates import Rates
from pos.domain.reconciliation import DayAnswer, papers, printed_day, terminal_day
from pos.domain.report import summarize
from pos.ports import Change, Clock, DayBooks, Store
from pos.services.line import Line

STATEMENT_MS, COMPARE_MS = 5_000, 20_000  # A person waits; a day's ids are many.
KEPT_MAX = 200  # Differences; a day with more has one trouble, not two hundred.


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """What is known of a day.

    Attributes:
        answer: the last that the ledger said, now or before.
        unsent: records that it has not been told yet, of whichever day.
    """

    answer: DayAnswer
    unsent: int


class SettleDay:
    """Asks the ledger about days, and remembers what it said for when the line is down."""

    def __init__(
        self,
        *,
        store: Store,
        ledger: DayBooks,
        rates: Callable[[date], Rates],
        line: Line,
        clock: Clock,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._rates = rates
        self._line = line
        self._clock = clock
        self._keeping = asyncio.Lock()  # A statement and a comparison may come at once.

    async def kept(self, day: date) -> LedgerDay:
        """Return what the ledger last said of a day, without asking.

        Raises:
            StoreError: the terminal's own record can't be read.
        """
        answer = await self._store.day_answer(day)
        return LedgerDay(answer or DayAnswer(day), (await self._store.backlog()).count)

    async def statement(self, day: date) -> LedgerDay:
        """Ask for a day's statement.

        Raises:
            LedgerError: there was no answer, or no statement; what was kept stands.
            StoreError: the terminal's own record fails.
        """
        said = await self._ledger.statement(day, deadline_ms=STATEMENT_MS)
        at = self._heard()
        async with self._keeping:
            kept = (await self.kept(day)).answer
            return await self._keep(replace(kept, statement=said, statement_at=at))

    async def compare(self, day: date) -> LedgerDay:
        """Have the ledger compare the day with its own, by this terminal's journal.

        Raises:
            LedgerError, StoreError: as `statement`.
        """
        start, end = day_bounds(day)
        events = [from_record(each) for each in await self._store.records_between(start, end)]
        try:
            printed = printed_day(summarize(day, events, self._rates(day).private_app))
        except LookupError:  # No rates, so no report of that day either.
            printed = None
        said = await self._ledger.compare(
            day, terminal_day(day, events), printed, deadline_ms=COMPARE_MS
        )
        at = self._heard()
        shown = said.differences[:KEPT_MAX]
        names = papers(events)
        async with self._keeping:
            kept = (await self.kept(day)).answer
            return await self._keep(
                replace(
                    kept,
                    comparison=replace(said, differences=shown),
                    compared_at=at,
                    papers={e.subject: names[e.subject] for e in shown if e.subject in names},
                    more=len(said.differences) - len(shown),
                )
            )

    def _heard(self) -> datetime:
        """Note that the ledger answered."""
        at = self._clock.now()
        self._line.heard_at = at
        return at

    async def _keep(self, answer: DayAnswer) -> LedgerDay:
        await self._store.commit(Change(day_answer=answer))
        return await self.kept(answer.day)
