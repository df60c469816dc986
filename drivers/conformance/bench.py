"""Benches to put a driver on: the driver, and a hand at its device. Never a check itself."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pos.domain.card import CardRead, mask_pan
from pos.ports import CardReader, CustomerDisplay, Scanner


class NotOffered(Exception):
    """This bench can't do that; what needs it is left out, and said to be."""


class Bench:
    """What every bench has. Each check is given a bench of its own."""

    async def begin(self) -> None:
        """Make the device ready; called before the check."""

    async def end(self) -> None:
        """Let everything go; called after it."""

    async def unplug(self) -> None:
        """Pull the device's cable, or end its service."""
        raise NotOffered

    async def plug_in(self) -> None:
        """Put it back, as after its own power cut; it need not come back under the same name."""
        raise NotOffered


class Role(StrEnum):
    """A card by what it is for. GOOD and OTHER are needed; without the rest, less is checked."""

    GOOD = "good"
    OTHER = "other"
    TORN = "torn"  # Leaves the reader in the middle of its transaction, each time.
    FOREIGN = "foreign"  # Another scheme's.


class CardBench(Bench):
    """A card reader's driver with a hand at its reader. `lay` and `lift` are needed.

    Attributes:
        reader: the driver.
        numbers: the clear number of each card there is, so that none is found where it must not be.
        notice_s: how long the reader may take to notice that a card came or went.
        knows_cards: it can tell that a card was here before. A code that pays once can't.
    """

    reader: CardReader
    numbers: Mapping[Role, str]
    notice_s = 0.5
    knows_cards = True

    async def lay(self, role: Role) -> None:
        """Lay a card on the reader, or put it in; one that lies there goes first."""
        raise NotImplementedError

    async def lift(self) -> None:
        """Take the card away. No-op without one."""
        raise NotImplementedError

    async def tear_after(self, role: Role, commands: int) -> None:
        """Lay a card down that leaves once it has answered so many commands."""
        raise NotOffered

    def is_of(self, read: CardRead, role: Role) -> bool:
        """Tell whether this was read from the card of that role."""
        return read.masked_pan == mask_pan(self.numbers[role])


class ScannerBench(Bench):
    """A scanner's driver and the other end of its line. `send` and `framed` are needed."""

    scanner: Scanner

    async def send(self, data: bytes) -> None:
        """Put bytes on the line, as the device would."""
        raise NotImplementedError

    def framed(self, code: str) -> bytes:
        """Return a code as the device sends it: with what stands before and behind."""
        raise NotImplementedError


class DisplayBench(Bench):
    """A customer display's driver and what a customer sees of it. `seen` is needed."""

    display: CustomerDisplay

    async def seen(self) -> str:
        """Return all that stands on the glass now, rows joined by line ends."""
        raise NotImplementedError
