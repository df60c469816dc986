"""A secure reader on a serial line as a thread uses it. Never goes on with a card after a fault.

Events may be lost, so a reader that says nothing is looked at each second; a reader that was power
cycled or came back as another tty is connected, checked and armed anew. Whether the card of a
command is the card that was powered is told by the reader's own count of stays, not by events.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

from drivers.cards.link import CardSession, entry_of
from drivers.cards.serial.device import Device, NoAnswer
from drivers.cards.serial.integrity import Check, IntegrityLog, is_due, judge
from drivers.cards.serial.port import OpenPort, PortGone, PortInUse
from drivers.cards.serial.profiles import Event, Job, Profile
from drivers.cards.serial.sessions import ChipSession, TrackSession
from drivers.cards.serial.track import read_track
from pos.domain.card import CardEntry
from pos.domain.errors import CardError, CardUnreadable, ReaderNotSecure, ReaderUnavailable

LOOK_S = 1.0  # How long a reader may say nothing before it is asked for its card.
RETRY_S = 0.1
RETURN_GRACE_S = 5.0  # How long an unplugged reader may take to come back while a card is awaited.
MUTE_CARD_S = 1.5  # A card that lies there but can't be powered for so long is unreadable.
HELLO_MS, CHECK_MS = 700, 5_000
GOODBYE_MS = 300
CHECK_FAILED = "무결성 / integrity"
LOG_FAILED = "점검 기록을 쓸 수 없음 / its log can't be written"
_IN_IT = {"I", "R"}


class SerialLink:
    """One reader, for one thread; `wake` and `abandon` may come from another."""

    def __init__(
        self,
        profile: Profile,
        open_port: OpenPort,
        log: IntegrityLog,
        now: Callable[[], datetime],
    ) -> None:
        self._profile = profile
        self._open_port = open_port
        self._log = log
        self._now = now
        self._device: Device | None = None
        self._last: Check | None = None
        self._abandoned = threading.Event()

    def wait_for_card(self, deadline_s: float, stop: threading.Event) -> CardSession | None:
        """Return the card once there is one; None when time is up or `stop` is set.

        Raises:
            ReaderUnavailable: no reader, or it does not answer.
            ReaderNotSecure: it failed its integrity check, or handed over a number in clear.
            CardUnreadable: its chip can't be powered.
            SwipeNotTaken: a plastic's stripe.
        """
        device, lies_there = self._begin()
        while True:
            try:
                return self._watch(device, lies_there, deadline_s, stop)
            except (PortGone, NoAnswer):
                found = self._recover(deadline_s, stop)
                if found is None:
                    return None
                device, lies_there = found
            except CardError:
                self._say_goodbye(device)
                raise

    def wake(self) -> None:
        """End the read that waits."""
        device = self._device
        if device is not None:
            device.wake()

    def abandon(self) -> None:
        """Let the port go, from outside: the thread that hung in it was written off."""
        self._abandoned.set()
        device = self._device
        if device is not None:
            device.wake()
            device.close()

    def problem(self) -> str:
        """Return `no_port`, `port_in_use`, `no_answer`, `not_secure` or nothing."""
        try:
            device = self._ready()
            device.ask(Job.STATUS, limit_ms=HELLO_MS)
        except PortInUse:
            return "port_in_use"
        except PortGone:
            self._forget()
            return "no_port"
        except NoAnswer:
            self._forget()
            return "no_answer"
        except ReaderNotSecure:
            return "not_secure"
        return ""

    def _ready(self) -> Device:
        """Return the reader, connected and checked today."""
        if self._abandoned.is_set():
            raise PortGone("abandoned")
        if self._device is None:
            device = self._device = Device(self._profile, self._open_port(), self._now)
            if self._abandoned.is_set():  # Just now: the port is another thread's.
                device.close()
                raise PortGone("abandoned")
            self._last = None  # Whatever answers now is checked, also if it is the same.
        if is_due(self._last, self._now()):
            self._check(self._device)
        return self._device

    def _begin(self) -> tuple[Device, bool]:
        """Return the reader, armed; one that was unplugged since may be back under another name.

        Raises:
            ReaderUnavailable: it is not, and the cashier is told at once.
        """
        for _ in range(2):
            try:
                device = self._ready()
                return device, self._arm(device)
            except (PortGone, NoAnswer):
                self._forget()
        raise ReaderUnavailable()

    def _check(self, device: Device) -> None:
        """Have the reader check itself, and keep what it says.

        Raises:
            ReaderNotSecure: it did not pass, or the check could not be kept.
        """
        who = device.ask(Job.STATUS, limit_ms=HELLO_MS)
        said = device.ask(Job.INTEGRITY, answer_ms=CHECK_MS, limit_ms=CHECK_MS)
        identity = (who.text("model"), who.text("serial"), who.text("firmware"))
        result = said.text("result") if said.ok else f"{said.status:02d}!"
        digest = said.values.get("digest", b"").hex()
        try:
            check = judge(self._now(), identity, result, digest, self._log.read())
            self._log.add(check)
        except OSError:
            raise ReaderNotSecure(reason=LOG_FAILED) from None
        self._last = check
        if not check.passed:
            raise ReaderNotSecure(reason=CHECK_FAILED)

    def _watch(
        self, device: Device, lies_there: bool, deadline_s: float, stop: threading.Event
    ) -> CardSession | None:
        """Wait for one card at an armed reader."""
        look_s, mute_since = time.monotonic() + LOOK_S, None
        while not stop.is_set() and time.monotonic() < deadline_s:
            if lies_there:
                session = self._power(device)
                if session is not None:
                    return session
                mute_since = mute_since or time.monotonic()
                if time.monotonic() - mute_since > MUTE_CARD_S:
                    raise CardUnreadable()
                stop.wait(RETRY_S)
            match device.next_event():
                case Event.INSERTED | Event.TAPPED:
                    lies_there = True
                case Event.REMOVED:
                    lies_there, mute_since = False, None
                case Event.FALLBACK:
                    raise CardUnreadable()
                case Event.SWIPED:
                    if (swiped := self._track(device)) is not None:
                        return swiped
                case None if time.monotonic() > look_s:
                    lies_there = self._look(device)
                    look_s = time.monotonic() + LOOK_S
                    mute_since = mute_since if lies_there else None
        self._say_goodbye(device)
        return None

    def _arm(self, device: Device) -> bool:
        """Have the reader wait for a card; return whether a chip lies in it already."""
        answer = device.ask(Job.ARM)
        if not answer.ok:
            raise ReaderUnavailable()
        device.forget_events()  # Said before the reader answered: its answer is newer.
        return answer.text("card") in _IN_IT

    def _look(self, device: Device) -> bool:
        """Return whether a chip lies there; arm a reader that forgot, checking it first."""
        answer = device.ask(Job.STATUS)
        if answer.ok and answer.text("armed") == "1":
            return answer.text("card") in _IN_IT
        self._last = None  # Its power was gone: it starts anew.
        self._check(device)
        return self._arm(device)

    def _power(self, device: Device) -> CardSession | None:
        """Power the chip; None when it is gone again, or mute."""
        answer = device.ask(Job.POWER)
        if not answer.ok:
            return None
        device.forget_events()
        session = ChipSession(device, answer.values["session"], self._forget)
        entry = entry_of(answer.values["atr"])
        return CardSession(entry, session.transmit, lambda: self._end(session, device))

    def _track(self, device: Device) -> CardSession | None:
        """Fetch what was swiped; None when it was read by nobody."""
        answer = device.ask(Job.TRACK)
        if not answer.ok:
            return None
        session = TrackSession(read_track(answer))
        return CardSession(CardEntry.MST, session.transmit, lambda: self._say_goodbye(device))

    def _end(self, session: ChipSession, device: Device) -> None:
        session.end()
        self._say_goodbye(device)

    def _say_goodbye(self, device: Device) -> None:
        """Let the reader wait no more; one that does not hear it is connected anew next time."""
        if self._device is not device:
            return
        try:
            device.ask(Job.DISARM, limit_ms=GOODBYE_MS)
        except (PortGone, NoAnswer):
            self._forget()

    def _recover(self, deadline_s: float, stop: threading.Event) -> tuple[Device, bool] | None:
        """Find the reader again after it was unplugged or fell silent; None once `stop` is set."""
        give_up_s = min(deadline_s, time.monotonic() + RETURN_GRACE_S)
        while True:
            try:
                return self._begin()
            except ReaderNotSecure:
                raise
            except ReaderUnavailable:
                if stop.wait(RETRY_S):
                    return None
                if self._abandoned.is_set() or time.monotonic() > give_up_s:
                    raise

    def _forget(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            device.close()
