"""A scanner on a serial line or a USB port that looks like one. Never blocks the till; it comes back by itself.

One thread reads and only passes codes on. A port that vanishes is looked for again, also under another
name: `port` may be a pattern, such as `/dev/serial/by-id/usb-Honeywell*`, which stays true when the
system counts its ports anew.
"""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress

import serial

from drivers.ports import find_port
from drivers.scanners.framing import Framer, Framing
from pos.domain.scan_errors import ScanError, ScannerUnavailable
from pos.ports import DeviceStatus

READ_S = 0.05
QUIET_S = 0.3  # A code whose rest has not come by then was cut off.
LOOK_EVERY_S = 0.5  # For a port that is gone.
DUPLICATE_S = 0.05  # The same code so soon is one pull of the trigger, not two things.
WAITING_MAX = 64  # Codes nobody took; a jammed trigger fills no memory.
READ_MAX = 4_096


class SerialScanner:
    """Implements `pos.ports.Scanner`."""

    def __init__(self, port: str, *, baud: int = 9_600, framing: Framing | None = None) -> None:
        """Take what names the port; nothing is opened before the first code is waited for."""
        self._pattern = port
        self._baud = baud
        self._framer = Framer(framing or Framing())
        self._connected = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._found: asyncio.Queue[str | ScanError] = asyncio.Queue(WAITING_MAX)
        self._last = ("", 0.0)

    async def next_code(self) -> str:
        """Wait for a whole code; see the port.

        Raises:
            ScanError: what came was none, or the line is gone; call again for the next.
        """
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)
            self._thread.start()
        found = await self._found.get()
        if isinstance(found, ScanError):
            raise found
        return found

    async def status(self) -> DeviceStatus:
        """Say whether the line stands."""
        problem = "" if self._connected else "offline"
        return DeviceStatus(f"scanner {self._pattern}", ready=self._connected, problem=problem)

    async def close(self) -> None:
        """Let the port go."""
        self._stop.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, 2)

    # In the thread --------------------------------------------------------------------------

    def _run(self) -> None:
        said_gone = False
        while not self._stop.is_set():
            with suppress(OSError, TypeError):  # pyserial raises the one or the other.
                self._read_while_there()
            was_there, self._connected = self._connected, False
            if was_there or not said_gone:
                said_gone = True
                self._pass_on(ScannerUnavailable(scanner=self._pattern))
            self._stop.wait(LOOK_EVERY_S)

    def _read_while_there(self) -> None:
        """Read until the port goes.

        Raises:
            OSError: it is not there, or went.
        """
        with serial.Serial(find_port(self._pattern), self._baud, timeout=READ_S) as port:
            port.reset_input_buffer()
            self._connected = True
            self._framer = Framer(self._framer.framing)
            came_at = time.monotonic()
            while not self._stop.is_set():
                data = port.read(max(1, min(port.in_waiting, READ_MAX)))
                now = time.monotonic()
                if data:
                    came_at = now
                    for found in self._framer.feed(data):
                        self._pass_on(found)
                elif self._framer.holds and now - came_at > QUIET_S:
                    for trouble in self._framer.quiet():
                        self._pass_on(trouble)

    def _pass_on(self, found: str | ScanError) -> None:
        (before, at), now = self._last, time.monotonic()
        self._last = (found, now) if isinstance(found, str) else ("", now)
        if found == before and now - at < DUPLICATE_S:
            return
        assert self._loop is not None
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._put, found)

    def _put(self, found: str | ScanError) -> None:
        if not self._found.full():
            self._found.put_nowait(found)
