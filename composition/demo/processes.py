"""Starts the demo's other processes and ends them with it. Never leaves one behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from pos.domain.errors import IeumError

READY_S = 20  # A slow machine compiles the server's modules at its first start.
END_S = 2


class StartFailed(IeumError):
    """A process of the demo did not come up; says which, and where its words are."""

    code = "K03"
    ko = "{module}이(가) 시작되지 않았습니다. 판매를 시작하지 않았습니다. {log} 를 보세요."
    en = "{module} did not start. Nothing was started. Look at {log}."


class Process:
    """A Python module run as a process of its own, which says one JSON line when it is ready.

    The modules ask the kernel themselves to end with their parent, even when that is killed.
    """

    def __init__(self, module: str, *arguments: str, log: Path, root: Path) -> None:
        self._module = module
        self._arguments = arguments
        self._log = log
        self._root = root
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, **environment: str) -> dict[str, Any]:
        """Start it and return what it says when ready.

        Raises:
            StartFailed: it ended, or said nothing in time.
        """
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                *self._arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=self._root,
                env={**os.environ, **environment},
                start_new_session=True,  # Ctrl-C at the till is not meant for it.
            )
        assert self._process.stdout is not None
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), READY_S)
            ready = json.loads(line)
        except (TimeoutError, ValueError) as error:
            await self.stop()
            raise StartFailed(module=self._module, log=self._log) from error
        assert isinstance(ready, dict)
        return ready

    async def stop(self) -> None:
        """End it, gently and then not."""
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), END_S)
            except TimeoutError:
                self._process.kill()
