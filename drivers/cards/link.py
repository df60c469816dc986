"""What a reader's thread needs of the reader: wait for a card, then talk to it. Never async."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.cards.apdu import Transmit
from pos.domain.card import CardEntry

_CONTACTLESS_ATR = (0x3B, 0x80, 0x80, 0x01)  # 3B 8n 80 01: PC/SC part 3, 3.1.3.2.3.1.


@dataclass(frozen=True, slots=True)
class CardSession:
    """One card, from power on to power off.

    Attributes:
        transmit: raises CardRemoved on any fault, and for ever after it.
        close: powers the card off; never raises.
    """

    entry: CardEntry
    transmit: Transmit
    close: Callable[[], None]


class CardLink(Protocol):
    """A reader as one thread uses it; only `wake` is called from another."""

    def wait_for_card(self, deadline_s: float, stop: threading.Event) -> CardSession | None:
        """Return the card once there is one; None when time is up or `stop` is set.

        `deadline_s` is on `time.monotonic`. A card that lies there already is taken at once.

        Raises:
            ReaderUnavailable: there is no reader, or it is lost and does not come back.
        """
        ...

    def wake(self) -> None:
        """Make a waiting `wait_for_card` look at its `stop`."""
        ...

    def problem(self) -> str:
        """Return why the reader can't be used, as a code, or nothing."""
        ...


def entry_of(atr: bytes) -> CardEntry:
    """Tell from the answer to reset how the card came in."""
    is_contactless = (
        len(atr) >= len(_CONTACTLESS_ATR)
        and (atr[0], atr[1] & 0xF0, atr[2], atr[3]) == _CONTACTLESS_ATR
    )
    return CardEntry.CONTACTLESS_CHIP if is_contactless else CardEntry.CONTACT_CHIP
