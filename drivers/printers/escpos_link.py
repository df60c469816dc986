"""One connection to a printer. Never outlives its job; never decides what an answer means."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from drivers.printers.escpos_replies import (
    STATUS_KINDS,
    PrinterState,
    Replies,
    read_status,
    status_request,
)

STATUS_WAIT_MS = 400  # A printer answers DLE EOT within tens of milliseconds, or never does.
READ_BYTES = 256


class PeerClosed(ConnectionError):
    """The printer ended the connection."""


class Link:
    """A connection and what came back over it.

    Attributes:
        mute: it has let a status request go unanswered; it is not asked again.
        answered: it has answered at least one.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        also_close: Callable[[], None] = lambda: None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._also_close = also_close
        self._replies = Replies()
        self.mute = False
        self.answered = False
        # drain() then waits until the kernel has taken everything.
        writer.transport.set_write_buffer_limits(high=0)

    @classmethod
    async def open(cls, host: str, port: int) -> Link:
        """Connect.

        Raises:
            OSError: nobody there, refused, or no address at all.
        """
        try:
            return cls(*await asyncio.open_connection(host, port))
        except (ValueError, OverflowError) as error:  # A name or port that can't be.
            raise OSError(f"no address: {host!r} port {port}") from error

    async def send(self, data: bytes) -> None:
        """Hand bytes to the line.

        Raises:
            OSError: the line is broken.
        """
        self._writer.write(data)
        await self._writer.drain()

    async def state(self) -> PrinterState | None:
        """Ask for all four statuses; None where the printer does not answer.

        Raises:
            OSError: the line is broken (PeerClosed among them).
        """
        answers: dict[int, int] = {}
        for kind in STATUS_KINDS:
            if self.mute:
                return None
            await self.send(status_request(kind))
            answer = await self._status_byte()
            if answer is not None:
                answers[kind] = answer
        return read_status(answers) if len(answers) == len(STATUS_KINDS) else None

    async def _status_byte(self) -> int | None:
        self._replies.statuses.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(STATUS_WAIT_MS / 1_000):
                while not self._replies.statuses:
                    await self._read()
        if not self._replies.statuses:
            self.mute = True
            return None
        self.answered = True
        return self._replies.statuses[0]

    async def echo(self, token: str, wait_s: float) -> bool:
        """Wait for the token; False where it did not come in time.

        Raises:
            OSError: the line is broken (PeerClosed among them).
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while token not in self._replies.tokens:
                    await self._read()
        return token in self._replies.tokens

    async def _read(self) -> None:
        data = await self._reader.read(READ_BYTES)
        if not data:
            raise PeerClosed("the printer closed the connection")
        self._replies.feed(data)

    def close(self) -> None:
        """End the connection now; what the printer has not taken by then is dropped."""
        transport = self._writer.transport
        if transport.get_write_buffer_size():
            transport.abort()  # close() would wait for a printer that takes nothing.
        else:
            transport.close()
        self._also_close()
