"""Cuts a stream of bytes into frames and puts frames together. Pure; never trusts a length or a check.

A vendor's frame is data (`Framing`): which fields stand in which order, how the length is written,
what the check covers. Whatever arrives ends in frames, controls and typed faults, in time that
grows with the bytes and memory that does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from functools import reduce
from operator import xor

STX, ETX, ACK, NAK, FS = 0x02, 0x03, 0x06, 0x15, 0x1C
DATA_MAX = 4_096  # Bytes in one frame; an answer of a card has 258, in hex 516.


class Part(Enum):
    """One field of a frame; the number is its width in bytes where that never differs."""

    STX = auto()
    TERMINAL = auto()
    TIME = auto()
    CODE = auto()
    STATUS = auto()
    LENGTH = auto()
    DATA = auto()
    ETX = auto()
    CHECK = auto()


class LengthForm(Enum):
    """How a length is written."""

    U16_LITTLE = auto()
    U16_BIG = auto()
    ASCII_4 = auto()


WIDTHS = {Part.STX: 1, Part.TERMINAL: 16, Part.TIME: 14, Part.CODE: 1, Part.STATUS: 1}
LENGTH_WIDTHS = {LengthForm.U16_LITTLE: 2, LengthForm.U16_BIG: 2, LengthForm.ASCII_4: 4}
_ENDS = ((Part.DATA, Part.ETX, Part.CHECK),)


@dataclass(frozen=True, slots=True)
class Framing:
    """How a vendor's frame is put together.

    Attributes:
        order: its fields, STX first and data, ETX and check last.
        length: None where the frame ends at the first ETX and its data are text.
        length_counts_code: the length covers code and data instead of the data alone.
        check_covers_stx: the check (XOR of all bytes, LRC or BCC) begins at STX, not behind it.
    """

    order: tuple[Part, ...]
    length: LengthForm | None = None
    length_counts_code: bool = False
    check_covers_stx: bool = False
    data_max: int = DATA_MAX

    def __post_init__(self) -> None:
        """Refuse what no reader could follow: a programming error."""
        once = len(set(self.order)) == len(self.order)
        ends = self.order[0] is Part.STX and self.order[-3:] in _ENDS
        if not once or not ends or (Part.LENGTH in self.order) != (self.length is not None):
            raise ValueError("a frame begins with STX, ends with data, ETX, check, each once")

    @property
    def head(self) -> int:
        """How many bytes stand before the data."""
        return sum(self.width(part) for part in self.order[:-3])

    def width(self, part: Part) -> int:
        """Return a header field's width in bytes."""
        if part is Part.LENGTH:
            assert self.length is not None
            return LENGTH_WIDTHS[self.length]
        return WIDTHS[part]

    def place(self, part: Part) -> slice:
        """Return where a header field stands in a frame."""
        start = 0
        for each in self.order:
            if each is part:
                return slice(start, start + self.width(each))
            start += self.width(each)
        raise ValueError(f"no {part} in this frame")


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole frame whose check is right. Its data stay out of the repr.

    Attributes:
        code, status: empty where the vendor's frame has no such field: they stand in the data.
    """

    code: bytes
    status: bytes
    data: bytes = field(repr=False)


class Control(Enum):
    """A single byte between frames."""

    ACK = ACK
    NAK = NAK


class FaultKind(StrEnum):
    """What was wrong with bytes that were dropped."""

    GARBAGE = "garbage"  # Between frames.
    BAD_LENGTH = "bad_length"  # No end where the length said, or longer than any frame.
    BAD_CHECK = "bad_check"
    CUT_SHORT = "cut_short"  # The line fell silent in the middle of a frame.


@dataclass(frozen=True, slots=True)
class Fault:
    """Bytes that were dropped: why, and how many."""

    kind: FaultKind
    count: int


Heard = Frame | Control | Fault


_CONTROLS = {each.value: each for each in Control}
_NO_GARBAGE = re.compile(rb"[\x02\x06\x15]")
_LIE = Fault(FaultKind.BAD_LENGTH, 1)


class FrameReader:
    """Takes bytes as they come and returns what is whole. One for each open port."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._head = framing.head
        self._places = {part: framing.place(part) for part in framing.order[:-3]}
        self._length = self._places.get(Part.LENGTH, slice(0, 0))
        self._first = self._delimited if framing.length is None else self._counted
        self._buffer = bytearray()

    @property
    def is_waiting(self) -> bool:
        """Whether the beginning of a frame is held back for its end."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Heard]:
        """Take bytes from the line."""
        heard: list[Heard] = []
        # In pieces, so that a flood is never held whole.
        for start in range(0, len(data), DATA_MAX):
            self._buffer += data[start : start + DATA_MAX]
            heard += self._drain()
        return _merged(heard)

    def silence(self) -> list[Heard]:
        """Give the beginning of a frame up: its end is not coming. What lies in it may be whole."""
        heard: list[Heard] = []
        while self._buffer:
            heard.append(Fault(FaultKind.CUT_SHORT, 1))
            del self._buffer[0]
            heard += self._drain()
        return _merged(heard)

    def _drain(self) -> list[Heard]:
        """Take whatever is whole off the buffer's front; moves an index, and cuts once."""
        heard: list[Heard] = []
        buffer, at = self._buffer, 0
        while at < len(buffer):
            first = buffer[at]
            if first == STX:
                used, said = self._first(at)
                if not used:
                    break
            elif first in _CONTROLS:
                used, said = _run_of(buffer, at), _CONTROLS[first]
            else:
                found = _NO_GARBAGE.search(buffer, at)
                used = (found.start() if found else len(buffer)) - at
                said = Fault(FaultKind.GARBAGE, used)
            at += used
            heard.append(said)
        del buffer[:at]
        return heard

    def _counted(self, at: int) -> tuple[int, Heard]:
        have = len(self._buffer) - at
        if have < self._head:
            return 0, _LIE
        size = self._size(at)
        if size is None:
            return 1, _LIE
        end = at + self._head + size
        if len(self._buffer) < end + 2:
            return 0, _LIE
        if self._buffer[end] != ETX:
            return 1, _LIE  # Only the STX goes: what it swallowed may hold a frame.
        return end + 2 - at, self._checked(at, end)

    def _delimited(self, at: int) -> tuple[int, Heard]:
        limit = at + self._head + self._framing.data_max + 1
        end = self._buffer.find(ETX, at + self._head, limit)
        again = self._buffer.rfind(STX, at + 1, end if end >= 0 else limit)
        if again >= 0:  # Text holds no STX: a frame was cut short and the next begins.
            return again - at, Fault(FaultKind.CUT_SHORT, again - at)
        if end < 0 and len(self._buffer) < limit:
            return 0, Fault(FaultKind.BAD_LENGTH, 0)
        if end < 0:
            return limit - at, Fault(FaultKind.BAD_LENGTH, limit - at)
        if len(self._buffer) < end + 2:
            return 0, Fault(FaultKind.BAD_LENGTH, 0)
        return end + 2 - at, self._checked(at, end)

    def _checked(self, at: int, end: int) -> Heard:
        """Return the frame that ends at this ETX, if its check is right; if not, all of it goes."""
        whole = bytes(self._buffer[at : end + 1])
        if checksum(whole, self._framing) != self._buffer[end + 1]:
            return Fault(FaultKind.BAD_CHECK, end + 2 - at)
        return Frame(
            code=self._field(whole, Part.CODE),
            status=self._field(whole, Part.STATUS),
            data=whole[self._head : -1],
        )

    def _field(self, whole: bytes, part: Part) -> bytes:
        return whole[self._places[part]] if part in self._places else b""

    def _size(self, at: int) -> int | None:
        """Return how many bytes of data the length promises; None where it is no such length."""
        raw = self._buffer[at + self._length.start : at + self._length.stop]
        match self._framing.length:
            case LengthForm.ASCII_4:
                size = int(raw) if raw.isdigit() else -1
            case LengthForm.U16_BIG:
                size = int.from_bytes(raw, "big")
            case _:
                size = int.from_bytes(raw, "little")
        if self._framing.length_counts_code:
            size -= self._framing.width(Part.CODE)
        return size if 0 <= size <= self._framing.data_max else None


def build(
    framing: Framing,
    data: bytes,
    *,
    code: bytes = b"",
    status: bytes = b"\0",
    terminal: str = "",
    time: str = "",
) -> bytes:
    """Return a frame ready for the wire.

    Args:
        framing: the vendor's.
        data: what it carries.
        code: one byte, where the frame has a field for it.
        status: 0 in a request.
        terminal: padded with zero bytes, as the vendors' tables have it.
        time: YYYYMMDDhhmmss.

    Raises:
        ValueError: a value is wider than its field, or the data would end the frame early.
    """
    if len(data) > framing.data_max or (framing.length is None and {STX, ETX} & set(data)):
        raise ValueError("data that no frame can carry")
    values = {
        Part.STX: bytes([STX]),
        Part.TERMINAL: terminal.encode("ascii").ljust(WIDTHS[Part.TERMINAL], b"\0"),
        Part.TIME: time.encode("ascii").ljust(WIDTHS[Part.TIME], b"0"),
        Part.CODE: code,
        Part.STATUS: status,
    }
    if framing.length is not None:
        counted = len(data) + (framing.width(Part.CODE) if framing.length_counts_code else 0)
        values[Part.LENGTH] = _length(framing.length, counted)
    head = b""
    for part in framing.order[:-3]:
        if len(values[part]) != framing.width(part):
            raise ValueError(f"{part} has not its width")
        head += values[part]
    whole = head + data + bytes([ETX])
    return whole + bytes([checksum(whole, framing)])


def checksum(whole: bytes, framing: Framing) -> int:
    """Return the XOR over a frame from STX, or from behind it, to ETX."""
    return reduce(xor, whole if framing.check_covers_stx else whole[1:], 0)


def _run_of(buffer: bytearray, at: int) -> int:
    """Return how many bytes equal to this one stand in a row: a flood of controls says it once."""
    end = at + 1
    while end < len(buffer) and buffer[end] == buffer[at]:
        end += 1
    return end - at


def _length(form: LengthForm, size: int) -> bytes:
    match form:
        case LengthForm.ASCII_4:
            return f"{size:04d}".encode("ascii")
        case LengthForm.U16_BIG:
            return size.to_bytes(2, "big")
        case LengthForm.U16_LITTLE:
            return size.to_bytes(2, "little")


def _merged(heard: list[Heard]) -> list[Heard]:
    """Put neighbouring faults of a kind, and equal controls, together: a flood is one."""
    merged: list[Heard] = []
    for each in heard:
        last = merged[-1] if merged else None
        if isinstance(each, Fault) and isinstance(last, Fault) and each.kind is last.kind:
            merged[-1] = Fault(each.kind, last.count + each.count)
        elif not (isinstance(each, Control) and each is last):
            merged.append(each)
    return merged
