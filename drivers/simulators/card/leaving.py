"""A card that is torn out of the reader in the middle of what it does. Never a card of its own."""

from __future__ import annotations

import threading

from drivers.simulators.card.wallet import VirtualCard
from pos.domain.errors import CardRemoved


class LeavingCard:
    """A card that answers so many commands and leaves at the next.

    Attributes:
        took_it: it has carried that one out, and only its answer is lost.
    """

    def __init__(self, card: VirtualCard, commands: int, *, took_it: bool = False) -> None:
        self._card = card
        self._left = commands
        self.took_it = took_it
        self.atr = card.atr

    @property
    def done(self) -> threading.Event:
        """Set when nothing more comes."""
        return self._card.done

    @property
    def asked(self) -> threading.Event:
        """Set while it waits for the ledger's answer."""
        return self._card.asked

    def power_on(self) -> None:
        """Start anew; what it has answered counts on."""
        self._card.power_on()

    def transmit(self, raw: bytes) -> bytes:
        """Answer one command.

        Raises:
            CardRemoved: it has left.
        """
        if self._left <= 0:
            if self._left == 0 and self.took_it:
                self._card.transmit(raw)
            self._left = -1
            raise CardRemoved()
        self._left -= 1
        return self._card.transmit(raw)
