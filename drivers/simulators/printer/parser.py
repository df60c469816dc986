"""Splits ESC/POS bytes into commands and text. Strict: what it does not know, it reports.

Source: Epson's ESC/POS command reference; FS & and FS . from its two-byte (Korean) models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

MAX_COMMAND_BYTES = 70_000  # The longest length field counts to 65,535.


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name bytes and its arguments."""

    name: bytes
    args: bytes = b""


@dataclass(frozen=True, slots=True)
class Bytes:
    """Printable bytes in a row; their letters depend on the printer's mode."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Unknown:
    """Bytes that are no command known here."""

    data: bytes


Token = Command | Bytes | Unknown

# Arguments in bytes, by name. Commands with a length of their own are in _SIZED.
_FIXED: dict[bytes, int] = {
    b"\n": 0,
    b"\r": 0,
    b"\t": 0,
    b"\x10\x04": 1,  # DLE EOT n: status, in real time
    b"\x1b@": 0,
    b"\x1b!": 1,
    b"\x1bE": 1,
    b"\x1bG": 1,
    b"\x1b-": 1,
    b"\x1ba": 1,
    b"\x1bd": 1,
    b"\x1bJ": 1,
    b"\x1bM": 1,
    b"\x1bR": 1,
    b"\x1bt": 1,
    b"\x1b2": 0,
    b"\x1b3": 1,
    b"\x1bp": 3,  # ESC p m t1 t2: drawer
    b"\x1d!": 1,
    b"\x1dB": 1,
    b"\x1dH": 1,
    b"\x1dh": 1,
    b"\x1dw": 1,
    b"\x1dL": 2,
    b"\x1dW": 2,
    b"\x1da": 1,
    b"\x1c&": 0,
    b"\x1c.": 0,
    b"\x1c!": 1,
    b"\x1c-": 1,
    b"\x1cS": 2,
}


def _bracketed(buffer: bytes) -> int | None:
    """GS ( x pL pH data: return the whole length."""
    return None if len(buffer) < 5 else 5 + int.from_bytes(buffer[3:5], "little")


def _cut(buffer: bytes) -> int | None:
    """GS V m, or GS V m n where m is a letter's code."""
    if len(buffer) < 3:
        return None
    return 3 if buffer[2] in (0, 1, 48, 49) else 4


def _raster(buffer: bytes) -> int | None:
    """GS v 0 m xL xH yL yH data: return the whole length."""
    if len(buffer) < 8:
        return None
    across = int.from_bytes(buffer[4:6], "little")
    return 8 + across * int.from_bytes(buffer[6:8], "little")


def _barcode(buffer: bytes) -> int | None:
    """GS k m n data where m is a letter's code; GS k m data NUL, from before, where it is none."""
    if len(buffer) < 4:
        return None
    if buffer[2] >= ord("A"):
        return 4 + buffer[3]
    end = buffer.find(b"\x00", 3)
    return end + 1 if end >= 0 else None


_SIZED: dict[bytes, Callable[[bytes], int | None]] = {
    b"\x1d(": _bracketed,
    b"\x1dV": _cut,
    b"\x1dv": _raster,
    b"\x1dk": _barcode,
}
_NAME_LENGTH = {b"\x1d(": 3, b"\x1dv": 3}
_LEADS = frozenset(b"\x10\x1b\x1c\x1d")


class Parser:
    """Takes bytes cut anywhere and gives whole tokens; keeps the rest."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Iterator[Token]:
        """Take in bytes and return what is complete."""
        self._buffer += data
        while self._buffer:
            token, length = self._next(self._buffer)
            if token is None:
                return
            self._buffer = self._buffer[length:]
            yield token

    def rest(self) -> bytes:
        """Return and forget what was left incomplete, at the end of a connection."""
        rest, self._buffer = self._buffer, b""
        return rest

    def _next(self, buffer: bytes) -> tuple[Token | None, int]:
        if buffer[0] >= 0x20:
            end = next((i for i, byte in enumerate(buffer) if byte < 0x20), len(buffer))
            return Bytes(buffer[:end]), end
        if buffer[0] in _LEADS and len(buffer) == 1:
            return None, 0
        name = buffer[:2] if buffer[0] in _LEADS else buffer[:1]
        if name in _SIZED:
            return self._sized(name, buffer)
        if name not in _FIXED:
            return Unknown(name), len(name)
        length = len(name) + _FIXED[name]
        if len(buffer) < length:
            return None, 0
        return Command(name, buffer[len(name) : length]), length

    def _sized(self, name: bytes, buffer: bytes) -> tuple[Token | None, int]:
        length = _SIZED[name](buffer)
        if length is not None and length > MAX_COMMAND_BYTES:
            return Unknown(buffer[:8]), 8
        if length is None or len(buffer) < length:
            return None, 0
        cut = _NAME_LENGTH.get(name, 2)
        return Command(buffer[:cut], buffer[cut:length]), length
