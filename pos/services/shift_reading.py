"""Reads the open shift from the journal: its events, how it stands, what its X says. Never writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from pos.domain.events import Event, from_record
from pos.domain.rates import Rates
from pos.domain.record import head_of
from pos.domain.report import summarize
from pos.domain.shift import ShiftClosed, ShiftOpened, shop_day
from pos.domain.shift_report import (
    ShiftReport,
    calendar_of,
    drawer_of,
    is_worth_closing,
    opening_of,
    people_of,
)
from pos.domain.won import Won
from pos.ports import Clock, PrintSpool, Store

PAGE = 1_000  # Records read at a time, so that the screens breathe between.


@dataclass(frozen=True, slots=True)
class ShiftStanding:
    """How the shift stands, without a word of what should be in the drawer.

    Attributes:
        opened: None where no float was given.
        last_closed: the newest close; None if there is none, or it was undone.
        sale_open: what stands on the open sale.
    """

    at: datetime
    day: date
    opened: ShiftOpened | None
    since: datetime | None
    last_closed: ShiftClosed | None
    sale_open: Won
    unsent: int
    unsent_amount: Won
    unprinted: int


class ShiftReader:
    """The open shift, anew from the journal at each question."""

    def __init__(
        self,
        *,
        store: Store,
        spool: PrintSpool,
        rates: Callable[[date], Rates],
        clock: Clock,
        begins_hour: int,
    ) -> None:
        self._store = store
        self._spool = spool
        self._rates = rates
        self._clock = clock
        self._begins_hour = begins_hour

    async def standing(self, sale_open: Won) -> ShiftStanding:
        """Return how the shift stands, with what stands on the open sale."""
        after, events, since, _head = await self.read()
        backlog = await self._store.backlog()
        return ShiftStanding(
            at=self._clock.now(),
            day=self._day(since),
            opened=opening_of(events),
            since=since,
            last_closed=await self.last_standing_close(after),
            sale_open=sale_open,
            unsent=backlog.count + backlog.parked,
            unsent_amount=backlog.amount,
            unprinted=await self._spool.waiting(),
        )

    async def read(self) -> tuple[int, list[Event], datetime | None, str]:
        """Return where the shift begins, its events, when its first was, and the journal's head."""
        after = place = await self._store.shift_after()
        events: list[Event] = []
        since: datetime | None = None
        head = ""
        while records := await self._store.records(after=place, limit=PAGE):
            found = [from_record(each) for each in records]
            if since is None:
                since = next((each.at for each in found if is_worth_closing([each])), None)
            events += found
            place, head = records[-1].sequence, head_of(records[-1].sequence, records[-1].hash)
        return after, events, since, head

    async def report(self, by: str) -> tuple[ShiftReport, int, list[Event]]:
        """Return the shift as an X by this person, where it begins, and its events.

        Raises:
            LookupError: no rates are in force on its day.
        """
        after, events, since, head = await self.read()
        now, backlog, day = self._clock.now(), await self._store.backlog(), self._day(since)
        opened = opening_of(events)
        summary = summarize(day, events, self._rates(day).private_app)
        report = ShiftReport(
            number=0,
            day=day,
            at=now,
            by=by,
            summary=replace(summary, head=head),
            drawer=drawer_of(events),
            people=people_of(events),
            calendar=calendar_of(events),
            since=since if opened is None else opened.at,
            opened_by="" if opened is None else opened.by,
            unsent=backlog.count + backlog.parked,
            unsent_amount=backlog.amount,
            unprinted=await self._spool.waiting(),
        )
        return report, after, events

    async def last_standing_close(self, after: int) -> ShiftClosed | None:
        """Return the close right before this shift; none where it was undone."""
        record = await self._store.last_record("shift.closed")
        if record is None or record.sequence != after:
            return None
        event = from_record(record)
        assert isinstance(event, ShiftClosed)
        return event

    async def next_number(self) -> int:
        """Return the number of the next Z; undone ones had theirs."""
        record = await self._store.last_record("shift.closed")
        if record is None:
            return 1
        event = from_record(record)
        assert isinstance(event, ShiftClosed)
        return event.number + 1

    def _day(self, since: datetime | None) -> date:
        return shop_day(since or self._clock.now(), self._begins_hour)
