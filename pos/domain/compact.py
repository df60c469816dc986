"""Values in as few bytes as paper can bear. Never a byte that could stand for nothing.

Numbers are little-endian groups of seven bits, the highest bit meaning that more follow; signed ones
are folded first (0, -1, 1, -2, ...). A text says its length and how it was packed: hex digits,
base64url and masked card numbers shrink to the bytes behind them, whatever else stays UTF-8.
A reader takes what it can; that a value was written the one right way is checked by writing it again.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from enum import IntEnum

NUMBER_BITS_MAX = 63
NUMBER_BYTES_MAX = 9  # Seven bits each.
TEXT_BYTES_MAX = 1_024  # Packed; a sealed card has about 250.
EPOCH = datetime(2025, 1, 1, tzinfo=UTC)  # Near, so that a moment takes 7 bytes until 2033.
_MICROSECOND = timedelta(microseconds=1)
_KIND_BITS = 2
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_BASE64 = re.compile(r"[A-Za-z0-9_-]+")
_PAN = re.compile(r"([0-9]{6})(\*{3,9})([0-9]{4})")
_PAN_BYTES = 6  # How many digits are hidden, and the ten others.


class CompactError(ValueError):
    """A value that has no form here, or bytes that are not of the form."""


class _Kind(IntEnum):
    """How a text is packed."""

    PLAIN = 0
    HEX = 1
    BASE64 = 2
    PAN = 3


class Writer:
    """Puts values one behind the other."""

    def __init__(self) -> None:
        self._out = bytearray()

    def raw(self, data: bytes) -> None:
        """Write bytes whose number the reader knows."""
        self._out += data

    def number(self, value: int) -> None:
        """Write a number from 0 on.

        Raises:
            CompactError: it is negative, or needs more than 63 bits.
        """
        if value < 0 or value.bit_length() > NUMBER_BITS_MAX:
            raise CompactError(f"{value} does not fit {NUMBER_BITS_MAX} bits")
        while value > 0x7F:
            self._out.append(value & 0x7F | 0x80)
            value >>= 7
        self._out.append(value)

    def signed(self, value: int) -> None:
        """Write a number of either sign.

        Raises:
            CompactError: it needs more than 62 bits.
        """
        self.number(value * 2 if value >= 0 else -value * 2 - 1)

    def moment(self, at: datetime, since: datetime = EPOCH) -> None:
        """Write a time, to the microsecond.

        Raises:
            CompactError: it has no zone.
        """
        if at.tzinfo is None:
            raise CompactError("a time without a zone")
        self.signed((at - since) // _MICROSECOND)

    def text(self, text: str) -> None:
        """Write a text.

        Raises:
            CompactError: it is longer than 1,024 bytes, or no Unicode.
        """
        kind, packed = _pack(text)
        if len(packed) > TEXT_BYTES_MAX:
            raise CompactError(f"a text of {len(packed)} bytes")
        self.number(len(packed) << _KIND_BITS | kind)
        self.raw(packed)

    def done(self) -> bytes:
        """Return what was written."""
        return bytes(self._out)


class Reader:
    """Takes values from bytes that may be anyone's.

    Raises:
        CompactError: from every method, where the bytes end early or mean nothing.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def raw(self, size: int) -> bytes:
        """Take so many bytes."""
        taken = self._data[self._at : self._at + size]
        if len(taken) != size:
            raise CompactError("it ends too early")
        self._at += size
        return taken

    def number(self) -> int:
        """Take a number."""
        value = 0
        for place in range(NUMBER_BYTES_MAX):
            byte = self.raw(1)[0]
            value |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                return value
        raise CompactError("a number without end")

    def signed(self) -> int:
        """Take a number of either sign."""
        folded = self.number()
        return -(folded >> 1) - 1 if folded & 1 else folded >> 1

    def moment(self, since: datetime = EPOCH) -> datetime:
        """Take a time."""
        try:
            return since + self.signed() * _MICROSECOND
        except OverflowError as error:
            raise CompactError("a time beyond the calendar") from error

    def text(self) -> str:
        """Take a text."""
        header = self.number()
        size = header >> _KIND_BITS
        if size > TEXT_BYTES_MAX:
            raise CompactError(f"a text of {size} bytes")
        return _unpack(_Kind(header & (1 << _KIND_BITS) - 1), self.raw(size))

    def end(self) -> None:
        """Check that nothing is left."""
        if self._at != len(self._data):
            raise CompactError("bytes behind the end")


def _pack(text: str) -> tuple[_Kind, bytes]:
    if pan := _PAN.fullmatch(text):
        first, hidden, last = pan.groups()
        return _Kind.PAN, bytes((len(hidden),)) + int(first + last).to_bytes(_PAN_BYTES - 1, "big")
    if _HEX.fullmatch(text):
        return _Kind.HEX, bytes.fromhex(text)
    if _BASE64.fullmatch(text) and len(text) % 4 != 1:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if _base64(packed) == text:  # Not where the last letter has bits to spare.
            return _Kind.BASE64, packed
    try:
        return _Kind.PLAIN, text.encode()
    except UnicodeEncodeError as error:
        raise CompactError("a text that is no Unicode") from error


def _unpack(kind: _Kind, packed: bytes) -> str:
    match kind:
        case _Kind.PLAIN:
            try:
                return packed.decode()
            except UnicodeDecodeError as error:
                raise CompactError("a text that is no UTF-8") from error
        case _Kind.HEX:
            return packed.hex()
        case _Kind.BASE64:
            return _base64(packed)
        case _Kind.PAN:
            if len(packed) != _PAN_BYTES:
                raise CompactError("a card number of another length")
            digits = f"{int.from_bytes(packed[1:], 'big'):010d}"
            return f"{digits[:6]}{'*' * packed[0]}{digits[6:]}"


def _base64(packed: bytes) -> str:
    return urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")
