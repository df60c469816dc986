"""Cuts a stream of bytes into frames. Pure; never trusts a length or a check.

Whatever arrives ends in frames, controls and typed faults, in time that grows with the bytes and
memory that does not.
"""

from __future__ import annotations

import re

from drivers.cards.serial.framing import (
    DATA_MAX,
    ETX,
    STX,
    Control,
    Fault,
    FaultKind,
    Frame,
    Framing,
    Heard,
    LengthForm,
    Part,
    checksum,
)

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


def _run_of(buffer: bytearray, at: int) -> int:
    """Return how many bytes equal to this one stand in a row: a flood of controls says it once."""
    end = at + 1
    while end < len(buffer) and buffer[end] == buffer[at]:
        end += 1
    return end - at


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
