"""Talks to one reader over one open port, from one thread. Never holds a question's answer for another.

Around the pure exchange this does the reading, the writing and the waiting.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime

from drivers.cards.serial.exchange import (
    Answered,
    Exchange,
    Failed,
    Failure,
    Step,
    Told,
    Write,
)
from drivers.cards.serial.messages import Answer, ask
from drivers.cards.serial.port import Port, monotonic_ms
from drivers.cards.serial.profiles import Event, Job, Profile
from pos.domain.business_day import KOREA

ANSWER_MS = 1_000  # A reader's answer to anything that needs no card.
EVENTS_MAX = 64  # More unread ones than any hand can cause: older ones go.


class NoAnswer(Exception):
    """The reader took the question wrongly or not at all; the port is as good as new."""

    def __init__(self, why: Failure) -> None:
        self.why = why
        super().__init__(why.value)


class Device:
    """One reader, from the port's opening to its closing."""

    def __init__(self, profile: Profile, port: Port, now: Callable[[], datetime]) -> None:
        self._profile = profile
        self._port = port
        self._now = now
        self._exchange = Exchange(profile)
        self._events: deque[Event] = deque(maxlen=EVENTS_MAX)
        self._counter = 0

    def ask(
        self,
        job: Job,
        values: Mapping[str, bytes] | None = None,
        *,
        answer_ms: int = ANSWER_MS,
        limit_ms: int | None = None,
    ) -> Answer:
        """Ask for a job and wait for its answer; one to an earlier question is passed over.

        Args:
            job: what is asked for.
            values: what it carries, without its counter.
            answer_ms: how long the answer may take once the frame was taken.
            limit_ms: how long all of it may take, resends with it.

        Raises:
            NoAnswer: three tries were not taken, or nothing whole came back in time.
            PortGone: the reader was unplugged.
        """
        counter = self._next_counter()
        given = {**(values or {}), "counter": counter}
        time = self._now().astimezone(KOREA).strftime("%Y%m%d%H%M%S")
        frame = ask(self._profile, job, given, time)
        begun_ms = monotonic_ms()

        def is_wanted(answer: Answer) -> bool:
            return answer.job is job and answer.values.get("counter", counter) == counter

        steps = self._exchange.ask(frame, is_wanted, begun_ms, answer_ms)
        while True:
            result = self._carry_out(steps)
            if isinstance(result, Answered):
                return result.answer
            if isinstance(result, Failed):
                raise NoAnswer(result.why)
            if limit_ms is not None and monotonic_ms() - begun_ms >= limit_ms:
                self._exchange.drop()
                raise NoAnswer(Failure.NO_ANSWER)
            steps = self._listen()

    def has_told(self, *events: Event) -> bool:
        """Tell whether one of these was said and not yet taken."""
        return any(each in events for each in self._events)

    def next_event(self) -> Event | None:
        """Return the next event; None after a moment without one, or when woken.

        Raises:
            PortGone: the reader was unplugged.
        """
        if not self._events:
            self._carry_out(self._listen())
        return self._events.popleft() if self._events else None

    def forget_events(self) -> None:
        """Drop what was said before now: what counts is what the reader answers next."""
        self._events.clear()

    def wake(self) -> None:
        """End a wait, from another thread."""
        self._port.wake()

    def close(self) -> None:
        """Let the port go."""
        self._port.close()

    def _next_counter(self) -> bytes:
        self._counter = (self._counter + 1) & 0xFF
        return bytes([self._counter])

    def _listen(self) -> list[Step]:
        data = self._port.read()
        now_ms = monotonic_ms()
        return [*self._exchange.feed(data, now_ms), *self._exchange.tick(now_ms)]

    def _carry_out(self, steps: list[Step]) -> Answered | Failed | None:
        result: Answered | Failed | None = None
        for step in steps:
            match step:
                case Write(data=data):
                    self._port.write(data)
                case Told(event=event):
                    self._events.append(event)
                case Answered() | Failed():
                    result = step
        return result
