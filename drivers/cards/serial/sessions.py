"""One card in a serial reader, as the kernel talks to it. Never goes on after a fault.

A stripe or MST has no chip to talk to: it is read by one command of the reader's own class FF, as
PC/SC part 3, 3.2.2.1 has them for cards without a chip's file system.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.cards.serial.device import Device, NoAnswer
from drivers.cards.serial.port import PortGone
from drivers.cards.serial.profiles import Event, Job
from drivers.cards.serial.track import Track, encode_track
from pos.domain.errors import CardRemoved, ReaderUnavailable

READ_TRACK = bytes([0xFF, 0x70, 0x00, 0x00, 0x00])
SUCCESS = b"\x90\x00"
MAX_REPLY_BYTES = 258
APDU_MS = 2_000  # A card takes under 500; the reader's own timeout is no longer.
_OTHER_CARD = (Event.REMOVED, Event.INSERTED, Event.TAPPED, Event.SWIPED)


class ChipSession:
    """One stay of one chip card."""

    def __init__(self, device: Device, number: bytes, lost: Callable[[], None]) -> None:
        self._device = device
        self._number = number
        self._lost = lost
        self._over = False

    def transmit(self, command: bytes) -> bytes:
        """Send one command.

        Raises:
            CardRemoved: the card of this stay is gone.
            ReaderUnavailable: the reader is, or does not answer.
        """
        if self._over or self._device.has_told(*_OTHER_CARD):
            self._over = True
            raise CardRemoved()
        self._over = True  # Until its answer is there and right.
        given = {"session": self._number, "command": command}
        try:
            answer = self._device.ask(Job.APDU, given, answer_ms=APDU_MS)
        except (PortGone, NoAnswer):
            self._lost()
            raise ReaderUnavailable() from None
        reply = answer.values.get("reply", b"")
        same = answer.ok and answer.values.get("session") == self._number
        if not same or not 2 <= len(reply) <= MAX_REPLY_BYTES:
            raise CardRemoved()
        if self._device.has_told(*_OTHER_CARD):
            raise CardRemoved()
        self._over = False
        return reply

    def end(self) -> None:
        """Talk to this card no more."""
        self._over = True


class TrackSession:
    """One reading of a stripe or MST; what was read is handed over once."""

    def __init__(self, track: Track) -> None:
        self._track: Track | None = track

    def transmit(self, command: bytes) -> bytes:
        """Answer READ TRACK, once.

        Raises:
            CardRemoved: anything else: there is no chip.
        """
        track, self._track = self._track, None
        if track is None or command != READ_TRACK:
            raise CardRemoved()
        return encode_track(track) + SUCCESS
