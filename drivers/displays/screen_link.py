"""Sends views to screens in other windows over a local socket. Never reads a word from them.

Whoever connects gets what is to be seen now, then each change, as one line of JSON each. The socket is the
till owner's alone; a screen that does not keep up is let go.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path

from pos.domain.codec import encode
from pos.domain.customer_view import CustomerView
from pos.domain.scan_errors import DisplayError
from pos.ports import DeviceStatus

BEHIND_MAX = 1 << 20  # Bytes that a screen has not taken; it is gone, or hangs.
OWNER_ONLY = 0o600


class ScreenLink:
    """Implements `pos.ports.CustomerDisplay` for any number of screens, none among them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._screens: set[asyncio.StreamWriter] = set()
        self._newest = b""

    async def show(self, view: CustomerView) -> None:
        """Send the view to each screen; see the port.

        Raises:
            DisplayError: no screen can reach the till.
        """
        self._newest = json.dumps(encode(view), ensure_ascii=False).encode() + b"\n"
        await self._listen()
        for screen in tuple(self._screens):
            self._send(screen)

    async def status(self) -> DeviceStatus:
        """Say how many screens look on; none is no trouble."""
        name = f"screen {self._path.name} ({len(self._screens)})"
        ready = self._server is not None
        return DeviceStatus(name, ready=ready, problem="" if ready else "offline")

    async def close(self) -> None:
        """Let the screens go."""
        if self._server is not None:
            self._server.close()
            for screen in tuple(self._screens):
                screen.close()
            self._server = None
            self._path.unlink(missing_ok=True)

    async def _listen(self) -> None:
        if self._server is not None:
            return
        try:
            self._path.unlink(missing_ok=True)  # Of a till that was killed; its store is ours.
            self._server = await asyncio.start_unix_server(self._came, self._path)
            self._path.chmod(OWNER_ONLY)
        except OSError as error:
            raise DisplayError(display=self._path.name) from error

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._screens.add(writer)
        self._send(writer)
        with suppress(OSError):
            while await reader.read(1_024):  # Only its end is of interest.
                pass
        self._screens.discard(writer)
        writer.close()

    def _send(self, screen: asyncio.StreamWriter) -> None:
        if screen.transport.get_write_buffer_size() > BEHIND_MAX:
            self._screens.discard(screen)
            screen.transport.abort()
        else:
            screen.write(self._newest)
