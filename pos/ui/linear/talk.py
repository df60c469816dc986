"""The line to the person: reads answers while something else is awaited. Never decides what they mean."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol, TypeVar

from pos.ui.safe_text import safe

LINE_MAX = 200
Result = TypeVar("Result")


class Console(Protocol):
    """Where lines come from and go to."""

    async def read(self) -> str | None:
        """Return the next line; None at the end."""
        ...

    def write(self, line: str) -> None:
        """Put out one line."""
        ...

    def hide(self, *, hidden: bool) -> None:
        """Show what is typed, or hide it while a PIN is typed."""
        ...


class Ended(Exception):
    """Nobody is there any more."""


class Talk:
    """Says and asks, a line at a time."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()

    async def listen(self) -> None:
        """Take lines in until there are no more; runs beside everything else."""
        while (line := await self._console.read()) is not None:
            self._lines.put_nowait(line)
        self.hang_up()

    def say(self, text: str) -> None:
        """Say it; each line of it by itself."""
        for line in text.splitlines():
            self._console.write(safe(line))

    def rows(self, rows: Iterable[tuple[str, str]]) -> None:
        """Say labels with their values, one a line; a heading by itself."""
        for label, value in rows:
            self.say(f"{label}: {value}" if value.strip() else label)

    async def line(self) -> str:
        """Return the next line.

        Raises:
            Ended: there is none.
        """
        line = await self._lines.get()
        if line is None:
            self.hang_up()  # Whoever asks again is to find out, too.
            raise Ended()
        return line.strip()[:LINE_MAX]

    async def ask(self, question: str, *, hidden: bool = False) -> str:
        """Ask, and return the answer.

        Raises:
            Ended: nobody answers.
        """
        self.say(question)
        self._console.hide(hidden=hidden)
        try:
            return await self.line()
        finally:
            if hidden:
                self._console.hide(hidden=False)

    def hang_up(self) -> None:
        """Let whoever waits for a line find that there is none."""
        self._lines.put_nowait(None)

    async def while_waiting(
        self, work: Coroutine[Any, Any, Result], heard: Callable[[str], None]
    ) -> Result:
        """Do the work, and hand on each line that is said meanwhile; the end is awaited all the same."""
        task = asyncio.ensure_future(work)
        while not task.done():
            line = asyncio.ensure_future(self.line())
            await asyncio.wait({task, line}, return_when=asyncio.FIRST_COMPLETED)
            if not line.done():
                line.cancel()
            elif line.exception() is None:
                heard(line.result())
            else:
                await asyncio.wait({task})
        return task.result()
