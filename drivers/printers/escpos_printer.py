"""An ESC/POS printer that answers, over whatever line. Never raises, never waits past a deadline.

A job is: connect, ask how it is, kick, send, wait for the echo. How it ended is told as far as it
is known: the echo proves the paper; without it the statuses before and after speak.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from drivers.printers.escpos_link import Link
from drivers.printers.escpos_replies import DRAWER, Drawer, completion_request
from pos.ports import DeviceStatus, PrintOutcome, PrintResult

CONNECT_WAIT_MS = 2_000
ECHO_POLL_MS = 500  # How often trouble is looked for while the echo is awaited.
ECHO_WAIT_KNOWN_SILENT_MS = 2_000  # For a printer that has never echoed.
CLOSING_SHARE = 0.5  # Of what is left, kept for the last look at the status...
CLOSING_MAX_MS = 600  # ...but no more than this.
KICK_TOKEN = "KICK"  # noqa: S105  # A printer's echo, no secret.


Connect = Callable[[], Awaitable[Link]]
"""Opens the line for one job; raises OSError where nobody is there."""


@dataclass(slots=True)
class _Progress:
    """How far a job got, for the answer when it is broken off."""

    started: bool = False


class EscposPrinter:
    """Implements `pos.ports.Printer`; a new connection for each job, one job at a time.

    Attributes:
        near_end: the paper was low when last asked; a warning to show, printing goes on.
    """

    def __init__(self, connect: Connect, *, name: str, drawer: Drawer = DRAWER) -> None:
        """Take how the printer is reached, what it is called and how its drawer is wired."""
        self._connect = connect
        self._name = name
        self._drawer = drawer
        self._turn = asyncio.Lock()
        self._never_echoes = False
        self._has_answered = False
        self._drawer_open: bool | None = None
        self.near_end = False

    async def print(
        self, data: bytes, *, token: str, kick_drawer: bool, deadline_ms: int
    ) -> PrintResult:
        """Print one job; the drawer is kicked first, so that the cashier need not wait.

        Problems: `paper_out`, `cover_open`, `cutter_error`, `printer_error`, `offline`,
        `unreachable`, `connection_lost`, `deadline`, `no_answer`, `bad_token`.
        """
        return await self._run(
            (self._drawer.kick if kick_drawer else b"") + data, token, deadline_ms
        )

    async def kick_drawer(self, *, deadline_ms: int) -> PrintResult:
        """Open the cash drawer, once; problems as `print`."""
        return await self._run(self._drawer.kick, KICK_TOKEN, deadline_ms)

    async def status(self, *, deadline_ms: int = 1_000) -> DeviceStatus:
        """Ask the printer how it is; one that does not answer counts as not ready (`no_answer`)."""
        problem = await self._ask(deadline_ms)
        warning = "paper_low" if self.near_end and not problem else ""
        return DeviceStatus(
            self._name,
            ready=not problem,
            problem=problem,
            warning=warning,
            drawer_open=self._drawer_open,
        )

    async def _ask(self, deadline_ms: int) -> str:
        try:
            async with asyncio.timeout(deadline_ms / 1_000), self._turn:
                link = await self._connect()
                try:
                    return await self._trouble(link, silent="no_answer")
                finally:
                    link.close()
        except TimeoutError:
            return "no_answer"
        except OSError:
            return "unreachable"

    async def _run(self, data: bytes, token: str, deadline_ms: int) -> PrintResult:
        try:
            payload = data + completion_request(token)
        except ValueError:
            return PrintResult(PrintOutcome.NOT_STARTED, "bad_token")
        progress = _Progress()
        ends_at = asyncio.get_running_loop().time() + deadline_ms / 1_000
        try:
            async with asyncio.timeout_at(ends_at), self._turn:
                return await self._connected(payload, token, ends_at, progress)
        except TimeoutError:
            problem = "deadline"
        except OSError:
            problem = "connection_lost"
        return PrintResult(_ended(progress), problem)

    async def _connected(
        self, payload: bytes, token: str, ends_at: float, progress: _Progress
    ) -> PrintResult:
        try:
            async with asyncio.timeout(CONNECT_WAIT_MS / 1_000):
                link = await self._connect()
        except OSError:  # TimeoutError is one of them.
            return PrintResult(PrintOutcome.NOT_STARTED, "unreachable")
        try:
            return await self._job(link, payload, token, ends_at, progress)
        finally:
            link.close()

    async def _job(
        self, link: Link, payload: bytes, token: str, ends_at: float, progress: _Progress
    ) -> PrintResult:
        # One that has answered before and now does not is in trouble; one that never did is cheap.
        trouble = await self._trouble(link, silent="no_answer" if self._has_answered else "")
        if trouble:
            return PrintResult(PrintOutcome.NOT_STARTED, trouble)
        progress.started = True  # From the first byte on something may be on paper.
        await link.send(payload)
        return await self._settle(link, token, ends_at)

    async def _settle(self, link: Link, token: str, ends_at: float) -> PrintResult:
        """Wait for the echo, looking for trouble now and then."""
        loop = asyncio.get_running_loop()
        left = ends_at - loop.time()
        until = ends_at - min(CLOSING_MAX_MS / 1_000, left * CLOSING_SHARE)
        if self._never_echoes:
            until = min(until, loop.time() + ECHO_WAIT_KNOWN_SILENT_MS / 1_000)
        while (wait := min(ECHO_POLL_MS / 1_000, until - loop.time())) > 0:
            if await link.echo(token, wait):
                self._never_echoes = False
                return PrintResult(PrintOutcome.CONFIRMED)
            trouble = await self._trouble(link)
            if trouble:
                return PrintResult(PrintOutcome.BROKEN_OFF, trouble)
        return await self._without_echo(link)

    async def _without_echo(self, link: Link) -> PrintResult:
        if not link.answered:  # It takes bytes and says nothing, as many cheap ones do.
            self._never_echoes = True
            return PrintResult(PrintOutcome.UNCONFIRMED, "no_answer")
        link.mute = False  # It may have been too busy printing to answer: ask once more.
        trouble = await self._trouble(link, silent="no_answer")
        if trouble:  # It spoke before the job and now does not: something happened to it.
            return PrintResult(PrintOutcome.BROKEN_OFF, trouble)
        self._never_echoes = True
        return PrintResult(PrintOutcome.UNCONFIRMED)

    async def _trouble(self, link: Link, *, silent: str = "") -> str:
        """Return what keeps the printer from printing, `silent` where it says nothing."""
        state = await link.state()
        self._has_answered |= link.answered
        if state is None:
            self.near_end, self._drawer_open = False, None
            return silent
        self.near_end = state.near_end
        self._drawer_open = self._drawer.is_open(pin_high=state.drawer_pin_high)
        return state.problem


def _ended(progress: _Progress) -> PrintOutcome:
    return PrintOutcome.BROKEN_OFF if progress.started else PrintOutcome.NOT_STARTED
