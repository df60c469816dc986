"""One thread that does blocking work and only passes messages. Never touches the event loop's state.

A transmit can't be interrupted, so a hung thread can't be ended, only written off: it is a
daemon, its late result is dropped, and the next worker is a new thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
_Job = Callable[[], None]


class Worker:
    """A thread with a row of jobs."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def submit(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Have the thread do the work; the future belongs to the running loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            try:
                result = work()
            except Exception as error:
                # The traceback holds the frames that saw the card; it ends here.
                tell(loop, _settle, future, None, error.with_traceback(None))
            else:
                tell(loop, _settle, future, result, None)

        self._jobs.put(job)
        return future

    def post(self, work: _Job) -> None:
        """Have the thread do something that nobody waits for."""
        self._jobs.put(work)

    def end(self) -> None:
        """Let the thread end after the job in hand."""
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def tell(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *args: Any) -> None:
    """Have the loop call something soon; a loop that is closed needs telling no more."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, *args)


def _settle(future: asyncio.Future[T], result: T, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
