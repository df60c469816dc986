"""Time that jumps to the next thing that happens. Never waits, and never goes by the machine's clock."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 12:00 in Korea.


class Stuck(Exception):
    """Everybody waits for somebody, for ever."""


class _Handle:
    """What is to be done; asyncio's own asks the loop at each whether it is debugging."""

    __slots__ = ("_args", "_callback", "_cancelled", "_context", "_loop", "_when")

    def __init__(
        self,
        loop: VirtualLoop,
        callback: Callable[..., Any],
        args: tuple[Any, ...],
        context: Context | None,
        when: float = 0.0,
    ) -> None:
        self._loop, self._callback, self._args, self._when = loop, callback, args, when
        self._context = copy_context() if context is None else context
        self._cancelled = False

    def cancel(self) -> None:
        """Not to be done; it goes when its time comes."""
        self._cancelled = True

    def cancelled(self) -> bool:
        return self._cancelled

    def when(self) -> float:
        return self._when

    def run(self) -> None:
        try:
            self._context.run(self._callback, *self._args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            said = {"message": f"{self._callback} failed", "exception": error, "handle": self}
            self._loop.call_exception_handler(said)


class VirtualLoop(asyncio.BaseEventLoop):
    """One thread, one order of things, no selector: asyncio's own spent a third of a shop-day in it."""

    _ready: deque[_Handle]  # type: ignore[assignment]
    _stopping: bool

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._timers: list[tuple[float, int, _Handle]] = []
        self._made = 0  # Of two timers for one moment the one made first comes first.
        self.steps = 0
        self._doom_at = -1
        self._doom: Callable[[], None] = lambda: None

    def time(self) -> float:
        return self._now

    def doom(self, steps: int, what: Callable[[], None]) -> None:
        """Do this between two steps of whoever is at work then: a crash at any `await`."""
        self._doom_at, self._doom = self.steps + steps, what

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> _Handle:
        handle = _Handle(self, callback, args, context)
        self._ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> _Handle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> _Handle:
        timer = _Handle(self, callback, args, context, when)
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
                handle.run()

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
