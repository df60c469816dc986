"""Receipts as pages for customers' phones, at an address nobody can guess, for a while. Never a list, never a search.

The page is the paper: the same document, escaped, self-contained. A phone must reach this machine
(the shop's own Wi-Fi); for phones outside, the ledger would have to host the pages, and does not.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from pos.domain.codec import Json
from pos.ports import Clock, PrintKind

TOKEN_BYTES = 16  # 128 bits: not to be guessed.
KEPT_MAX = 500
KEPT_MS = 24 * 3_600_000
REQUEST_MAX = 4_096
REQUEST_WAIT_S = 5
AT_ONCE_MAX = 32
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True, slots=True)
class _Kept:
    page: bytes
    until_ms: int


class EReceipts:
    """The pages that customers may fetch; kept in memory alone, so that a restart forgets them."""

    def __init__(self, to_html: Callable[[PrintKind, dict[str, Json]], str], clock: Clock) -> None:
        """Take what draws a page."""
        self._to_html = to_html
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._address = ""
        self._server: asyncio.Server | None = None
        self._at_once = asyncio.Semaphore(AT_ONCE_MAX)

    async def open(self, host: str, port: int, shown_as: str = "") -> str:
        """Listen; return the address that links begin with.

        Args:
            host: to listen on, `127.0.0.1` or the shop's own network.
            port: 0 asks for a free one.
            shown_as: what a phone calls this machine, where that is another name.

        Raises:
            OSError: the address can't be used.
        """
        self._server = await asyncio.start_server(self._serve, host, port, limit=REQUEST_MAX)
        chosen = self._server.sockets[0].getsockname()[1]
        self._address = f"http://{shown_as or host}:{chosen}"
        return self._address

    async def close(self) -> None:
        """Listen no more and forget all pages."""
        self._kept.clear()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def put(self, kind: PrintKind, body: dict[str, Json]) -> str:
        """Keep a document's page; return the link, for a QR code.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        page = self._to_html(kind, body).encode()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._kept[token] = _Kept(page, self._clock.monotonic_ms() + KEPT_MS)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return f"{self._address}/r/{token}"

    def _page(self, token: str) -> bytes | None:
        kept = self._kept.get(token)
        if kept is not None and kept.until_ms < self._clock.monotonic_ms():
            del self._kept[token]
            return None
        return kept.page if kept is not None else None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._at_once, asyncio.timeout(REQUEST_WAIT_S):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # Whoever asks badly gets nothing.
        finally:
            writer.close()

    def _answer(self, head: bytes) -> bytes:
        parts = head.split(b"\r\n", 1)[0].decode("ascii", "replace").split(" ")
        if len(parts) != 3 or parts[0] not in ("GET", "HEAD"):
            return _response("405 Method Not Allowed", b"")
        prefix, _, token = parts[1].rpartition("/")
        page = self._page(token) if prefix == "/r" else None
        if page is None:
            return _response("404 Not Found", b"404")
        return _response("200 OK", page, head_only=parts[0] == "HEAD")


def _response(status: str, body: bytes, *, head_only: bool = False) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nContent-Security-Policy: {POLICY}\r\n"
        "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
        "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + (b"" if head_only else body)
