"""A character display that reads the bytes of the `escpos` profiles. Never lenient: unknown bytes are noted."""

from __future__ import annotations

import os
import select
import threading
import time
import tty
from pathlib import Path

COLUMNS, ROWS = 20, 2
ESC, US, CLR, FS = 0x1B, 0x1F, 0x0C, 0x1C
READ_S = 0.05


class VfdGlass:
    """What stands on the glass. Pure: bytes in, rows out; a command may come in pieces.

    Attributes:
        unknown: bytes that are no command of this display and no letter, in the order they came.
        started: how often it was made ready.
    """

    def __init__(self) -> None:
        self.unknown: list[bytes] = []
        self.started = 0
        self._cells: list[bytes] = []
        self._place = 0
        self._rest = b""
        self._clear()

    @property
    def rows(self) -> tuple[str, ...]:
        """What a customer reads, each row as wide as the glass."""
        return tuple(
            b"".join(self._cells[row * COLUMNS : (row + 1) * COLUMNS]).decode("cp949", "replace")
            for row in range(ROWS)
        )

    def take(self, data: bytes) -> None:
        """Take bytes from the line."""
        data = self._rest + data
        at = 0
        while at < len(data):
            size = self._one(data[at:])
            if not size:
                break
            at += size
        self._rest = data[at:]

    def _one(self, data: bytes) -> int:
        """Take one command or letter; return its length, 0 where the rest of it is still to come."""
        if data[0] in (ESC, US, FS):
            return self._command(data)
        if data[0] == CLR:
            self._clear()
            return 1
        if data[0] < 0x20 or data[0] == 0x7F:
            self.unknown.append(data[:1])
            return 1
        size = 2 if data[0] >= 0x81 else 1
        if len(data) < size:
            return 0
        self._put(data[:size])
        return size

    def _command(self, data: bytes) -> int:
        sizes = {b"\x1b\x40": 2, b"\x1c\x26": 2, b"\x1f\x01": 2, b"\x1f\x43": 3, b"\x1f\x24": 4}
        size = sizes.get(data[:2], 0)
        if len(data) < max(2, size):
            return 0
        if not size:
            self.unknown.append(data[:2])
            return 2
        if data[:2] == b"\x1b\x40":
            self.started += 1
            self._clear()
        elif data[:2] == b"\x1f\x24":
            self._move(column=data[2], row=data[3])
        return size

    def _move(self, *, column: int, row: int) -> None:
        if 1 <= column <= COLUMNS and 1 <= row <= ROWS:
            self._place = (row - 1) * COLUMNS + column - 1
        else:
            self.unknown.append(bytes((US, 0x24, column, row)))

    def _put(self, letter: bytes) -> None:
        for part, cell in enumerate((letter, *([b""] * (len(letter) - 1)))):
            self._cells[(self._place + part) % (COLUMNS * ROWS)] = cell
        self._place = (self._place + len(letter)) % (COLUMNS * ROWS)

    def _clear(self) -> None:
        self._cells = [b" "] * (COLUMNS * ROWS)
        self._place = 0


class VfdOnPty:
    """The glass behind a pseudo-terminal; `path` is what a driver opens.

    Attributes:
        deaf: set, it takes no byte more, as a display that hangs.
    """

    def __init__(self, link: Path) -> None:
        self.glass = VfdGlass()
        self.deaf = threading.Event()
        self.path = link
        self._stop = threading.Event()
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        self._theirs = theirs
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(theirs))
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def sees(self, *rows: str, within_s: float = 3.0) -> bool:
        """Wait until these rows stand on the glass."""
        end = time.monotonic() + within_s
        while self.glass.rows != rows and time.monotonic() < end:
            time.sleep(0.01)
        return self.glass.rows == rows

    def unplug(self) -> None:
        """Take the cable out."""
        self._stop.set()
        self._thread.join(2)
        self.path.unlink(missing_ok=True)
        os.close(self._ours)
        os.close(self._theirs)

    def _read(self) -> None:
        while not self._stop.is_set():
            ready, _, _ = select.select([self._ours], [], [], READ_S)
            if ready and not self.deaf.is_set():
                self.glass.take(os.read(self._ours, 4_096))
            elif ready:
                time.sleep(READ_S)
