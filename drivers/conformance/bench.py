"""A bench to put a card reader's driver on: the driver, and a hand with cards. Never a check itself."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pos.ports import CardReader


class Role(StrEnum):
    """A card by what it is for. GOOD and OTHER are needed; without the rest, less is checked."""

    GOOD = "good"
    OTHER = "other"
    TORN = "torn"  # Leaves the reader in the middle of its transaction, each time.
    FOREIGN = "foreign"  # Another scheme's.


class NotOffered(Exception):
    """This bench can't do that; what needs it is left out, and said to be."""


class Bench:
    """One driver with a hand at its reader. Subclass it; `lay` and `lift` are needed.

    Attributes:
        reader: the driver.
        numbers: the clear number of each card there is, so that none is found where it must not be.
        notice_s: how long the reader may take to notice that a card came or went.
        answer_s: how long a card may take from there to its answer.
    """

    reader: CardReader
    numbers: Mapping[Role, str]
    notice_s = 0.5
    answer_s = 1.0

    async def lay(self, role: Role) -> None:
        """Lay a card on the reader, or put it in; one that lies there goes first."""
        raise NotImplementedError

    async def lift(self) -> None:
        """Take the card away. No-op without one."""
        raise NotImplementedError

    async def tear_after(self, role: Role, commands: int) -> None:
        """Lay a card down that leaves once it has answered so many commands."""
        raise NotOffered

    async def unplug(self) -> None:
        """Pull the reader's cable, or end its service."""
        raise NotOffered

    async def plug_in(self) -> None:
        """Put it back; it need not come back under the same name."""
        raise NotOffered
