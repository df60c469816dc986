"""Cuts a scanner's bytes into codes. Never hands on half a code, two in one, or a character no code has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pos.domain.scan_errors import CodeTooLong, CodeUnreadable, ScanError

CODE_MAX = 4_096  # Bytes; the largest QR code holds 2,953.
GS = 0x1D  # Stands in GS1 codes; no other control character does.
ENDS = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t", "etx": b"\x03"}
SPACE, DELETE = 0x20, 0x7F


@dataclass(frozen=True, slots=True)
class Framing:
    """How a scanner was told to send its codes.

    Attributes:
        prefix: before each code; empty for none.
        suffix: behind each code.
    """

    prefix: bytes = b""
    suffix: bytes = b"\r"


class Framer:
    """Collects bytes until a code is whole.

    A flood without an end is dropped to its end and is one error, however long it is.
    """

    def __init__(self, framing: Framing) -> None:
        self.framing = framing
        self._held = bytearray()
        self._flooded = False

    @property
    def holds(self) -> bool:
        """A code has begun and not ended."""
        return bool(self._held) or self._flooded

    def feed(self, data: bytes) -> Iterator[str | ScanError]:
        """Take bytes; yield the codes that are whole, or why one is not taken."""
        suffix = self.framing.suffix
        self._held += data
        while (end := self._held.find(suffix)) >= 0:
            frame = bytes(self._held[:end])
            del self._held[: end + len(suffix)]
            if self._flooded:
                self._flooded = False
                continue
            if len(frame) > CODE_MAX:
                yield CodeTooLong(limit=CODE_MAX)
            elif frame.strip(b"\r\n"):
                yield self._read(frame)
        if len(self._held) > CODE_MAX:
            if not self._flooded:
                yield CodeTooLong(limit=CODE_MAX)
            self._flooded = True
            # What could be the beginning of the suffix stays.
            del self._held[: len(self._held) - len(suffix) + 1]

    def quiet(self) -> Iterator[ScanError]:
        """Nothing came for a while: what is held will not be finished."""
        if self._held.strip(b"\r\n\0") and not self._flooded:
            yield CodeUnreadable(problem="중간에 끊김 / cut off")
        self._held.clear()
        self._flooded = False

    def _read(self, frame: bytes) -> str | ScanError:
        prefix = self.framing.prefix
        frame = frame.strip(b"\r\n")  # Of the pair that another setting would send.
        if prefix:
            if not frame.startswith(prefix) or prefix in frame[len(prefix) :]:
                return CodeUnreadable(problem="접두어 / prefix")
            frame = frame[len(prefix) :]
        if not frame or any((b < SPACE and b != GS) or b == DELETE for b in frame):
            return CodeUnreadable(problem="제어 문자 / control character")
        for encoding in ("utf-8", "cp949"):
            try:
                text = frame.decode(encoding)
            except UnicodeDecodeError:
                continue
            if all(each.isprintable() or each == chr(GS) for each in text):
                return text
        return CodeUnreadable(problem="통신 속도? / baud rate?")
