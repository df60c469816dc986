"""Opens, counts and closes the till's shift, and moves its cash. Never a sale; never a device by name.

Whatever opens the drawer is on record first, and then the drawer is kicked once: after a crash in
between it stays shut.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from pos.domain.codec import Json, encode
from pos.domain.events import DrawerOpened, Event, to_record
from pos.domain.people import Grant, Permission
from pos.domain.rates import Rates
from pos.domain.shift import (
    PIECES_MAX,
    REASON_MAX,
    CashCounted,
    CashMove,
    CashMoved,
    CloseUndone,
    Count,
    ShiftClosed,
    ShiftOpened,
    ShiftRules,
    within,
)
from pos.domain.shift_errors import (
    AmountNotRight,
    DifferenceNotAccepted,
    NothingToClose,
    NothingToUndo,
    ReasonMissing,
    SaleStillOpen,
    ShiftMovedOn,
    ShiftOpenAlready,
)
from pos.domain.shift_report import (
    ShiftReport,
    drawer_of,
    is_worth_closing,
    opening_of,
)
from pos.domain.won import ZERO, Won
from pos.ports import (
    Change,
    Clock,
    NewPrintJob,
    Printer,
    PrintKind,
    PrintResult,
    PrintSpool,
    Store,
)
from pos.services.build_sale import Counter
from pos.services.shift_reading import ShiftReader, ShiftStanding

AMOUNT_MAX = Won(99_999_999)
KICK_MS = 3_000
USUAL_RULES = ShiftRules()


class ShiftDesk:
    """The shift keys. Every act that needs a permission is shown the grant of it."""

    def __init__(
        self,
        *,
        store: Store,
        spool: PrintSpool,
        printer: Printer,
        counter: Counter,
        rates: Callable[[date], Rates],
        clock: Clock,
        rules: ShiftRules = USUAL_RULES,
    ) -> None:
        self._store = store
        self._spool = spool
        self._printer = printer
        self._counter = counter
        self._clock = clock
        self._reader = ShiftReader(
            store=store, spool=spool, rates=rates, clock=clock, begins_hour=rules.day_begins_hour
        )
        self._turn = asyncio.Lock()
        self.rules = rules

    async def standing(self) -> ShiftStanding:
        """Return how the shift stands.

        Raises:
            StoreError: the journal can't be read.
        """
        return await self._reader.standing(self._counter.sale.total)

    async def open(self, cash_float: Won, *, by: str) -> None:
        """Begin with a float.

        Raises:
            ShiftOpenAlready, AmountNotRight: nothing was written.
            StoreUnavailable: so.
        """
        async with self._turn:
            if not ZERO <= cash_float <= AMOUNT_MAX:
                raise AmountNotRight(limit=AMOUNT_MAX)
            _after, events, _since, _head = await self._reader.read()
            opened = opening_of(events)
            if opened is not None:
                raise ShiftOpenAlready(amount=opened.cash_float)
            await self._write(ShiftOpened(cash_float, by, self._clock.now()))

    async def move(self, grant: Grant, move: CashMove, amount: Won, reason: str) -> PrintResult:
        """Record cash going in or out, print its slip, and kick the drawer once.

        Raises:
            AmountNotRight, ReasonMissing: nothing was written, and the drawer stays shut.
            StoreUnavailable: so.
        """
        _check(grant, Permission.CASH_IN_OUT)
        if not ZERO < amount <= AMOUNT_MAX:
            raise AmountNotRight(limit=AMOUNT_MAX)
        now = self._clock.now()
        moved = CashMoved(move, amount, _reason(reason), grant.by, now, grant.allowed_by)
        slip = NewPrintJob(PrintKind.CASH_SLIP, f"cash:{now.isoformat()}", _body(moved))
        async with self._turn:
            await self._write(moved, slip=slip)
        self._spool.wake()
        return await self._printer.kick_drawer(deadline_ms=KICK_MS)

    async def open_drawer(self, grant: Grant, why: str) -> PrintResult:
        """Open the drawer without a sale: on record first, then one kick.

        Raises:
            ReasonMissing: the drawer stays shut.
            StoreUnavailable: so.
        """
        _check(grant, Permission.OPEN_DRAWER)
        opened = DrawerOpened(_reason(why), self._clock.now(), grant.by, grant.allowed_by)
        async with self._turn:
            await self._write(opened)
        return await self._printer.kick_drawer(deadline_ms=KICK_MS)

    async def x_report(self, grant: Grant) -> ShiftReport:
        """Return the shift so far, and print it.

        Raises:
            StoreError: nothing was printed.
            LookupError: no rates are in force on the shift's day.
        """
        _check(grant, Permission.SEE_DAY)
        report = (await self._reader.report(grant.by))[0]
        subject = f"x:{report.at.isoformat()}"
        job = NewPrintJob(PrintKind.SHIFT_REPORT, subject, _body(report))
        await self._store.commit(Change(print_jobs=(job,)))
        self._spool.wake()
        return report

    async def count_sheet(self) -> None:
        """Print the empty sheet to count the drawer on.

        Raises:
            StoreUnavailable: nothing was queued.
        """
        now = self._clock.now()
        job = NewPrintJob(PrintKind.COUNT_SHEET, f"count:{now.isoformat()}", {})
        await self._store.commit(Change(print_jobs=(job,)))
        self._spool.wake()

    async def check(self) -> None:
        """Refuse what can't be closed, before anybody counts for nothing.

        Raises:
            SaleStillOpen, NothingToClose.
        """
        _after, events, _since, _head = await self._reader.read()
        self._check_closable(events)

    async def count(self, grant: Grant, counts: tuple[Count, ...]) -> CashCounted:
        """Write a count down, and only then tell what should be there.

        Raises:
            SaleStillOpen, NothingToClose, AmountNotRight: nothing was written.
            StoreUnavailable: so.
        """
        _check(grant, Permission.CLOSE_DAY)
        if any(not 0 <= each.pieces <= PIECES_MAX for each in counts):
            raise AmountNotRight(limit=AMOUNT_MAX)
        async with self._turn:
            _after, events, _since, _head = await self._reader.read()
            self._check_closable(events)
            expected = drawer_of(events).expected
            made = CashCounted(counts, expected, grant.by, self._clock.now())
            await self._write(made)
            return made

    async def close(
        self, grant: Grant, count: CashCounted, accepted: Grant | None = None
    ) -> ShiftReport:
        """Close the shift with a count, and print the Z.

        Raises:
            ShiftError: nothing was closed.
            StoreUnavailable: so.
            LookupError: no rates are in force on the shift's day.
        """
        _check(grant, Permission.CLOSE_DAY)
        async with self._turn:
            report, after, events = await self._reader.report(grant.by)
            self._check_closable(events)
            if report.drawer.expected != count.expected:
                raise ShiftMovedOn()
            limit, accepted_by = self.rules.difference_limit, ""
            if not within(count.difference, limit):
                if accepted is None:
                    raise DifferenceNotAccepted(difference=count.difference, limit=limit)
                _check(accepted, Permission.ACCEPT_DIFFERENCE)
                accepted_by = accepted.allowed_by or accepted.by
            number = await self._reader.next_number()
            report = replace(report, number=number, count=count, accepted_by=accepted_by)
            closed = ShiftClosed(
                number=number,
                day=report.day,
                after=after,
                sales=report.summary.sales.amount,
                refunds=report.summary.refunds.amount,
                count=count,
                by=grant.by,
                at=report.at,
                accepted_by=accepted_by,
                allowed_by=grant.allowed_by,
            )
            paper = NewPrintJob(PrintKind.SHIFT_REPORT, f"z:{number}", _body(report))
            await self._write(closed, slip=paper)
        self._spool.wake()
        return report

    async def undo_close(self, grant: Grant, reason: str) -> CloseUndone:
        """Undo the newest close by a new record; its shift goes on, with all that came since.

        Raises:
            NothingToUndo, ReasonMissing: nothing changed.
            StoreUnavailable: so.
        """
        _check(grant, Permission.UNDO_CLOSE)
        async with self._turn:
            after, events, _since, _head = await self._reader.read()
            closed = await self._reader.last_standing_close(after)
            if closed is None or opening_of(events) is not None:
                raise NothingToUndo()
            undone = CloseUndone(
                closed.number,
                closed.after,
                _reason(reason),
                grant.by,
                self._clock.now(),
                grant.allowed_by,
            )
            await self._write(undone)
            return undone

    def _check_closable(self, events: list[Event]) -> None:
        if self._counter.sale.lines or self._counter.paying:
            raise SaleStillOpen(total=self._counter.sale.total)
        if not is_worth_closing(events):
            raise NothingToClose()

    async def _write(self, event: Event, *, slip: NewPrintJob | None = None) -> None:
        jobs = () if slip is None else (slip,)
        await self._store.commit(Change(records=(to_record(event),), print_jobs=jobs))


def _check(grant: Grant, needed: Permission) -> None:
    """Hold the screens to it: a use case shown another permission's grant is a programming error."""
    if grant.permission is not needed:
        raise ValueError(f"{needed} needs its own grant, not {grant.permission}'s")


def _reason(text: str) -> str:
    reason = " ".join(text.split())[:REASON_MAX]
    if not reason:
        raise ReasonMissing()
    return reason


def _body(value: object) -> dict[str, Json]:
    body = encode(value)
    assert isinstance(body, dict)
    return body
