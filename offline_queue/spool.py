"""Prints what the store holds, one job after the other. Never holds a sale up; never undoes one.

Printing is at least once, the drawer at most once: an attempt is durable before its first byte, so
after a crash the paper may come twice, marked 재발행, and the drawer stays shut (DESIGN 5).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from offline_queue.print_jobs import PendingJob
from offline_queue.store import SqliteStore
from pos.ports import Clock, DocumentRenderer, Printer, PrintOutcome, PrintResult

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
    ) -> None:
        self._store = store
        self._jobs = store.print_jobs
        self._printer = printer
        self._renderer = renderer
        self._clock = clock
        self._changed = changed
        self._woken = asyncio.Event()
        self._problem = ""
        self._given_up = ""

    @property
    def problem(self) -> str:
        """Why the last attempt failed, or that a document could never be drawn, or empty."""
        return self._problem or self._given_up

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call the listener when trouble comes or goes."""
        self._changed = listener

    def wake(self) -> None:
        """Look for jobs now."""
        self._woken.set()

    async def waiting(self) -> int:
        """Return how many jobs are not on paper yet."""
        return await self._store.run(self._jobs.waiting)

    async def run(self) -> None:
        """Print for ever.

        Raises:
            StoreError: the terminal's own record fails; selling stops.
        """
        await self._store.run(self._jobs.take_back, write=True)
        failures = 0
        while True:
            self._woken.clear()
            printed = await self.print_once()
            if printed is None:
                await self._woken.wait()
            elif printed:
                failures = 0
            else:
                await self._clock.sleep_ms(BACK_OFF_MS[min(failures, len(BACK_OFF_MS) - 1)])
                failures += 1

    async def print_once(self) -> bool | None:
        """Try the oldest job once; True if it is done, False if it waits again, None if none is."""
        job = await self._store.run(self._jobs.begin_next, write=True)
        if job is None:
            return None
        try:
            data = self._renderer.render(job.kind, job.body, copy=job.copy)
        except ValueError:
            await self._store.run(lambda: self._jobs.give_up(job), write=True)
            self._given_up = BAD_DOCUMENT
            self._turn("")
            if job.kick_drawer:  # The change is due all the same.
                await self._printer.kick_drawer(deadline_ms=DEADLINE_MS)
            return True
        result = await self._printer.print(
            data,
            token=f"{job.id % 10_000:04d}",
            kick_drawer=job.kick_drawer,
            deadline_ms=DEADLINE_MS,
        )
        return await self._settle(job, result)

    async def _settle(self, job: PendingJob, result: PrintResult) -> bool:
        done = result.outcome in (PrintOutcome.CONFIRMED, PrintOutcome.UNCONFIRMED)
        if done:
            await self._store.run(lambda: self._jobs.end(job), write=True)
        else:
            untouched = result.outcome is PrintOutcome.NOT_STARTED
            await self._store.run(lambda: self._jobs.retry(job, untouched=untouched), write=True)
        self._turn("" if done else result.problem or "unknown")
        return done

    def _turn(self, problem: str) -> None:
        self._problem = problem
        self._changed()
