"""A slot in this process that a virtual card lies in. Never mixes two cards in one transaction."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Protocol

from drivers.cards.link import CardSession, entry_of
from pos.domain.errors import CardRemoved


class SlotCard(Protocol):
    """A card that can be put in: the virtual cards of `drivers.simulators.card`."""

    @property
    def atr(self) -> bytes:
        """The answer to reset."""
        ...

    def power_on(self) -> None:
        """Start anew."""
        ...

    def transmit(self, raw: bytes, /) -> bytes:
        """Answer one command, or raise CardRemoved when the card tears itself away."""
        ...


@dataclass(frozen=True, slots=True)
class _Insertion:
    """One stay of one card. A card taken out and put back is another stay."""

    card: SlotCard
    number: int


class Slot:
    """Where virtual cards are put in and taken out, from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._current: _Insertion | None = None
        self._count = 0

    @property
    def occupied(self) -> bool:
        """Whether a card lies in it."""
        return self._current is not None

    def insert(self, card: SlotCard) -> None:
        """Put a card in; one that lies there is taken out first."""
        with self._changed:
            self._count += 1
            self._current = _Insertion(card, self._count)
            self._changed.notify_all()

    def remove(self) -> None:
        """Take the card out, whatever it is doing."""
        with self._changed:
            self._current = None
            self._changed.notify_all()

    def wake(self) -> None:
        """Make a waiting `wait_for_card` look at its `stop`."""
        with self._changed:
            self._changed.notify_all()

    def problem(self) -> str:
        """Return nothing: a slot is always ready."""
        return ""

    def wait_for_card(self, deadline_s: float, stop: threading.Event) -> CardSession | None:
        """Return the card once there is one; None when time is up or `stop` is set."""
        with self._changed:
            while self._current is None and not stop.is_set():
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    return None
                self._changed.wait(left_s)
            stay = self._current
        if stay is None:
            return None
        stay.card.power_on()
        return CardSession(entry_of(stay.card.atr), lambda raw: self._send(stay, raw), lambda: None)

    def _send(self, stay: _Insertion, raw: bytes) -> bytes:
        """Send a command to the card of this stay, and see that it was there all along."""
        if self._current is not stay:
            raise CardRemoved()
        try:
            reply = stay.card.transmit(raw)
        except CardRemoved:
            if self._current is stay:
                self.remove()
            raise
        if self._current is not stay:
            raise CardRemoved()
        return reply
