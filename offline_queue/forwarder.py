"""The sync engine: tells the ledger, in order, what it has not been told. Never decides a payment.

It survives a restart because its state is the outbox's rows. A record that the ledger can't take is
parked for a person and does not block the others; a whole batch that is refused is halved until the
one is found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from pos.domain.errors import LedgerError, LedgerRefused, TerminalNotAccepted
from pos.domain.events import Event, from_record, to_record
from pos.domain.forwarding import ForwardOutcome, ForwardStatus, follow_up
from pos.domain.record import Record
from pos.ports import Change, Clock, Ledger, Store

BATCH = 100  # Records a request; the ledger posts one batch in one transaction.
DEADLINE_MS = 15_000
HEAD_QUIET_MS = 5_000  # A busy till has better things to do than to ask after each sale.
HEAD_LATEST_MS = 60_000
BACK_OFF_MS = (500, 1_000, 2_000, 5_000, 15_000, 30_000)


class Forwarder:
    """A task of the composition root's; `wake` makes it look at once."""

    def __init__(
        self,
        *,
        store: Store,
        ledger: Ledger,
        clock: Clock,
        answered: Callable[[], None],
        failed: Callable[[], None],
        jitter: Callable[[], float],
        heard: Callable[[Sequence[Event]], None] = lambda _events: None,
    ) -> None:
        """Take the ports, and whom to tell how the line behaves.

        Args:
            store: whose outbox is emptied.
            ledger: who is told.
            clock: for the back-off.
            answered: called after each answer of the ledger.
            failed: called after each attempt without one.
            jitter: a number in [0, 1), so that a city's tills don't all come back at once.
            heard: called with what the answers add to the journal, once it stands there.
        """
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._answered = answered
        self._failed = failed
        self._jitter = jitter
        self._heard = heard
        self._woken = asyncio.Event()
        self._failures = 0
        self._progress = (0, 0)
        self._head_owed_at_ms: int | None = None

    @property
    def failures(self) -> int:
        """How many attempts in a row went without an answer."""
        return self._failures

    @property
    def progress(self) -> tuple[int, int]:
        """How far the drain under way is; (0, 0) if there is none."""
        return self._progress

    def wake(self) -> None:
        """Try now."""
        self._woken.set()

    async def run(self) -> None:
        """Forward for ever.

        Raises:
            StoreError: the terminal's own record fails; selling stops.
        """
        while True:
            self._woken.clear()
            try:
                if await self.drain():
                    self._owe_head()
                self._failures = 0
            except LedgerError as error:
                # Not accepted is an answer too; see `pos.services.follow_feed`.
                (self._answered if isinstance(error, TerminalNotAccepted) else self._failed)()
                self._failures += 1
                await self._back_off(self._failures - 1)
                continue
            await self._rest()

    async def drain(self) -> int:
        """Forward until nothing is left; return how many records were settled.

        While the ledger posts one batch, the last one's answers are written down and the next is
        read. A crash in between only means that the ledger is told once more, which is harmless.

        Raises:
            LedgerError: no answer; the same batch goes again at the next call.
            StoreError: an answer could not be written; it will be asked for again.
        """
        count = 0
        writing: asyncio.Task[None] | None = None
        records = await self._store.outbox(BATCH)
        try:
            while records:
                await self._note_progress(count, len(records))
                reading = asyncio.create_task(self._read_after(records))
                try:
                    outcomes = await self._tell(records)
                    self._answered()
                    if writing is not None:
                        await writing
                finally:
                    following = await reading
                writing = asyncio.create_task(self._settle(records[: len(outcomes)], outcomes))
                count += len(outcomes)
                if len(outcomes) < len(records) or not following:
                    await writing  # What comes next is only known once this is written.
                    following = await self._store.outbox(BATCH)
                records = following
        finally:
            self._progress = (0, 0)
            if writing is not None:
                await writing
        return count

    async def _note_progress(self, done: int, batch: int) -> None:
        """Count what waits where there is more than one batch: a long drain shows how far it is."""
        if not self._progress[1] and batch < BATCH:
            return
        total = self._progress[1] or (await self._store.backlog()).count
        self._progress = (done, max(total, done + batch))

    async def _read_after(self, records: Sequence[Record]) -> tuple[Record, ...]:
        return await self._store.outbox(BATCH, after=records[-1].sequence)

    async def _settle(self, records: Sequence[Record], outcomes: Sequence[ForwardOutcome]) -> None:
        at = self._clock.now()
        events: list[Event] = []
        settled: list[ForwardOutcome] = []
        for record, outcome in zip(records, outcomes, strict=True):
            event, kept = _follow(record, outcome, at)
            settled.append(kept)
            if event is not None:
                events.append(event)
        new = tuple(to_record(event) for event in events)
        await self._store.commit(Change(records=new, settled=tuple(settled)))
        if events:
            self._heard(events)

    async def _tell(self, records: Sequence[Record]) -> tuple[ForwardOutcome, ...]:
        try:
            outcomes = await self._ledger.forward(records, deadline_ms=DEADLINE_MS)
        except TerminalNotAccepted:
            raise  # It says nothing about these records.
        except LedgerRefused as error:
            if len(records) == 1:
                return (_poison(records[0], str(error)),)
            # Only the first half: the second must not be posted before it is settled.
            return await self._tell(records[: len(records) // 2])
        by_sequence = {outcome.sequence: outcome for outcome in outcomes}
        missing = [record for record in records if record.sequence not in by_sequence]
        if missing and missing[0] is records[0]:
            return (_poison(records[0], "the ledger gave no outcome for it"),)
        answered = records[: records.index(missing[0])] if missing else records
        return tuple(by_sequence[record.sequence] for record in answered)

    def _owe_head(self) -> None:
        if self._head_owed_at_ms is None:
            self._head_owed_at_ms = self._clock.monotonic_ms()

    async def _rest(self) -> None:
        """Wait to be woken; once it is quiet, ask how far the ledger knows the journal."""
        if self._head_owed_at_ms is None:
            await self._woken.wait()
            return
        waited_ms = self._clock.monotonic_ms() - self._head_owed_at_ms
        if waited_ms < HEAD_LATEST_MS and await self._woken_within(HEAD_QUIET_MS):
            return
        self._head_owed_at_ms = None
        with suppress(LedgerError):  # The next drain asks again.
            head = await self._ledger.head(deadline_ms=DEADLINE_MS)
            if head is not None:
                await self._store.commit(Change(ledger_head=head))

    async def _back_off(self, failures: int) -> None:
        longest = BACK_OFF_MS[min(failures, len(BACK_OFF_MS) - 1)]
        await self._woken_within(int(longest * (0.5 + self._jitter() / 2)))

    async def _woken_within(self, duration_ms: int) -> bool:
        """Wait, but no longer than until woken; tell whether that was so."""
        pause = asyncio.ensure_future(self._clock.sleep_ms(duration_ms))
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait((pause, woken), return_when=asyncio.FIRST_COMPLETED)
            return self._woken.is_set()
        finally:
            pause.cancel()
            woken.cancel()


def _follow(
    record: Record, outcome: ForwardOutcome, at: datetime
) -> tuple[Event | None, ForwardOutcome]:
    try:
        return follow_up(from_record(record), outcome, at), outcome
    except ValueError as error:
        return None, _poison(record, str(error))


def _poison(record: Record, problem: str) -> ForwardOutcome:
    return ForwardOutcome(record.sequence, ForwardStatus.POISON, problem=problem)
