"""Prints what the store holds, one job after the other for each printer. Never holds a sale up; never undoes one.

Printing is at least once, the drawer at most once: an attempt is durable before its first byte, so
after a crash the paper may come twice, marked 재발행, and the drawer stays shut (DESIGN 5). A job goes
to the printer of its kind; where that one fails for longer than its rule says, to the one named.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from offline_queue.print_jobs import PendingJob
from offline_queue.stations import MAIN, Station, by_name, kinds_of
from offline_queue.store import SqliteStore
from pos.ports import (
    Clock,
    DocumentRenderer,
    Printer,
    PrintJobFacts,
    PrintOutcome,
    PrintResult,
)

DEADLINE_MS = 10_000
BAD_DOCUMENT = "bad_document"
BACK_OFF_MS = (500, 1_000, 2_000, 3_000)  # A cashier who puts paper in looks at the printer.


class Spool:
    """A task of the composition root's; `wake` makes it look at once."""

    def __init__(
        self,
        *,
        store: SqliteStore,
        printer: Printer,
        renderer: DocumentRenderer,
        clock: Clock,
        changed: Callable[[], None] = lambda: None,
        instead: str = "",
        instead_after_ms: int = 20_000,
        others: Sequence[Station] = (),
    ) -> None:
        """Take the till's own printer, and others with what they print.

        Raises:
            ValueError: the printers' names, documents or stand-ins contradict each other.
        """
        self._store = store
        self._jobs = store.print_jobs
        main = Station(MAIN, printer, renderer, instead=instead, instead_after_ms=instead_after_ms)
        self._stations = (main, *others)
        self._named = by_name(self._stations)
        self._clock = clock
        self._changed = changed
        self._woken = {each.name: asyncio.Event() for each in self._stations}
        self._problems: dict[str, str] = {}
        self._failing_since_ms: dict[str, int] = {}
        self._given_up = ""

    @property
    def problem(self) -> str:
        """Why the last attempt failed, the till's own printer first, or that a document can't be drawn."""
        told = (self._problems.get(each.name, "") for each in self._stations)
        return next(filter(None, told), self._given_up)

    @property
    def problems(self) -> dict[str, str]:
        """Why the last attempt failed, by printer."""
        return {name: problem for name, problem in self._problems.items() if problem}

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call the listener when trouble comes or goes."""
        self._changed = listener

    def wake(self) -> None:
        """Look for jobs now."""
        for each in self._woken.values():
            each.set()

    async def waiting(self) -> int:
        """Return how many jobs are not on paper yet."""
        return await self._store.run(self._jobs.waiting)

    async def jobs(self, limit: int = 50) -> tuple[PrintJobFacts, ...]:
        """Return what waits, and the newest of the rest, newest first."""
        return await self._store.run(lambda: self._jobs.latest(limit))

    async def cancel(self, number: int) -> bool:
        """Print a job no more; False where it is being printed or is done."""
        return await self._store.run(lambda: self._jobs.cancel(number), write=True)

    async def again(self, number: int) -> bool:
        """Print a marked copy of a job that is over; False where it still waits."""
        queued = await self._store.run(lambda: self._jobs.again(number), write=True)
        self.wake()
        return queued

    async def run(self) -> None:
        """Print for ever.

        Raises:
            StoreError: the terminal's own record fails; selling stops.
        """
        await self._store.run(self._jobs.take_back, write=True)
        work = [asyncio.ensure_future(self._serve(each)) for each in self._stations]
        try:
            await asyncio.gather(*work)
        finally:
            for each in work:
                each.cancel()

    async def print_once(self, name: str = MAIN) -> bool | None:
        """Try a printer's oldest job once; True if it is done, False if it waits again, None if none is."""
        station = self._named[name]
        kinds = kinds_of(station, self._stations)
        on = await self._on(station)
        job = await self._store.run(lambda: self._jobs.begin_next(kinds), write=True)
        if job is None:
            return None
        try:
            data = on.renderer.render(job.kind, job.body, copy=job.copy)
        except ValueError:
            await self._give_up(station, job)
            return True
        result = await on.printer.print(
            data,
            token=f"{job.id % 10_000:04d}",
            kick_drawer=job.kick_drawer and on.has_drawer,
            deadline_ms=DEADLINE_MS,
        )
        done = await self._settle(job, result)
        if on is station:
            self._turn(station, "" if done else result.problem or "unknown")
        return done

    async def _serve(self, station: Station) -> None:
        failures, woken = 0, self._woken[station.name]
        while True:
            woken.clear()
            printed = await self.print_once(station.name)
            if printed is None:
                await woken.wait()
            elif printed:
                failures = 0
            else:
                await self._clock.sleep_ms(BACK_OFF_MS[min(failures, len(BACK_OFF_MS) - 1)])
                failures += 1

    async def _on(self, station: Station) -> Station:
        """Return who prints now: the station, or its stand-in while it fails for longer than its rule."""
        since = self._failing_since_ms.get(station.name)
        if not station.instead or since is None:
            return station
        if self._clock.monotonic_ms() - since < station.instead_after_ms:
            return station
        ready = (await station.printer.status()).ready
        return station if ready else self._named[station.instead]

    async def _give_up(self, station: Station, job: PendingJob) -> None:
        await self._store.run(lambda: self._jobs.give_up(job), write=True)
        self._given_up = BAD_DOCUMENT
        self._turn(station, "")
        if job.kick_drawer and station.has_drawer:  # The change is due all the same.
            await station.printer.kick_drawer(deadline_ms=DEADLINE_MS)

    async def _settle(self, job: PendingJob, result: PrintResult) -> bool:
        confirmed = result.outcome is PrintOutcome.CONFIRMED
        done = confirmed or result.outcome is PrintOutcome.UNCONFIRMED
        if done:
            await self._store.run(lambda: self._jobs.end(job, confirmed=confirmed), write=True)
        else:
            untouched = result.outcome is PrintOutcome.NOT_STARTED
            await self._store.run(lambda: self._jobs.retry(job, untouched=untouched), write=True)
        return done

    def _turn(self, station: Station, problem: str) -> None:
        self._problems[station.name] = problem
        if not problem:
            self._failing_since_ms.pop(station.name, None)
        else:
            self._failing_since_ms.setdefault(station.name, self._clock.monotonic_ms())
        self._changed()
