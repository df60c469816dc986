"""A simulated reader at the far end of a pseudo-terminal, in a thread. Never a port of the machine's own.

The terminal opens `link`, a name that leads to the tty of the moment, as /dev/serial/by-id does:
unplugged and plugged in again, the reader is another tty under the same name.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
import tty
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

from drivers.cards.serial.frame_reader import FrameReader
from drivers.cards.serial.framing import ACK, NAK, Control, Frame
from drivers.cards.serial.framing import Fault as LineFault
from drivers.cards.serial.messages import MessageError, announce, answer, read_question
from drivers.cards.serial.profiles import Event, Profile
from drivers.cards.slot import SlotCard
from drivers.simulators.reader.faults import LATE_S, NAKS, ON_THE_LINE, Fault, spoil
from drivers.simulators.reader.machine import ReaderMachine
from drivers.simulators.reader.swipes import Swipe
from pos.domain.business_day import KOREA
from pos.domain.card import CardEntry

READ_BYTES = 4_096
FOREVER = 1_000_000
DRIP_S = 0.0005
FULL_S = 0.2


class PtyReader:
    """One reader on its line. Everything public may be called from any thread."""

    def __init__(self, profile: Profile, machine: ReaderMachine, link: Path) -> None:
        self._profile = profile
        self._machine = machine
        self._link = link
        self._lock = threading.RLock()
        self._master = self._slave = -1
        self._wake_read, self._wake_write = os.pipe()
        self._frames = FrameReader(profile.framing)
        self._waiting: deque[tuple[float, bytes]] = deque()  # Late answers, by their time.
        self._unheard: tuple[bytes, float, int] | None = None  # Answer, when again, tries.
        self._faults: dict[Fault, int] = {}
        self._ended = False
        self._name = ""
        self.plug_in()
        self._thread = threading.Thread(target=self._run, name="pty-reader", daemon=True)
        self._thread.start()

    # What hands do ----------------------------------------------------------------------------

    @property
    def occupied(self) -> bool:
        """Whether a chip lies in it."""
        return self._machine.occupied

    def insert(self, card: SlotCard, entry: CardEntry = CardEntry.CONTACTLESS_CHIP) -> None:
        """Put a chip card in."""
        with self._lock:
            if self._machine.occupied:
                self._announce(self._machine.remove())
            self._announce(self._machine.insert(card, entry))

    def swap_silently(self, card: SlotCard) -> None:
        """Put another card in the place of one, and tell nobody."""
        with self._lock:
            self._machine.insert(card, CardEntry.CONTACTLESS_CHIP)

    def remove(self) -> None:
        """Take the card away, whatever it is doing."""
        with self._lock:
            self._announce(self._machine.remove())

    def swipe(self, swipe: Swipe) -> None:
        """Pull a stripe through, or hold a phone's MST to it."""
        with self._lock:
            self._announce(self._machine.swipe(swipe))

    def fail_chip(self) -> None:
        """Let a chip be put in that can't be read."""
        with self._lock:
            self._announce(self._machine.fail_chip())

    def misbehave(self, fault: Fault, times: int = FOREVER) -> None:
        """Misbehave so many times from now on; 0 ends it."""
        with self._lock:
            self._faults[fault] = times
            self._machine.faults = {each for each, left in self._faults.items() if left > 0}

    def power_cycle(self) -> None:
        """Cut the reader's power for a moment; its port stays."""
        with self._lock:
            self._machine.power_cycle()
            self._waiting.clear()
            self._unheard = None
            self._frames = FrameReader(self._profile.framing)

    def unplug(self) -> None:
        """Pull the cable: the tty is gone."""
        with self._lock:
            self._link.unlink(missing_ok=True)
            for descriptor in (self._master, self._slave):
                if descriptor >= 0:
                    os.close(descriptor)
            self._master = self._slave = -1
            self._machine.power_cycle()
            self._waiting.clear()
            self._unheard = None
        self._stir()

    def plug_in(self) -> None:
        """Put the cable back: another tty, under the same stable name."""
        with self._lock:
            self._master, self._slave = _new_tty(self._name)
            self._name = os.ttyname(self._slave)
            os.set_blocking(self._master, False)
            tty.setraw(self._master)
            tty.setraw(self._slave)
            self._frames = FrameReader(self._profile.framing)
            draft = self._link.with_name(f"{self._link.name}.new")
            draft.unlink(missing_ok=True)
            draft.symlink_to(self._name)
            draft.replace(self._link)
        self._stir()

    def close(self) -> None:
        """End it."""
        self._ended = True
        self._stir()
        self._thread.join(2)
        self.unplug()

    # What the line does -----------------------------------------------------------------------

    def _run(self) -> None:
        while not self._ended:
            master = self._master
            lines = [self._wake_read] if master < 0 else [self._wake_read, master]
            try:
                ready, _, _ = select.select(lines, [], [], 0.05)
                if self._wake_read in ready:
                    os.read(self._wake_read, READ_BYTES)
                if master in ready:
                    self._hear(os.read(master, READ_BYTES))
                self._send_waiting()
            except (OSError, ValueError):  # Unplugged meanwhile, or nobody holds the other end.
                time.sleep(0.01)

    def _hear(self, data: bytes) -> None:
        with self._lock:
            for heard in self._frames.feed(data):
                match heard:
                    case Frame():
                        self._hear_frame(heard)
                    case Control.ACK:
                        self._unheard = None
                    case Control.NAK if self._unheard is not None:
                        self._repeat()
                    case LineFault():
                        self._write(bytes([NAK]))
                    case _:
                        pass

    def _hear_frame(self, frame: Frame) -> None:
        if self._takes(Fault.NO_ACK):
            return
        if self._takes(Fault.NAK_STORM):
            self._write(bytes([NAK]) * NAKS)
            return
        try:
            question = read_question(self._profile, frame)
        except MessageError:
            self._write(bytes([NAK]))
            return
        self._write(bytes([ACK]))
        status, values = self._machine.answer(question)
        said = answer(self._profile, question.job, status, values, _now())
        if self._takes(Fault.LATE_ANSWER):
            self._waiting.append((time.monotonic() + LATE_S, said))
            return
        self._unheard = (said, time.monotonic() + self._profile.ack_ms / 1000, 1)
        self._send(said)

    def _send_waiting(self) -> None:
        with self._lock:
            now = time.monotonic()
            while self._waiting and self._waiting[0][0] <= now:
                self._send(self._waiting.popleft()[1])
            if self._unheard is not None and self._unheard[1] <= now:
                self._repeat()

    def _repeat(self) -> None:
        assert self._unheard is not None
        said, _, tries = self._unheard
        if tries >= self._profile.tries:
            self._unheard = None
            return
        self._unheard = (said, time.monotonic() + self._profile.ack_ms / 1000, tries + 1)
        self._send(said)

    def _send(self, frame: bytes) -> None:
        fault = next((each for each in ON_THE_LINE if self._takes(each)), None)
        if fault is None:
            self._write(frame)
            return
        for part in spoil(fault, frame, self._profile):
            self._write(part)
            if fault is Fault.DRIPPING:
                time.sleep(DRIP_S)

    def _announce(self, event: Event | None) -> None:
        if event is not None and not self._takes(Fault.LOST_EVENTS):
            self._send(announce(self._profile, event, _now()))

    def _takes(self, fault: Fault) -> bool:
        """Tell whether it misbehaves so now, and count it."""
        left = self._faults.get(fault, 0)
        if left > 0:
            self._faults[fault] = left - 1
        return left > 0

    def _write(self, data: bytes) -> None:
        at = 0
        while at < len(data) and self._master >= 0:
            try:
                at += os.write(self._master, data[at : at + READ_BYTES])
            except BlockingIOError:
                if not select.select([], [self._master], [], FULL_S)[1]:
                    return  # Nobody reads: a real line would lose it too.

    def _stir(self) -> None:
        with contextlib.suppress(OSError):
            os.write(self._wake_write, b"x")


def _new_tty(before: str) -> tuple[int, int]:
    """Return a tty with another name than the one before, whose number is free again."""
    pair = os.openpty()
    if os.ttyname(pair[1]) != before:
        return pair
    other = os.openpty()
    for descriptor in pair:
        os.close(descriptor)
    return other


def _now() -> str:
    return datetime.now(UTC).astimezone(KOREA).strftime("%Y%m%d%H%M%S")
