"""Sends the feed as server-sent events, one terminal a stream. Never skips a cursor; never waits for a slow reader long.

An event is a page of the feed under its cursor, so whoever was cut off names the last one that came whole
(Last-Event-ID) and misses nothing. An event without items says that the line lives, and what time it is.
A stream ends when its terminal opens another, is revoked, or has had it for a while: then it signs anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.responses import StreamingResponse
from starlette.types import Send

from ledger.contract import models as wire
from ledger.contract.operations import EVENTS
from ledger.server.gate import Caller
from ledger.server.problems import Refused

BEAT_MS = 10_000
LIFE_S = 900.0
STREAMS_MAX = 1_000  # Of one server; the next terminal is told to read the feed instead.
SEND_S = 20.0  # A reader that takes nothing for so long is gone.
RETRY_MS = 1_000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # No proxy holds an event back.


class News(Protocol):
    """What a stream is fed from: the service."""

    @property
    def closing(self) -> bool:
        """Whether all streams are to end."""
        ...

    def admits(self, caller: Caller) -> bool:
        """Tell whether the terminal may still hear."""
        ...

    async def news(self, merchant: int, cursor: int, wait_ms: int) -> wire.FeedAnswer:
        """Return what is new, or nothing after the wait."""
        ...


@dataclass(slots=True, eq=False)
class _Stream:
    is_stale: bool = False


class FeedStreams:
    """The streams of one server, at most one a terminal."""

    def __init__(
        self,
        service: News,
        *,
        beat_ms: int = BEAT_MS,
        life_s: float = LIFE_S,
        most: int = STREAMS_MAX,
    ) -> None:
        self._service = service
        self._beat_ms = beat_ms
        self._life_s = life_s
        self._most = most
        self._open: set[_Stream] = set()
        self._newest: dict[int, _Stream] = {}

    def open(self, caller: Caller, cursor: int) -> StreamingResponse:
        """Return a terminal's stream from a cursor on; the one that it had before ends.

        Raises:
            Refused: there are too many.
        """
        device = caller.terminal.device
        before = self._newest.pop(device, None)
        if before is not None:
            before.is_stale = True
        if len(self._open) >= self._most:
            raise Refused("busy")
        stream = self._newest[device] = _Stream()
        self._open.add(stream)

        def ended() -> None:
            self._open.discard(stream)
            if self._newest.get(device) is stream:
                del self._newest[device]

        return _Response(self._events(caller, cursor, stream), ended)

    async def _events(self, caller: Caller, cursor: int, stream: _Stream) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._life_s
        yield f"retry: {RETRY_MS}\n\n".encode()
        while loop.time() < end and not stream.is_stale:
            page = await self._service.news(caller.terminal.id, cursor, self._beat_ms)
            if self._service.closing or not self._service.admits(caller):
                return
            cursor = int(page.cursor)
            yield event(page)


def event(page: wire.FeedAnswer) -> bytes:
    """Return a page as it travels in a stream."""
    return f"id: {page.cursor}\ndata: {page.model_dump_json()}\n\n".encode()


class _Response(StreamingResponse):
    """Tells when it is over, however it ends."""

    def __init__(self, events: AsyncIterator[bytes], ended: Callable[[], None]) -> None:
        super().__init__(events, media_type=EVENTS, headers=HEADERS)
        self._ended = ended

    async def stream_response(self, send: Send) -> None:
        """Send each event as it comes, to a reader that takes it."""

        async def in_time(message: object) -> None:
            async with asyncio.timeout(SEND_S):
                await send(message)  # type: ignore[arg-type]

        try:
            await super().stream_response(in_time)
        except TimeoutError:
            return  # The server closes a connection that was left unfinished.
        finally:
            self._ended()
