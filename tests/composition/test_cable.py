"""The demo's network cable: what passes, what a pulled one does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from composition.demo.cable import LOOPBACK, Cable


@pytest.fixture
async def echo_port() -> AsyncIterator[int]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, LOOPBACK, 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_plugged_in_it_relays_both_ways(echo_port: int) -> None:
    cable = Cable(echo_port)
    await cable.plug()
    reader, writer = await asyncio.open_connection(LOOPBACK, cable.port)
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    writer.close()
    await cable.pull()


async def test_pulled_it_cuts_what_is_under_way_and_refuses_what_is_new(echo_port: int) -> None:
    cable = Cable(echo_port)
    await cable.plug()
    reader, writer = await asyncio.open_connection(LOOPBACK, cable.port)
    writer.write(b"x")
    await reader.readexactly(1)
    await cable.pull()
    assert cable.pulled
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(LOOPBACK, cable.port)
    writer.close()


async def test_plugged_in_again_it_has_the_same_port(echo_port: int) -> None:
    cable = Cable(echo_port)
    await cable.plug()
    port = cable.port
    await cable.pull()
    await cable.plug()
    assert cable.port == port
    _, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.close()
    await cable.pull()
