"""Time that jumps to the next thing that happens. Never waits, and never goes by the machine's clock."""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 12:00 in Korea.


class Stuck(Exception):
    """Everybody waits for somebody, for ever."""


class _Jump(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    """Instead of waiting for a socket, tells the loop that the time is over."""

    jumped = 0.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise Stuck
        self.jumped += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """One thread, one order of things."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.jumped


class TillClock:
    """What one till takes for the time; `skew` is how wrong it is."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self.skew = timedelta(0)

    def now(self) -> datetime:
        return true_time(self._loop) + self.skew

    def monotonic_ms(self) -> int:
        return int(self._loop.time() * 1_000)

    async def sleep_ms(self, duration_ms: int) -> None:
        await asyncio.sleep(duration_ms / 1_000)


def true_time(loop: VirtualLoop) -> datetime:
    return NOON + timedelta(milliseconds=int(loop.time() * 1_000))
