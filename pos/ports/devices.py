"""Reader, printer and paper, as Protocols. Never an implementation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pos.domain.card import CardRead, CardUpdate
from pos.domain.codec import Json
from pos.domain.customer_view import CustomerView
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won
from pos.ports.store import PrintKind


@dataclass(frozen=True, slots=True)
class CardRequest:
    """Ask for a card for one payment.

    Attributes:
        online: the line is believed up, so the card is asked for an ARQC; otherwise the card is
            asked to approve by itself (TC).
    """

    payment_id: TransactionId
    amount: Won
    online: bool
    at: datetime
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """How a device is, in words for the status line and the doctor.

    Attributes:
        problem: empty when ready; otherwise a code of the device's own (`paper_out`, `no_reader`).
        warning: what will soon be a problem (`paper_low`); it works.
        drawer_open: of a printer's cash drawer; None where nothing tells.
    """

    name: str
    ready: bool
    problem: str = ""
    warning: str = ""
    drawer_open: bool | None = None


class CardReader(Protocol):
    """One card reader.

    Guarantee: after any error the card is read anew; two cards are never mixed. A clear card
    number never leaves the driver.
    """

    async def present(self, request: CardRequest) -> CardRead:
        """Wait for a card and run its transaction.

        Raises:
            CardError: one of its leaves; nothing was charged.
        """
        ...

    async def complete(self, payment_id: TransactionId, for_card: bytes | None) -> CardUpdate:
        """Hand the ledger's answer to the card that asked for it, and let the card go.

        The card of the last `present` is kept until then where it wants an answer; the next
        `present` lets it go as well. Never raises, and never takes long: a card that is gone, or
        another payment's, is a value.

        Args:
            payment_id: that the card asked for.
            for_card: the approval's, as the ledger gave it; None where there is no approval.
        """
        ...

    async def cancel(self) -> None:
        """End a waiting `present`, which then raises CardCancelled. No-op otherwise."""
        ...

    async def status(self) -> DeviceStatus:
        """Return whether the reader can be used."""
        ...


class PrintOutcome(StrEnum):
    """How printing ended."""

    CONFIRMED = "confirmed"  # The printer said that it is on paper.
    UNCONFIRMED = "unconfirmed"  # All bytes were taken, and the printer reports no trouble.
    NOT_STARTED = "not_started"  # Not a byte was taken: try again, no mark needed.
    BROKEN_OFF = "broken_off"  # Some may be on paper: the next copy is marked 재발행.


@dataclass(frozen=True, slots=True)
class PrintResult:
    """The outcome, and the trouble if there was any (`paper_out`, `cover_open`, `offline`...)."""

    outcome: PrintOutcome
    problem: str = ""


class Printer(Protocol):
    """One receipt printer."""

    async def print(
        self, data: bytes, *, token: str, kick_drawer: bool, deadline_ms: int
    ) -> PrintResult:
        """Send one job. `token` is 4 ASCII characters the printer echoes when done. Never raises."""
        ...

    async def kick_drawer(self, *, deadline_ms: int) -> PrintResult:
        """Open the cash drawer, once."""
        ...

    async def status(self, *, deadline_ms: int = 1_000) -> DeviceStatus:
        """Return whether it can print."""
        ...


class Scanner(Protocol):
    """One barcode scanner that has a line of its own.

    Guarantee: codes come whole, one by one and in order; half a code, noise or a flood is an error
    and no code. A line that is lost is looked for again without being asked.
    """

    async def next_code(self) -> str:
        """Wait for the next code.

        Raises:
            ScanError: one of its leaves; nothing of it was a code. Call again for the next.
        """
        ...

    async def status(self) -> DeviceStatus:
        """Return whether it can be used."""
        ...

    async def close(self) -> None:
        """Let the line go; a waiting `next_code` is cancelled by its caller."""
        ...


class CustomerDisplay(Protocol):
    """What the customer looks at.

    Guarantee: it shows the newest view it was given, or says that it does not. It may be slow or dead:
    no sale waits for it.
    """

    async def show(self, view: CustomerView) -> None:
        """Show this from now on, in place of what stood there.

        Raises:
            DisplayError: it does not show it; what it shows is not known.
        """
        ...

    async def status(self) -> DeviceStatus:
        """Return whether it can be used."""
        ...

    async def close(self) -> None:
        """Leave it dark, as far as it can be reached."""
        ...


class DocumentRenderer(Protocol):
    """Turns what the spool holds into printer bytes."""

    def render(self, kind: PrintKind, body: dict[str, Json], *, copy: int) -> bytes:
        """Return the bytes of a document; copy 1 is the original, more are marked 재발행.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        ...
