"""The one writer: gathers concurrent jobs into one transaction. Never answers before the commit.

A job that fails takes nothing of its neighbours along. On SQLite, short jobs run on the event loop
and only their commit in the writer's thread: while that waits for the disk the next group gathers.
(With whole jobs in the thread, each statement waited for the interpreter to come back from the loop:
19 us against 1.5.) Heavy jobs, and all that wait for a database server, run in the thread.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ledger.server.database import (
    GROUP_MAX,
    Asked,
    Database,
    LedgerUnavailable,
    Tx,
    open_engine,
)
from ledger.server.tables import Needs

T = TypeVar("T")


@dataclass(slots=True)
class _Waiting(Asked):
    heavy: bool = False
    future: asyncio.Future[Any] = field(kw_only=True)


class Writer:
    """Runs jobs on the database, one group after the other.

    Attributes:
        on_feed: called on the event loop after a commit that appended to the feed.
    """

    def __init__(self, database: Database) -> None:
        self._waiting: list[_Waiting] = []
        self._busy = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="ledger-writer", daemon=True)
        self.on_feed: Callable[[], None] = lambda: None
        self._engine = open_engine(database)

    def start(self) -> None:
        """Begin to work; jobs are run for and answered on the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def close(self) -> None:
        """Finish the commit under way, and close the database."""
        self._tasks.put(None)
        if self._thread.is_alive():
            self._thread.join()
        self._engine.close()

    async def run(
        self, job: Callable[[Tx], T], *, heavy: bool = False, needs: Needs | None = None
    ) -> T:
        """Run a job and return its value once it is durable.

        Args:
            job: works on the database only; must not wait for anything else. It may be run again,
                from the beginning, where the transaction has to be.
            heavy: takes more than a few milliseconds.
            needs: the rows that it will ask for, as far as it knows.

        Raises:
            LedgerUnavailable: nothing of it stands.
            Exception: whatever the job raised; nothing of it stands.
        """
        assert self._loop is not None
        asked = _Waiting(job, needs, heavy=heavy, future=self._loop.create_future())
        self._waiting.append(asked)
        if not self._busy:
            self._busy = True
            # Not at once: all that this turn of the loop brings goes into one group.
            self._loop.call_soon(self._next)
        value: T = await asked.future
        return value

    def run_now(self, job: Callable[[Tx], T]) -> T:
        """Run a job before the writer was started (seeding).

        Raises:
            Exception: whatever the job raised; nothing of it stands.
        """
        assert self._loop is None
        return self._engine.run_now(job)

    def _next(self) -> None:
        """Take the next group; on the event loop."""
        group = self._waiting[:GROUP_MAX]
        del self._waiting[:GROUP_MAX]
        self._busy = bool(group)
        if not group:
            return
        if not self._engine.on_loop or any(asked.heavy for asked in group):
            self._tasks.put(lambda: self._finish(group, self._apply(group)))
            return
        problem = self._apply(group)
        self._tasks.put(lambda: self._finish(group, problem))

    def _apply(self, group: list[_Waiting]) -> LedgerUnavailable | None:
        """Begin, and run each job; return why the group as a whole is lost, if it is."""
        try:
            self._engine.apply(group)
        except Exception as error:
            return _unavailable(error)
        return None

    def _finish(self, group: list[_Waiting], problem: LedgerUnavailable | None) -> None:
        """Commit, or give the whole group up; in the writer's thread."""
        feed_grew = False
        if problem is None:
            try:
                feed_grew = self._engine.commit(group)
            except Exception as error:
                problem = _unavailable(error)
        if problem is not None:
            self._engine.give_up()
            for asked in group:
                asked.value, asked.error = None, problem
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._deliver, group, feed_grew)

    def _deliver(self, group: list[_Waiting], feed_grew: bool) -> None:
        """Answer whoever asked; on the event loop."""
        assert self._loop is not None
        for asked in group:
            if asked.future.done():  # Whoever asked has gone; what was posted stands.
                continue
            if asked.error is not None:
                asked.future.set_exception(asked.error)
            else:
                asked.future.set_result(asked.value)
        if feed_grew:
            self.on_feed()
        self._loop.call_soon(self._next)  # After the answers, which are scheduled by now.

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()


def _unavailable(error: Exception) -> LedgerUnavailable:
    """Return the error as whoever asked is to see it; a fault of the engine's own is one, too."""
    if isinstance(error, LedgerUnavailable):
        return error
    unavailable = LedgerUnavailable(repr(error))
    unavailable.__cause__ = error
    return unavailable
