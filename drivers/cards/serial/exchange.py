"""One question and its answer over a line that loses and doubles. Pure: bytes and times in, steps out.

Stop and wait: a frame is sent up to three times until it is acknowledged, or answered, which is as
good. Every answer is acknowledged, also one that nobody waits for any more, so that the other side
stops repeating it; only the awaited one is handed on, and once. Events are never acknowledged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from drivers.cards.serial.frame_reader import FrameReader
from drivers.cards.serial.framing import (
    ACK,
    NAK,
    Control,
    Fault,
    FaultKind,
    Frame,
)
from drivers.cards.serial.messages import (
    Answer,
    MessageError,
    is_event,
    read_answer,
    read_event,
)
from drivers.cards.serial.profiles import Event, Profile

NAKS_MAX = 3  # How often a garbled answer is asked for again.


class Failure(StrEnum):
    """Why a question got no answer."""

    NOT_TAKEN = "not_taken"  # No ACK, or only NAKs, to all tries.
    NO_ANSWER = "no_answer"  # Taken, and then nothing in time.
    GARBLED = "garbled"  # Answers came, none of them whole.


@dataclass(frozen=True, slots=True)
class Write:
    """Send these bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to the question."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Told:
    """An event."""

    event: Event


@dataclass(frozen=True, slots=True)
class Failed:
    """The question is over without an answer."""

    why: Failure


Step = Write | Answered | Told | Failed
IsWanted = Callable[[Answer], bool]
"""Tells an answer to this question from one to an earlier question that came late."""


@dataclass(slots=True)
class _Open:
    """The question under way."""

    frame: bytes
    is_wanted: IsWanted
    give_up_ms: int
    resend_ms: int
    tries: int = 1
    naks: int = 0
    taken: bool = False


class Exchange:
    """The terminal's end of one open port. Times are milliseconds of any clock that only rises."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._reader = FrameReader(profile.framing)
        self._open: _Open | None = None
        self._heard_ms = 0

    @property
    def is_busy(self) -> bool:
        """Whether a question is under way."""
        return self._open is not None

    def ask(self, frame: bytes, is_wanted: IsWanted, now_ms: int, answer_ms: int) -> list[Step]:
        """Begin a question; one that is under way is dropped, and its answer with it.

        Args:
            frame: the whole frame.
            is_wanted: knows the answer.
            now_ms: the time.
            answer_ms: how long the answer may take once the frame was taken.
        """
        allowed_ms = self._profile.ack_ms * self._profile.tries + answer_ms
        resend_ms = now_ms + self._profile.ack_ms
        self._open = _Open(frame, is_wanted, now_ms + allowed_ms, resend_ms)
        self._answer_ms = answer_ms
        return [Write(frame)]

    def drop(self) -> None:
        """Wait for no answer any more."""
        self._open = None

    def feed(self, data: bytes, now_ms: int) -> list[Step]:
        """Take bytes from the line."""
        if data:
            self._heard_ms = now_ms
        steps: list[Step] = []
        for heard in self._reader.feed(data):
            steps += self._hear(heard, now_ms)
        return steps

    def tick(self, now_ms: int) -> list[Step]:
        """Say what the time alone brings: a frame given up, a resend, a failure."""
        steps: list[Step] = []
        silent_ms = now_ms - self._heard_ms
        if self._reader.is_waiting and silent_ms >= self._profile.silence_ms:
            for heard in self._reader.silence():
                steps += self._hear(heard, now_ms)
        question = self._open
        if question is None:
            return steps
        if now_ms >= question.give_up_ms:
            why = Failure.GARBLED if question.naks else Failure.NO_ANSWER
            return [*steps, *self._fail(why if question.taken else Failure.NOT_TAKEN)]
        if not question.taken and now_ms >= question.resend_ms:
            steps += self._resend(question, now_ms)
        return steps

    def _hear(self, heard: Frame | Control | Fault, now_ms: int) -> list[Step]:
        match heard:
            case Frame():
                return self._hear_frame(heard)
            case Control.ACK:
                return self._hear_ack(now_ms)
            case Control.NAK:
                question = self._open
                if question is None or question.taken:
                    return []
                return self._resend(question, now_ms)
            case Fault(kind=FaultKind.GARBAGE):
                return []
            case Fault():
                return self._hear_fault()
        return []

    def _hear_ack(self, now_ms: int) -> list[Step]:
        question = self._open
        if question is not None and not question.taken:
            question.taken = True
            question.give_up_ms = now_ms + self._answer_ms
        return []

    def _hear_frame(self, frame: Frame) -> list[Step]:
        if is_event(self._profile, frame):
            event = read_event(self._profile, frame)
            return [] if event is None else [Told(event)]
        steps: list[Step] = [Write(bytes([ACK]))]
        try:
            answer = read_answer(self._profile, frame)
        except MessageError:
            return steps  # Whole, so a repeat would say the same again.
        question = self._open
        if question is not None and question.is_wanted(answer):
            self._open = None
            steps.append(Answered(answer))
        return steps

    def _hear_fault(self) -> list[Step]:
        """Ask for a garbled answer again; a garbled event can't be told from it, and does not mind."""
        question = self._open
        if question is None:
            return []
        question.naks += 1
        if question.naks > NAKS_MAX:
            return self._fail(Failure.GARBLED)
        return [Write(bytes([NAK]))]

    def _resend(self, question: _Open, now_ms: int) -> list[Step]:
        if question.tries >= self._profile.tries:
            return self._fail(Failure.NOT_TAKEN)
        question.tries += 1
        question.resend_ms = now_ms + self._profile.ack_ms
        return [Write(question.frame)]

    def _fail(self, why: Failure) -> list[Step]:
        self._open = None
        return [Failed(why)]
