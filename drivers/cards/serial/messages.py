"""Puts a job's values into a profile's frames and takes them out again. Pure; never guesses a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drivers.cards.serial.framing import Frame, build
from drivers.cards.serial.profiles import SEPARATOR, Event, Form, Job, Profile, Value

JOB_TAG, STATUS_TAG, EVENT_TAG = (
    "A",
    "r",
    "e",
)  # In a tagged frame these two stand among the values.
OK = 0x00


class MessageError(ValueError):
    """A frame that is whole and does not say what its job says. Carries no card data."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reader's answer to a job. Its values stay out of the repr."""

    job: Job
    status: int
    values: Mapping[str, bytes] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the reader did what it was asked."""
        return self.status == OK

    def text(self, name: str) -> str:
        """Return a value as text, without its padding; nothing where it has none."""
        raw = self.values.get(name, b"").rstrip(b"\0 ")
        return raw.decode("ascii") if raw.isascii() and raw.decode("ascii").isprintable() else ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a reader was asked: the reader's side reads it, and only the simulator is one here."""

    job: Job
    values: Mapping[str, bytes] = field(repr=False)


def ask(profile: Profile, job: Job, values: Mapping[str, bytes], time: str) -> bytes:
    """Return the frame that asks for a job.

    Raises:
        ValueError: a value does not fit; a programming error.
    """
    return _frame(profile, profile.jobs[job], OK, profile.messages[job].asks, values, time)


def answer(
    profile: Profile, job: Job, status: int, values: Mapping[str, bytes], time: str
) -> bytes:
    """Return the frame that answers a job; one that failed carries no values."""
    tells = profile.messages[job].tells if status == OK else ()
    code = profile.jobs[job] if profile.tagged else profile.jobs[job].lower()
    return _frame(profile, code, status, tells, values, time, is_answer=True)


def announce(profile: Profile, event: Event, time: str) -> bytes:
    """Return the frame of an event."""
    letter = profile.events[event].encode("ascii")
    if profile.tagged:
        event_field = EVENT_TAG.encode("ascii") + letter
        code = (JOB_TAG + profile.event_code).encode("ascii")
        return build(profile.framing, SEPARATOR.join((code, event_field, b"")))
    return build(profile.framing, letter, code=profile.event_code.encode("ascii"), time=time)


def read_event(profile: Profile, frame: Frame) -> Event | None:
    """Return the event that a frame tells of; None for any other frame or an unknown letter."""
    try:
        code, _, fields = _open(profile, frame)
    except MessageError:
        return None
    if code != profile.event_code:
        return None
    letter = fields.get(EVENT_TAG, b"") if profile.tagged else frame.data[:1]
    known = {text.encode("ascii"): event for event, text in profile.events.items()}
    return known.get(letter)


def is_event(profile: Profile, frame: Frame) -> bool:
    """Tell whether a frame is an event, known or not: none is acknowledged."""
    try:
        return _open(profile, frame)[0] == profile.event_code
    except MessageError:
        return False


def read_answer(profile: Profile, frame: Frame) -> Answer:
    """Read a reader's answer.

    Raises:
        MessageError: it is no answer to any job, or lacks a value.
    """
    code, status, fields = _open(profile, frame)
    for job, letter in profile.jobs.items():
        if code == (letter if profile.tagged else letter.lower()):
            tells = profile.messages[job].tells if status == OK else ()
            return Answer(job, status, _values(profile, tells, frame.data, fields))
    raise MessageError("no answer to any job")


def read_question(profile: Profile, frame: Frame) -> Question:
    """Read what a reader was asked.

    Raises:
        MessageError: it asks for nothing that is known, or lacks a value.
    """
    code, _, fields = _open(profile, frame)
    for job, letter in profile.jobs.items():
        if code == letter:
            asks = profile.messages[job].asks
            return Question(job, _values(profile, asks, frame.data, fields))
    raise MessageError("no job that is known")


def _frame(
    profile: Profile,
    code: str,
    status: int,
    spec: Sequence[Value],
    values: Mapping[str, bytes],
    time: str,
    *,
    is_answer: bool = False,
) -> bytes:
    if not profile.tagged:
        data = b"".join(_fit(each, values[each.name]) for each in spec)
        raw_status = bytes([status])
        return build(profile.framing, data, code=code.encode("ascii"), status=raw_status, time=time)
    fields = [JOB_TAG + code]
    if is_answer:
        fields.append(f"{STATUS_TAG}{status:02d}")
    raw = [each.encode("ascii") for each in fields]
    for each in spec:
        value = values[each.name]
        written = value.hex().encode("ascii") if each.form is Form.BINARY else value
        raw.append(each.tag.encode("ascii") + written)
    return build(profile.framing, SEPARATOR.join((*raw, b"")))


def _fit(spec: Value, value: bytes) -> bytes:
    if spec.width is None:
        return value
    padded = value.ljust(spec.width, b"\0") if spec.form is Form.TEXT else value
    if len(padded) != spec.width:
        raise ValueError(f"{spec.name} has not its width")
    return padded


def _open(profile: Profile, frame: Frame) -> tuple[str, int, dict[str, bytes]]:
    """Return a frame's code and status, and its tagged fields where it has any."""
    if not profile.tagged:
        if not frame.code.isascii() or len(frame.code) != 1:
            raise MessageError("no code")
        return frame.code.decode("ascii"), (frame.status or b"\0")[0], {}
    fields: dict[str, bytes] = {}
    for each in frame.data.split(SEPARATOR):
        if not each:
            continue
        tag = each[:1].decode("latin-1")
        if tag in fields:
            raise MessageError("a tag comes twice")
        fields[tag] = each[1:]
    status = fields.get(STATUS_TAG, b"00")
    if not status.isdigit() or len(status) > 3:
        raise MessageError("a status that is no number")
    return fields.get(JOB_TAG, b"").decode("latin-1"), int(status), fields


def _values(
    profile: Profile, spec: Sequence[Value], data: bytes, fields: Mapping[str, bytes]
) -> dict[str, bytes]:
    return _tagged(spec, fields) if profile.tagged else _counted(spec, data)


def _counted(spec: Sequence[Value], data: bytes) -> dict[str, bytes]:
    values: dict[str, bytes] = {}
    at = 0
    for each in spec:
        end = len(data) if each.width is None else at + each.width
        if end > len(data):
            raise MessageError(f"{each.name} is cut short")
        values[each.name] = data[at:end]
        at = end
    if at != len(data):
        raise MessageError("more than its job says")
    return values


def _tagged(spec: Sequence[Value], fields: Mapping[str, bytes]) -> dict[str, bytes]:
    values: dict[str, bytes] = {}
    for each in spec:
        if each.tag not in fields:
            raise MessageError(f"{each.name} is missing")
        values[each.name] = _unwritten(each, fields[each.tag])
    return values


def _unwritten(spec: Value, raw: bytes) -> bytes:
    if spec.form is Form.TEXT:
        if spec.width is not None and len(raw) > spec.width:
            raise MessageError(f"{spec.name} is too long")
        return raw
    try:
        value = bytes.fromhex(raw.decode("ascii"))
    except ValueError:
        raise MessageError(f"{spec.name} is no hex") from None
    if spec.width is not None and len(value) != spec.width:
        raise MessageError(f"{spec.name} has not its width")
    return value
