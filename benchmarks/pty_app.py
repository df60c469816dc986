"""Runs a program in a real pseudo-terminal and times what it paints. Never a Textual internal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence

COLUMNS, ROWS = 100, 40
SETTLED_S = 0.06  # No byte for so long: the screen stands still.


class PtyApp:
    """A program with a terminal of 100x40."""

    def __init__(self, command: Sequence[str], **environment: str) -> None:
        self.begun = time.perf_counter()
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.environ.update({"TERM": "xterm-256color", "LANG": "C.UTF-8", **environment})
            os.execvp(command[0], list(command))
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, size)
        self.seen = b""

    def read_until(self, wanted: bytes, limit_s: float = 30.0) -> float:
        """Read until the bytes were painted; return seconds since the start."""
        while wanted not in self.seen:
            if not self._read(limit_s):
                tail = self.seen[-400:].decode("utf-8", "replace")
                raise TimeoutError(f"{wanted!r} was never painted; the end was {tail!r}")
        return time.perf_counter() - self.begun

    def settle(self) -> None:
        """Read until nothing more is painted."""
        while self._read(SETTLED_S):
            pass

    def press(self, keys: bytes) -> float:
        """Press keys; return the milliseconds until the last byte that they painted."""
        self.settle()
        begun = last = time.perf_counter()
        os.write(self._fd, keys)
        first = True
        while self._read(2.0 if first else SETTLED_S):
            first = False
            last = time.perf_counter()
        return (last - begun) * 1_000

    def end(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._fd)

    def _read(self, limit_s: float) -> bool:
        ready, _, _ = select.select([self._fd], [], [], limit_s)
        if not ready:
            return False
        try:
            data = os.read(self._fd, 65_536)
        except OSError:
            return False
        self.seen = (self.seen + data)[-200_000:]
        return bool(data)
