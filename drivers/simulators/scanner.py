"""A scanner that is given its codes by hand, for the demo. Never reads anything."""

from __future__ import annotations

import asyncio

from pos.ports import DeviceStatus


class HandScanner:
    """Implements `pos.ports.Scanner`."""

    def __init__(self) -> None:
        self._given: asyncio.Queue[str] = asyncio.Queue()

    def give(self, code: str) -> None:
        """Let it read this code."""
        self._given.put_nowait(code)

    async def next_code(self) -> str:
        """Wait for the next code."""
        return await self._given.get()

    async def status(self) -> DeviceStatus:
        """Say that it is there."""
        return DeviceStatus("scanner (demo)", ready=True)

    async def close(self) -> None:
        """Nothing is open."""
