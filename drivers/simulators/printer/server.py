"""The printer's two doors: port 9100's protocol, and a control socket for faults. Loopback only.

As on real ones, one connection is served at a time; the next waits.
"""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from pathlib import Path

from drivers.simulators.printer.machine import Fault, Machine
from drivers.simulators.printer.paper import PaperTray
from receipts.rows import Printed

HOST = "127.0.0.1"  # Whoever reaches it could open the drawer.
READ_BYTES = 65_536
CONTROL_LINE_MAX = 4_096


class PrinterServer:
    """A machine, its tray and its doors."""

    def __init__(self, folder: Path, columns: int) -> None:
        self._tray = PaperTray(folder, columns)
        self._machine = Machine(columns, self._on_paper)
        self._kicks_shown = -1
        self._turn = asyncio.Lock()
        self._doors: list[asyncio.Server] = []
        self._show_drawer()

    async def start(self, port: int, control: Path) -> int:
        """Open both doors; return the port (0 asks for a free one).

        Raises:
            OSError: the port is taken or the socket's path can't be used.
        """
        printer = await asyncio.start_server(self._serve, HOST, port)
        with suppress(FileNotFoundError):
            os.unlink(control)  # noqa: PTH108  # A socket left by one that was killed.
        faults = await asyncio.start_unix_server(self._control, control, limit=CONTROL_LINE_MAX)
        self._doors = [printer, faults]
        chosen: int = printer.sockets[0].getsockname()[1]
        return chosen

    def _on_paper(self, rows: list[Printed]) -> None:
        self._tray.take(rows)

    def _show_drawer(self) -> None:
        if self._machine.kicks != self._kicks_shown:
            self._kicks_shown = self._machine.kicks
            self._tray.drawer(self._kicks_shown)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._turn:
            with suppress(OSError):
                while data := await reader.read(READ_BYTES):
                    answers = self._machine.receive(data)
                    self._show_drawer()  # Before the answer, which says that it has happened.
                    writer.write(answers)
                    await writer.drain()
            self._machine.hang_up()
        writer.close()

    async def _control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, ValueError):  # ValueError: a line beyond the limit.
            while line := await reader.readline():
                writer.write(json.dumps(self._answer(line)).encode() + b"\n")
                await writer.drain()
        writer.close()

    def _answer(self, line: bytes) -> dict[str, object]:
        try:
            asked = json.loads(line)
            if "fault" in asked:
                self._machine.set_fault(Fault(asked["fault"]))
                self._show_drawer()
                return {"ok": True}
            if asked.get("state"):
                return {"ok": True, **self._machine.counts()}
        except (ValueError, TypeError, AttributeError) as error:
            return {"ok": False, "error": str(error)}
        return {"ok": False, "error": "ask for a fault or the state"}
