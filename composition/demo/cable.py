"""The demo's network cable: a TCP relay that can be pulled. Never reads what goes through it."""

from __future__ import annotations

import asyncio
import contextlib

CHUNK = 65_536
LOOPBACK = "127.0.0.1"


class Cable:
    """Listens on loopback and relays to a port; pulled, it drops everything and refuses."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._relays: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def pulled(self) -> bool:
        """Nothing gets through."""
        return self._server is None

    async def plug(self) -> None:
        """Let everything through, on the same port as before."""
        if self._server is None:
            self._server = await asyncio.start_server(
                self._accept, LOOPBACK, self.port, reuse_address=True
            )
            self.port = self._server.sockets[0].getsockname()[1]

    async def pull(self) -> None:
        """Refuse new connections and cut those there are."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for relay in list(self._relays):
            relay.cancel()
        await asyncio.gather(*self._relays, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._relays.add(task)
        try:
            await self._relay(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._relays.discard(task)
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(LOOPBACK, self._target_port)
        there = asyncio.create_task(_pump(reader, inner_writer))
        back = asyncio.create_task(_pump(inner_reader, writer))
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.cancel()
            back.cancel()
            inner_writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
