"""Time, and the tasks that go on beside the screens, as Protocols. Never an implementation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, passed in so that a test or a simulation can own it."""

    def now(self) -> datetime:
        """Return the wall time, timezone-aware UTC. A label, never an order."""
        ...

    def monotonic_ms(self) -> int:
        """Return milliseconds that never go back, for deadlines."""
        ...

    async def sleep_ms(self, duration_ms: int) -> None:
        """Wait."""
        ...


class PrintSpool(Protocol):
    """The task that prints what the store holds, one job after the other."""

    def wake(self) -> None:
        """Look for new jobs now."""
        ...

    async def waiting(self) -> int:
        """Return how many jobs are not on paper yet."""
        ...

    @property
    def problem(self) -> str:
        """Why the last attempt failed, or empty."""
        ...


class SyncEngine(Protocol):
    """The task that forwards the outbox to the ledger."""

    @property
    def failures(self) -> int:
        """How many attempts in a row went without an answer; 0 after one that had one."""
        ...

    @property
    def progress(self) -> tuple[int, int]:
        """How many records the drain under way has settled, and of how many; (0, 0) if none is."""
        ...

    def wake(self) -> None:
        """Try now instead of at the next turn of the back-off."""
        ...


Listener = Callable[[], None]
