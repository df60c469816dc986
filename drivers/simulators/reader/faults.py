"""How a simulated reader can misbehave on its line. Never anything a cable or a cheap reader could not do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from enum import StrEnum

from drivers.cards.serial.framing import ETX, NAK, Part
from drivers.cards.serial.profiles import Profile

LATE_S = 1.6  # Later than any answer is waited for, sooner than a card's.
FLOOD_BYTES = 65_536
NAKS = 50


class Fault(StrEnum):
    """One way to misbehave."""

    WRONG_CHECK = "wrong_check"
    SHORT_FRAME = "short_frame"
    GARBAGE = "garbage"
    LATE_ANSWER = "late_answer"
    NO_ACK = "no_ack"
    NAK_STORM = "nak_storm"
    DUPLICATE = "duplicate"
    LENGTH_LIES = "length_lies"
    FLOOD = "flood"
    DRIPPING = "dripping"  # A byte at a time.
    LOST_EVENTS = "lost_events"
    STX_INSIDE = "stx_inside"  # The beginning of a frame, and then the whole of it.
    TAMPERED = "tampered"  # Its integrity check fails.
    CHANGED = "changed"  # It passes, with another program inside.
    CLEAR_NUMBER = "clear_number"
    TWO_CARDS = "two_cards"  # A card is swapped without a word of it.


ON_THE_LINE = frozenset(
    {
        Fault.WRONG_CHECK,
        Fault.SHORT_FRAME,
        Fault.GARBAGE,
        Fault.DUPLICATE,
        Fault.LENGTH_LIES,
        Fault.FLOOD,
        Fault.DRIPPING,
        Fault.STX_INSIDE,
    }
)
"""Faults of an answer's bytes; the others are of the reader's mind."""


def spoil(fault: Fault, frame: bytes, profile: Profile) -> Iterator[bytes]:
    """Return what goes over the line in place of a frame, in writes."""
    match fault:
        case Fault.WRONG_CHECK:
            yield frame[:-1] + bytes([frame[-1] ^ 0x5A])
        case Fault.SHORT_FRAME:
            yield frame[: len(frame) // 2]
        case Fault.GARBAGE:
            yield secrets.token_bytes(40).replace(b"\x02", b"\x7f").replace(bytes([NAK]), b"\x7f")
            yield frame
            yield b"\x00\xff\x7f"
        case Fault.DUPLICATE:
            yield frame
            yield frame
        case Fault.LENGTH_LIES:
            yield _lying(frame, profile)
        case Fault.FLOOD:
            yield b"\x00\xff" * (FLOOD_BYTES // 2)
            yield frame
        case Fault.DRIPPING:
            for byte in frame:
                yield bytes([byte])
        case Fault.STX_INSIDE:
            yield frame[:9]
            yield frame
        case _:
            yield frame


def _lying(frame: bytes, profile: Profile) -> bytes:
    """Return a frame whose length says less than it holds, or that has lost its end."""
    if profile.framing.length is None:
        return frame.replace(bytes([ETX]), b"")
    place = profile.framing.place(Part.LENGTH)
    lie = max(0, int.from_bytes(frame[place], "little") - 3)
    return frame[: place.start] + lie.to_bytes(2, "little") + frame[place.stop :]
