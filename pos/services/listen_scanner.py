"""Hands a scanner's codes to whoever listens. Never knows a product; never ends for a scanner's trouble."""

from __future__ import annotations

from collections.abc import Callable

from pos.domain.scan_errors import ScanError
from pos.ports import DeviceStatus, Scanner


class ListenScanner:
    """The task beside the screens that waits for codes."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._on_code: list[Callable[[str], None]] = []
        self._on_trouble: list[Callable[[ScanError], None]] = []

    def listen(
        self, on_code: Callable[[str], None], on_trouble: Callable[[ScanError], None]
    ) -> None:
        """Call these with each code, and with why something scanned was none."""
        self._on_code.append(on_code)
        self._on_trouble.append(on_trouble)

    async def status(self) -> DeviceStatus:
        """Return whether the scanner can be used."""
        return await self._scanner.status()

    async def run(self) -> None:
        """Wait for codes, for ever; a task of the composition root's."""
        while True:
            try:
                code = await self._scanner.next_code()
            except ScanError as error:
                for tell in self._on_trouble:
                    tell(error)
            else:
                for take in self._on_code:
                    take(code)
