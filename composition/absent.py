"""Stands in for a device the shop does not have. Never pretends that one is there."""

from __future__ import annotations

from pos.domain.card import CardRead, CardUpdate
from pos.domain.errors import ReaderUnavailable
from pos.domain.identifiers import TransactionId
from pos.ports import CardRequest, DeviceStatus, PrintOutcome, PrintResult

NONE = "none"


class NoReader:
    """The reader of a shop that takes cash alone."""

    async def present(self, request: CardRequest) -> CardRead:
        """Refuse.

        Raises:
            ReaderUnavailable: always.
        """
        raise ReaderUnavailable()

    async def complete(self, payment_id: TransactionId, for_card: bytes | None) -> CardUpdate:
        """No card waits."""
        return CardUpdate()

    async def cancel(self) -> None:
        """Nothing waits."""

    async def status(self) -> DeviceStatus:
        """Say that there is none."""
        return DeviceStatus(NONE, ready=False, problem="no_reader")


class NoPrinter:
    """The printer of a shop that prints nothing: jobs are done when they are due."""

    async def print(
        self, data: bytes, *, token: str, kick_drawer: bool, deadline_ms: int
    ) -> PrintResult:
        """Take the job; nothing can confirm it."""
        return PrintResult(PrintOutcome.UNCONFIRMED)

    async def kick_drawer(self, *, deadline_ms: int) -> PrintResult:
        """There is no drawer."""
        return PrintResult(PrintOutcome.NOT_STARTED, "no_printer")

    async def status(self, *, deadline_ms: int = 1_000) -> DeviceStatus:
        """Say that there is none."""
        return DeviceStatus(NONE, ready=False, problem="no_printer")
