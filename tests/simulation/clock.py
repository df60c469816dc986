"""Time that jumps to the next thing that happens. Never waits, and never goes by the machine's clock."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 12:00 in Korea.


class Stuck(Exception):
    """Everybody waits for somebody, for ever."""


class VirtualLoop(asyncio.BaseEventLoop):
    """One thread, one order of things, no selector: asyncio's own spent a third of a shop-day in it."""

    _ready: deque[asyncio.Handle]
    _stopping: bool

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._made = 0  # Of two timers for one moment the one made first comes first.
        self.steps = 0
        self._doom_at = -1
        self._doom: Callable[[], None] = lambda: None

    def time(self) -> float:
        return self._now

    def doom(self, steps: int, what: Callable[[], None]) -> None:
        """Do this between two steps of whoever is at work then: a crash at any `await`."""
        self._doom_at, self._doom = self.steps + steps, what

    def call_soon(
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._made += 1
        heapq.heappush(self._timers, (when, self._made, timer))
        return timer

    def run_in_executor(
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Do it here and now: there is no other thread."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except BaseException as error:
            future.set_exception(error)
        return future

    def _run_once(self) -> None:
        """Do what is ready; if nothing is, go to the next moment in which something will be."""
        ready, timers = self._ready, self._timers
        while timers and (not ready or timers[0][0] <= self._now):
            when, _, timer = heapq.heappop(timers)
            if not timer.cancelled():
                self._now = max(self._now, when)
                ready.append(timer)
        if not ready and not self._stopping:
            raise Stuck
        for _ in range(len(ready)):
            handle = ready.popleft()
            self.steps += 1
            if self.steps == self._doom_at:
                self._doom()
            if not handle.cancelled():
                handle._run()

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Let it lie: it goes when its time comes."""

    def _write_to_self(self) -> None:
        """There is no other thread to be woken by."""


class TillClock:
    """What one till takes for the time; `skew` is how wrong it is, `frozen` that it stands still."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self.skew = timedelta(0)
        self.frozen: datetime | None = None

    def now(self) -> datetime:
        return self.frozen or true_time(self._loop) + self.skew

    def monotonic_ms(self) -> int:
        return int(self._loop.time() * 1_000)

    async def sleep_ms(self, duration_ms: int) -> None:
        await asyncio.sleep(duration_ms / 1_000)


def true_time(loop: VirtualLoop) -> datetime:
    return NOON + timedelta(milliseconds=int(loop.time() * 1_000))
