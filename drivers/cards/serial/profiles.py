"""What a vendor's secure reader speaks, as data. Never code: another vendor is another table.

Of the vendors' own: the frame, its length, its check and what that covers, ACK and NAK, three tries
three seconds apart, events that are never acknowledged, and the events' letters. Which letter or tag
asks for what beyond that stands in each vendor's manual, under contract; the tables below name ours
in one place each, and `docs/write-a-driver.md` says how to put a manual's in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto

from drivers.cards.serial.framing import FS, Framing, LengthForm, Part


class Job(StrEnum):
    """What can be asked of a reader."""

    STATUS = auto()  # Who are you, does a card lie in you, do you wait for one?
    INTEGRITY = auto()  # Check yourself (무결성 점검).
    ARM = auto()  # Wait for a card, of any kind.
    DISARM = auto()
    POWER = auto()  # Power the chip that lies in you.
    APDU = auto()
    TRACK = auto()  # Hand over the stripe or MST that you read, encrypted.


class Event(StrEnum):
    """What a reader says unasked. Never acknowledged, so each may be lost."""

    INSERTED = auto()
    TAPPED = auto()
    REMOVED = auto()
    FALLBACK = auto()  # The chip can't be read.
    SWIPED = auto()  # A stripe, or a phone's MST.


class Form(StrEnum):
    """How a value is written."""

    TEXT = auto()
    BINARY = auto()  # Bytes in a counted frame, hex in a tagged one.


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a message: its name, its tag where there are tags, its width where there are none.

    Attributes:
        width: bytes; None is the rest of the data, so it comes last.
    """

    name: str
    tag: str
    width: int | None = None
    form: Form = Form.TEXT


@dataclass(frozen=True, slots=True)
class Message:
    """What a job carries there and back."""

    asks: tuple[Value, ...] = ()
    tells: tuple[Value, ...] = ()


_SESSION = Value("session", "n", 1, Form.BINARY)  # One stay of one card, by the reader's count.
_COUNTER = Value("counter", "q", 1, Form.BINARY)  # Told back: a late answer is known by it.
_CARD = Value("card", "c", 1)  # I chip inserted, R card tapped, N none.
MESSAGES: Mapping[Job, Message] = {
    Job.STATUS: Message(
        tells=(
            Value("model", "m", 16),
            Value("serial", "s", 16),
            Value("firmware", "f", 8),
            _CARD,
            Value("armed", "w", 1),
        )
    ),
    Job.INTEGRITY: Message(tells=(Value("result", "i", 2), Value("digest", "d", 32, Form.BINARY))),
    Job.ARM: Message(asks=(_COUNTER,), tells=(_COUNTER, _CARD)),
    Job.DISARM: Message(),
    Job.POWER: Message(
        asks=(_COUNTER,), tells=(_COUNTER, _SESSION, Value("atr", "a", None, Form.BINARY))
    ),
    Job.APDU: Message(
        asks=(_COUNTER, _SESSION, Value("command", "x", None, Form.BINARY)),
        tells=(_COUNTER, _SESSION, Value("reply", "x", None, Form.BINARY)),
    ),
    Job.TRACK: Message(
        asks=(_COUNTER,),
        tells=(
            _COUNTER,
            Value("kind", "k", 1),  # M a phone's MST, S a stripe, F a stripe after a chip failed.
            Value("masked", "p", 19),
            Value("reference", "h", 16, Form.BINARY),
            Value("ksn", "u", 12, Form.BINARY),
            Value("track", "t", None, Form.BINARY),
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One vendor's reader.

    Attributes:
        jobs: the letter that asks for each; a counted frame answers it in lower case.
        events: the letter of each.
        event_code: the code of a frame that is an event.
        tagged: values stand behind a letter each, parted by FS; the job and the answer's status too.
        ack_ms, tries: how long a sent frame waits for its ACK, and how often it is sent in all.
        silence_ms: a frame whose bytes stop for so long is given up.
    """

    name: str
    framing: Framing
    jobs: Mapping[Job, str]
    events: Mapping[Event, str]
    event_code: str = "@"
    tagged: bool = False
    baud: int = 115_200
    ack_ms: int = 3_000
    tries: int = 3
    silence_ms: int = 200
    messages: Mapping[Job, Message] = field(default_factory=lambda: MESSAGES)


_EVENTS = {
    Event.INSERTED: "I",
    Event.REMOVED: "O",
    Event.FALLBACK: "F",
    Event.TAPPED: "R",
    Event.SWIPED: "M",
}
_JOBS = {
    Job.STATUS: "A",
    Job.INTEGRITY: "V",
    Job.ARM: "E",
    Job.DISARM: "R",
    Job.POWER: "P",
    Job.APDU: "X",
    Job.TRACK: "T",
}

TL3500 = Profile(
    name="tl3500",
    framing=Framing(
        order=(
            Part.STX,
            Part.TERMINAL,
            Part.TIME,
            Part.CODE,
            Part.STATUS,
            Part.LENGTH,
            Part.DATA,
            Part.ETX,
            Part.CHECK,
        ),
        length=LengthForm.U16_LITTLE,
        check_covers_stx=True,
    ),
    jobs=_JOBS,
    events=_EVENTS,
)
"""Header of 35 bytes with terminal, time, job, status, length; BCC over STX to ETX."""

FS_TAGGED = Profile(
    name="fs-tagged",
    framing=Framing(order=(Part.STX, Part.DATA, Part.ETX, Part.CHECK)),
    jobs=_JOBS,
    events=_EVENTS,
    tagged=True,
)
"""Values behind letters, each closed by FS, up to ETX; LRC from behind STX."""

PROFILES: Mapping[str, Profile] = {each.name: each for each in (TL3500, FS_TAGGED)}
SEPARATOR = bytes([FS])
