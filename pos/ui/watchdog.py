"""Ends the program when its terminal is gone. Never touches a sale: what counts is on the disk.

A Textual app whose pty disappears without SIGHUP reads nothing for ever and spins at full load.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable

POLL_SECONDS = 1.0
GRACE_SECONDS = 3.0  # The app may end by itself in this time; then the process is ended.
EXIT_HUNG_UP = 128 + 1  # What a shell reports for SIGHUP.


def terminal_is_gone(fd: int) -> bool:
    """Return whether the other end of a terminal has been closed; never waits."""
    watch = select.poll()
    watch.register(fd, 0)  # Hang-ups and errors are always reported.
    gone = select.POLLHUP | select.POLLERR | select.POLLNVAL
    return any(event & gone for _, event in watch.poll(0))


def _end_process() -> None:
    os._exit(EXIT_HUNG_UP)  # As a power cut: the next start recovers.


class TerminalWatch:
    """Watches one terminal from a thread of its own, since the loop itself may be stuck on it.

    Args:
        fd: the terminal's file descriptor.
        on_gone: called once, from the thread; asks the app to end.
        any_line: watch it though it is no terminal: a browser's keys come by a pipe.
        end: called when the app has not stopped the watch in time after that.
    """

    def __init__(
        self,
        fd: int,
        on_gone: Callable[[], object],
        *,
        end: Callable[[], object] = _end_process,
        poll_seconds: float = POLL_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
        any_line: bool = False,
    ) -> None:
        self._fd = fd
        self._any_line = any_line
        self._on_gone = on_gone
        self._end = end
        self._poll_seconds = poll_seconds
        self._grace_seconds = grace_seconds
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to watch; nothing is watched where there is no terminal (tests, pictures)."""
        if os.isatty(self._fd) or self._any_line:
            threading.Thread(target=self._run, name="terminal-watch", daemon=True).start()

    def stop(self) -> None:
        """Watch no longer; the app has ended in order."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._poll_seconds):
            if terminal_is_gone(self._fd):
                threading.Thread(target=self._on_gone, daemon=True).start()
                if not self._stopped.wait(self._grace_seconds):
                    self._end()
                return
