"""Runs the till in plain lines on the console, for a screen reader. Never a rule."""

from __future__ import annotations

import asyncio
import sys
import termios
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from composition.wiring import Assembly
    from pos.services.terminal import Terminal
    from pos.ui.side_panel import SidePanel


class StandardConsole:
    """The process's own input and output; a thread waits for the lines."""

    async def read(self) -> str | None:
        """Return the next line; None at the end of input."""
        loop = asyncio.get_running_loop()
        line: asyncio.Future[str] = loop.create_future()

        def hand_on(text: str) -> None:
            if not line.done():
                line.set_result(text)

        def wait() -> None:
            text = sys.stdin.readline()
            with suppress(RuntimeError):  # The till has ended meanwhile.
                loop.call_soon_threadsafe(hand_on, text)

        # A daemon: nobody's Enter is waited for at the end.
        Thread(target=wait, daemon=True).start()
        text = await line
        return text.rstrip("\r\n") if text else None

    def write(self, line: str) -> None:
        """Put out one line."""
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    def hide(self, *, hidden: bool) -> None:
        """Show what is typed, or not; nothing to do where the input is no terminal."""
        with suppress(termios.error, ValueError):
            fd = sys.stdin.fileno()
            modes = termios.tcgetattr(fd)
            modes[3] = modes[3] & ~termios.ECHO if hidden else modes[3] | termios.ECHO
            termios.tcsetattr(fd, termios.TCSADRAIN, modes)


async def sell_in_lines(terminal: Terminal, assembly: Assembly, panel: SidePanel | None) -> int:
    """Sell until the end; return the program's exit code.

    Raises:
        StoreError: the record failed, and selling has stopped.
    """
    from pos.ui.linear.till import LinearTill

    till = LinearTill(terminal, StandardConsole(), panel)
    assembly.run_tasks(till.fail)
    await till.run()
    return 0
