"""Time, and the tasks that go on beside the screens, as Protocols. Never an implementation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pos.domain.codec import Json
from pos.ports.store import PrintKind


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


class PrintJobState(StrEnum):
    """Where a print job stands."""

    WAITING = "waiting"
    PRINTING = "printing"
    DONE = "done"  # The printer said that it is on paper.
    SENT = "sent"  # It was taken whole by a printer that can't say more.
    GIVEN_UP = "given_up"  # It can't be drawn at all.
    CANCELLED = "cancelled"  # A person does not want it any more.


@dataclass(frozen=True, slots=True)
class PrintJobFacts:
    """One job of the list.

    Attributes:
        attempts: how often something of it may have come on paper.
        reprint: asked for as a copy.
    """

    id: int
    kind: PrintKind
    subject: str
    state: PrintJobState
    attempts: int
    reprint: bool


class PrintSpool(Protocol):
    """The task that prints what the store holds, one job after the other."""

    async def jobs(self, limit: int = 50) -> tuple[PrintJobFacts, ...]:
        """Return what waits, and the newest of the rest, newest first."""
        ...

    async def cancel(self, number: int) -> bool:
        """Print a job no more; False where it is being printed or is done."""
        ...

    async def again(self, number: int) -> bool:
        """Print a marked copy of a job that is over; False where it still waits."""
        ...

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


class ReceiptLinks(Protocol):
    """Keeps papers as pages for customers' phones, for a while."""

    def put(self, kind: PrintKind, body: dict[str, Json]) -> str:
        """Keep a document's page; return the link, for a QR code.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
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
