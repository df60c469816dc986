"""Printers that only take: a CUPS queue, a folder of files. Never says that a job is on paper.

What is told of them is what is known: CUPS has the job, the file is written. The answer is
`UNCONFIRMED`, which the spool shows as sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

from drivers.printers.escpos_replies import DRAWER, Drawer
from pos.ports import DeviceStatus, PrintOutcome, PrintResult

STATUS_WAIT_MS = 3_000
NOT_TAKEN = PrintOutcome.NOT_STARTED


class CupsPrinter:
    """Implements `pos.ports.Printer` by `lp`, in raw mode: the bytes go to the printer as they are."""

    def __init__(
        self, queue: str, *, name: str = "printer", drawer: Drawer = DRAWER, lp: str = "lp"
    ) -> None:
        self._queue, self._name, self._drawer, self._lp = queue, name, drawer, lp

    async def print(
        self, data: bytes, *, token: str, kick_drawer: bool, deadline_ms: int
    ) -> PrintResult:
        """Hand a job to the queue. Problems: `no_cups`, `refused`, `deadline`."""
        job = (self._drawer.kick if kick_drawer else b"") + data
        command = (self._lp, "-d", self._queue, "-o", "raw", "-s", "-t", f"ieum-{token}", "--", "-")
        return await self._run(command, job, deadline_ms)

    async def kick_drawer(self, *, deadline_ms: int) -> PrintResult:
        """Open the cash drawer, once."""
        return await self.print(b"", token="kick", kick_drawer=True, deadline_ms=deadline_ms)  # noqa: S106

    async def status(self, *, deadline_ms: int = STATUS_WAIT_MS) -> DeviceStatus:
        """Say whether the queue takes jobs; of the printer behind it CUPS knows little."""
        folder = str(Path(self._lp).parent / "lpstat") if "/" in self._lp else "lpstat"
        result = await self._run((folder, "-a", self._queue), b"", deadline_ms)
        return DeviceStatus(self._name, ready=not result.problem, problem=result.problem)

    async def _run(self, command: tuple[str, ...], data: bytes, deadline_ms: int) -> PrintResult:
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError:
            return PrintResult(NOT_TAKEN, "no_cups")
        try:
            async with asyncio.timeout(deadline_ms / 1_000):
                await process.communicate(data)
        except (TimeoutError, OSError):  # It may have taken the job all the same.
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            return PrintResult(PrintOutcome.BROKEN_OFF, "deadline")
        if process.returncode:
            return PrintResult(NOT_TAKEN, "refused")
        return PrintResult(PrintOutcome.UNCONFIRMED)


class FilePrinter:
    """Implements `pos.ports.Printer`: each job is a file, whole or not there, for another program to take."""

    def __init__(self, folder: Path, *, name: str = "printer", drawer: Drawer = DRAWER) -> None:
        self._folder, self._name, self._drawer = folder, name, drawer

    async def print(
        self, data: bytes, *, token: str, kick_drawer: bool, deadline_ms: int
    ) -> PrintResult:
        """Write a job. Problem: `no_folder`."""
        job = (self._drawer.kick if kick_drawer else b"") + data
        try:
            await asyncio.to_thread(self._write, job, token)
        except OSError:
            return PrintResult(NOT_TAKEN, "no_folder")
        return PrintResult(PrintOutcome.UNCONFIRMED)

    async def kick_drawer(self, *, deadline_ms: int) -> PrintResult:
        """Write the kick alone."""
        return await self.print(b"", token="kick", kick_drawer=True, deadline_ms=deadline_ms)  # noqa: S106

    async def status(self, *, deadline_ms: int = STATUS_WAIT_MS) -> DeviceStatus:
        """Say whether the folder can be written to."""
        ready = os.access(self._folder, os.W_OK)
        return DeviceStatus(self._name, ready, "" if ready else "no_folder")

    def _write(self, job: bytes, token: str) -> None:
        number = 1 + max(
            (int(path.name.split("-")[0]) for path in self._folder.glob("[0-9]*-*.bin")), default=0
        )
        name = f"{number:06d}-{token}.bin"
        new = self._folder / f".{name}.new"
        new.write_bytes(job)
        new.replace(self._folder / name)
