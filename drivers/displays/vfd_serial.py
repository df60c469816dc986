"""A character display on a serial line (VFD, 2 x 20). Never blocks the till; a dead one is an error and no more."""

from __future__ import annotations

import asyncio

import serial

from drivers.displays.profile import Profile
from drivers.displays.texts import rows_of
from drivers.ports import find_port
from pos.domain.customer_view import CustomerView
from pos.domain.scan_errors import DisplayError
from pos.ports import DeviceStatus

WRITE_S = 1.0  # Twice 20 characters take 50 ms at 9,600 baud.


class VfdSerial:
    """Implements `pos.ports.CustomerDisplay`; the port is opened anew after any trouble."""

    def __init__(self, port: str, profile: Profile, *, baud: int = 9_600) -> None:
        self._pattern = port
        self._profile = profile
        self._baud = baud
        self._port: serial.Serial | None = None
        self._lock = asyncio.Lock()
        self._trouble = ""

    async def show(self, view: CustomerView) -> None:
        """Show this from now on; see the port.

        Raises:
            DisplayError: it can't be reached, or took not all of it.
        """
        rows = rows_of(view, self._profile)
        async with self._lock:
            try:
                await asyncio.to_thread(self._write, rows)
            except (OSError, TypeError) as error:  # pyserial raises the one or the other.
                self._trouble = "offline"
                await asyncio.to_thread(self._let_go)
                raise DisplayError(display=self._pattern) from error
            self._trouble = ""

    async def status(self) -> DeviceStatus:
        """Say whether the last view arrived."""
        ready = self._port is not None and not self._trouble
        problem = "" if ready else self._trouble or "offline"
        return DeviceStatus(f"display {self._pattern}", ready=ready, problem=problem)

    async def close(self) -> None:
        """Leave it dark."""
        async with self._lock:
            await asyncio.to_thread(self._darken)

    # In a thread ----------------------------------------------------------------------------

    def _write(self, rows: tuple[str, ...]) -> None:
        profile = self._profile
        data = b""
        if self._port is None:
            self._port = serial.Serial(
                find_port(self._pattern), self._baud, write_timeout=WRITE_S, timeout=WRITE_S
            )
            data = profile.start + profile.overwrite + profile.cursor_off + profile.clear
        # Each row is written whole, over what stood there: a clear before would flicker.
        for number, row in enumerate(rows, start=1):
            data += profile.move_to(number) + row.encode(profile.encoding)
        if self._port.write(data) != len(data):
            raise OSError("it took not all of it")

    def _darken(self) -> None:
        port = self._port
        if port is not None:
            try:
                port.write(self._profile.clear)
            except OSError:
                self._trouble = "offline"
        self._let_go()

    def _let_go(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            try:
                port.close()
            except OSError:
                self._trouble = "offline"
