"""Asks the till's printer how it is while nothing prints. Never prints, never opens a drawer."""

from __future__ import annotations

from collections.abc import Callable

from pos.ports import Clock, DeviceStatus, Printer

EVERY_MS = 10_000  # A cover left open shows before the next customer pays.
QUIET = frozenset(("no_answer", "no_printer"))  # What says nothing of itself is no trouble.
UNKNOWN = DeviceStatus("", ready=True)


class PrinterWatch:
    """A task of the composition root's.

    Attributes:
        status: as last told; ready until then.
    """

    def __init__(self, *, printer: Printer, clock: Clock, every_ms: int = EVERY_MS) -> None:
        self._printer = printer
        self._clock = clock
        self._every_ms = every_ms
        self._changed: Callable[[], None] = lambda: None
        self.status = UNKNOWN

    @property
    def problem(self) -> str:
        """What keeps it from printing, or soon will; empty if nothing is known to."""
        if self.status.problem in QUIET:
            return ""
        return self.status.problem or self.status.warning

    @property
    def drawer_open(self) -> bool:
        """The cash drawer says that it is open."""
        return self.status.drawer_open is True

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call the listener when something changed."""
        self._changed = listener

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            await self.look()
            await self._clock.sleep_ms(self._every_ms)

    async def look(self) -> None:
        """Ask once."""
        before, self.status = self.status, await self._printer.status()
        if self.status != before:
            self._changed()
