"""A secure reader's mind: cards, stays, keys, what it answers. Never its line: `pty_reader` has that.

Stays are counted, and a command for a stay that is over is refused, so that a swap is known however
fast it was. A question that comes twice is carried out once and answered twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.cards.serial.messages import Question
from drivers.cards.serial.profiles import Event, Job
from drivers.cards.slot import SlotCard
from drivers.simulators.reader.faults import Fault
from drivers.simulators.reader.keys import ReaderKeys
from drivers.simulators.reader.swipes import FALLBACK, Swipe, seal_swipe
from pos.domain.card import CardEntry
from pos.domain.errors import CardRemoved

OK, NO_CARD, WRONG_STAY, NOTHING_READ = 0, 1, 2, 3
MODEL, SERIAL, FIRMWARE = "IEUM-SIM-1", "SIM0000001", "1.0.3"
DIGEST, OTHER_DIGEST = bytes(range(32)), bytes(32)
PASSED, FAILED = b"00", b"13"
Told = tuple[int, Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class _Stay:
    """One card in the reader."""

    card: SlotCard
    letter: bytes
    number: int


class ReaderMachine:
    """One reader. Called by one thread at a time."""

    def __init__(self, keys: ReaderKeys) -> None:
        self._keys = keys
        self._armed = False
        self._stay: _Stay | None = None
        self._powered = False
        self._stays = secrets.randbelow(200)  # Wherever it stood when its power came.
        self._swipe: Swipe | None = None
        self._chip_failed = False
        self._last: tuple[Question, Told] | None = None
        self.faults: set[Fault] = set()

    @property
    def occupied(self) -> bool:
        """Whether a chip lies in it."""
        return self._stay is not None

    def insert(self, card: SlotCard, entry: CardEntry) -> Event:
        """Put a chip card in, or hold it to the reader; one that lies there goes first."""
        self._stays = (self._stays + 1) & 0xFF
        contactless = entry is CardEntry.CONTACTLESS_CHIP
        self._stay = _Stay(card, b"R" if contactless else b"I", self._stays)
        self._powered = False
        return Event.TAPPED if contactless else Event.INSERTED

    def remove(self) -> Event | None:
        """Take the card away; None where there was none."""
        was, self._stay, self._powered = self._stay, None, False
        return None if was is None else Event.REMOVED

    def fail_chip(self) -> Event:
        """Let the next swipe be one after a chip that could not be read."""
        self._chip_failed = True
        return Event.FALLBACK

    def swipe(self, swipe: Swipe) -> Event | None:
        """Read a stripe or MST; None while nobody waits for one."""
        if not self._armed:
            return None
        self._swipe = swipe
        return Event.SWIPED

    def power_cycle(self) -> None:
        """Lose the power: nothing of a transaction is left; a card that lies there is a new stay."""
        self._armed, self._swipe, self._last = False, None, None
        self._chip_failed, self._powered = False, False
        if self._stay is not None:
            self._stays = (self._stays + 7) & 0xFF
            self._stay = _Stay(self._stay.card, self._stay.letter, self._stays)

    def answer(self, question: Question) -> Told:
        """Do what was asked, once, and say how it went."""
        if self._last is not None and self._last[0] == question:
            return self._last[1]
        told = self._answer(question)
        # A question without a counter may well be meant twice.
        self._last = (question, told) if "counter" in question.values else None
        return told

    def _answer(self, question: Question) -> Told:
        counter = question.values.get("counter", b"")
        match question.job:
            case Job.STATUS:
                return OK, self._status()
            case Job.INTEGRITY:
                return OK, self._integrity()
            case Job.ARM:
                self._armed, self._swipe, self._chip_failed = True, None, False
                return OK, {"counter": counter, "card": self._letter()}
            case Job.DISARM:
                self._armed, self._swipe = False, None
                return OK, {}
            case Job.POWER:
                return self._power(counter)
            case Job.APDU:
                return self._apdu(question.values)
            case Job.TRACK:
                return self._track(counter)

    def _status(self) -> Mapping[str, bytes]:
        return {
            "model": MODEL.encode("ascii"),
            "serial": SERIAL.encode("ascii"),
            "firmware": FIRMWARE.encode("ascii"),
            "card": self._letter(),
            "armed": b"1" if self._armed else b"0",
        }

    def _integrity(self) -> Mapping[str, bytes]:
        digest = OTHER_DIGEST if Fault.CHANGED in self.faults else DIGEST
        result = FAILED if Fault.TAMPERED in self.faults else PASSED
        return {"result": result, "digest": digest}

    def _power(self, counter: bytes) -> Told:
        if self._stay is None:
            return NO_CARD, {}
        self._stay.card.power_on()
        self._powered = True
        number = bytes([self._stay.number])
        return OK, {"counter": counter, "session": number, "atr": self._stay.card.atr}

    def _apdu(self, values: Mapping[str, bytes]) -> Told:
        stay = self._stay
        if stay is None or not self._powered or bytes([stay.number]) != values["session"]:
            return WRONG_STAY, {}
        try:
            reply = stay.card.transmit(values["command"])
        except CardRemoved:
            self.remove()
            return NO_CARD, {}
        given = {"counter": values["counter"], "session": values["session"]}
        return OK, {**given, "reply": reply}

    def _track(self, counter: bytes) -> Told:
        swipe, self._swipe = self._swipe, None  # Handed over once.
        if swipe is None:
            return NOTHING_READ, {}
        sealed = seal_swipe(swipe, self._keys)
        kind = FALLBACK if self._chip_failed and sealed.kind != "M" else sealed.kind
        masked = swipe.pan if Fault.CLEAR_NUMBER in self.faults else sealed.masked
        return OK, {
            "counter": counter,
            "kind": kind.encode("ascii"),
            "masked": masked.encode("ascii"),
            "reference": sealed.reference,
            "ksn": sealed.ksn,
            "track": sealed.track,
        }

    def _letter(self) -> bytes:
        return b"N" if self._stay is None else self._stay.letter
