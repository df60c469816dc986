"""Says how a vendor's frame is put together, and puts one together. Pure; reads none: `frame_reader` does.

A vendor's frame is data (`Framing`): which fields stand in which order, how the length is written,
what the check covers.
"""

from __future__ import annotations

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


def _length(form: LengthForm, size: int) -> bytes:
    match form:
        case LengthForm.ASCII_4:
            return f"{size:04d}".encode("ascii")
        case LengthForm.U16_BIG:
            return size.to_bytes(2, "big")
        case LengthForm.U16_LITTLE:
            return size.to_bytes(2, "little")
