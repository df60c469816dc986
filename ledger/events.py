"""Follows the feed as server-sent events, and says when to read it page by page instead. Never skips one.

A stream is kept between calls; what has come of it waits in it until it is asked for, so a terminal that
is busy is sent no more than it takes. Every answer is something that came: an open stream proves no line. Whoever asks names the cursor of what is durable: a stream that
stands elsewhere is dropped and opened anew from there. A stream that breaks is opened anew at once; only
if that fails, the line does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from pos.domain.errors import LedgerSilent

if TYPE_CHECKING:
    import httpx

    from ledger.contract.models import FeedAnswer
    from ledger.signed_line import SignedLine
    from pos.ports import FeedPage

BEAT_MS = 10_000  # The ledger says something at least so often.
SILENCE_S = 60.0  # Of a stream that nobody reads from meanwhile.
NOT_OFFERED_S = 300.0  # Until it is asked for again.
EVENT_BYTES_MAX = 8 << 20
OPENINGS = 2  # In one call: the one that broke, and another.


class EventReader:
    """Puts bytes together into events (WHATWG HTML, 9.2.6); an event that broke off is none."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, some: bytes) -> list[bytes]:
        """Take bytes; return the data of each event that is whole by now.

        Raises:
            ValueError: an event is longer than any of the ledger's.
        """
        whole: list[bytes] = []
        *lines, self._rest = (self._rest + some).split(b"\n")
        for line in lines:
            text = line.removesuffix(b"\r")
            if text.startswith(b"data:"):
                self._data.append(text[5:].removeprefix(b" "))
            elif not text and self._data:
                whole.append(b"\n".join(self._data))
                self._data = []
        if len(self._rest) + sum(map(len, self._data)) > EVENT_BYTES_MAX:
            raise ValueError("an event without an end")
        return whole


class EventFeed:
    """The event stream of one terminal."""

    def __init__(
        self,
        line: SignedLine,
        *,
        beat_ms: int = BEAT_MS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = line
        self._beat_ms = beat_ms
        self._clock = clock
        self._not_before = 0.0
        self._at: str | None = None
        self._response: httpx.Response | None = None
        self._events: AsyncIterator[FeedAnswer] | None = None
        self._pending: asyncio.Future[FeedAnswer | None] | None = None

    async def next(self, cursor: str, wait_ms: int, grace_ms: int) -> FeedPage | None:
        """Return the next page; one without items is the ledger's sign that the line lives.

        Args:
            cursor: how far is durable here.
            wait_ms: how long to wait for something.
            grace_ms: on top of it, before the ledger counts as silent; and until a stream must be open.

        Returns:
            None: no stream is to be had, or the wait is shorter than its beat; read the feed instead.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as for any call.
        """
        if wait_ms < self._beat_ms or self._clock() < self._not_before:
            return None
        for _ in range(OPENINGS):
            if self._at != cursor:
                await self.close()
            if self._events is None and not await self._open(cursor, grace_ms):
                self._not_before = self._clock() + NOT_OFFERED_S
                return None
            page = await self._take(wait_ms + grace_ms)
            if page is not None:
                return page
            await self.close()  # Broken, or over.
        raise LedgerSilent

    async def close(self) -> None:
        """Let the stream go; the next call opens one."""
        pending, self._pending, self._events = self._pending, None, None
        response, self._response = self._response, None
        if pending is not None:
            pending.cancel()
            with suppress(asyncio.CancelledError, LedgerSilent):
                await pending
        if response is not None:
            await response.aclose()

    async def _open(self, cursor: str, deadline_ms: int) -> bool:
        self._response = await self._line.stream("followFeed", cursor, deadline_ms, SILENCE_S)
        if self._response is None:
            return False
        self._at, self._events = cursor, _pages(self._response)
        return True

    async def _take(self, wait_ms: int) -> FeedPage | None:
        """Return what comes; None where the stream is over.

        Raises:
            LedgerSilent: nothing came, not even a beat.
        """
        assert self._events is not None
        from ledger.feed_mapping import page_from_wire

        if self._pending is None:
            self._pending = asyncio.ensure_future(_next(self._events))
        done, _ = await asyncio.wait({self._pending}, timeout=wait_ms / 1_000)
        if not done:
            await self.close()
            raise LedgerSilent
        pending, self._pending = self._pending, None
        said = pending.result()
        if said is None:
            return None
        self._at = said.cursor
        return page_from_wire(said)


async def _next(events: AsyncIterator[FeedAnswer]) -> FeedAnswer | None:
    return await anext(events, None)


async def _pages(response: httpx.Response) -> AsyncIterator[FeedAnswer]:
    """Give the pages of a stream until it ends or breaks; what came of a broken one is not given."""
    import httpx

    from ledger.contract.models import FeedAnswer

    reader = EventReader()
    try:
        async for some in response.aiter_bytes():
            for data in reader.feed(some):
                yield FeedAnswer.model_validate_json(data)
    except (httpx.HTTPError, httpx.StreamError):
        return
    except ValueError as error:  # Not the ledger's words.
        raise LedgerSilent from error
