"""Makes signed calls to the ledger over HTTP. Never calls a request unsent that may have left.

The rule of the `Ledger` port, by what httpx reports:
* no connection was made (connect error, connect or pool timeout): `LedgerUnreachable`;
* the ledger itself says that the request is wrong (4xx as a problem document): `LedgerRefused`;
* all else without a readable answer, a reused connection that died among it: `LedgerSilent`. So is a
  request that the ledger took before: something in between sent it twice, and the answer is lost.

Where the ledger says that the request's time is too far from its own, it says its own: the request is
signed anew by that clock and sent once more. The terminal's own clock is not touched.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from ledger.answers import CLIENT_ERRORS, OK, Answer, is_of, read, refuse, their_clock
from pos.domain.errors import LedgerSilent, LedgerUnreachable

if TYPE_CHECKING:
    import httpx
    from pydantic import BaseModel

    from ledger.contract.operations import Operation

CONNECT_MS_MAX = 2_000  # A cashier waits no longer to hear that there is no line.
KEEP_ALIVE_S = 2.0  # Far below the server's, so that it rarely closes one in our hands.
ANSWER_MAX_BYTES = 32 << 20  # A page of the feed with a whole catalogue is the longest there is.
NOT_OFFERED = (404, 405, 406)  # Of an event stream: an older ledger, or a proxy that has none.
PAYING = ("authorizePayment", "payByCustomerCode", "payByCoupon")
NONCE_BYTES = 16


class RequestSigner(Protocol):
    """The device's own key."""

    @property
    def public(self) -> bytes:
        """The public key's 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return 64 bytes of Ed25519 over the message (RFC 8032)."""
        ...


def utc_now() -> datetime:
    """Return this machine's time."""
    return datetime.now(UTC)


class SignedLine:
    """Calls of one terminal.

    Attributes:
        base_url: `http://host:port`, no path.
    """

    def __init__(
        self,
        base_url: str,
        signer: RequestSigner,
        device: int | None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Take what the calls need; nothing is opened yet.

        Args:
            base_url: `http://host:port`, no path.
            signer: signs each request.
            device: the terminal's number; None before it has one.
            now: this machine's clock.
        """
        self.base_url = base_url
        self._signer = signer
        self._device = device
        self._now = now
        self._ahead = timedelta(0)  # The ledger's clock, of ours.
        self._fresh: httpx.AsyncClient | None = None  # A new connection for every payment.
        self._kept: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Load httpx and the contract on first use: a start that needs no line pays nothing."""
        if self._kept is not None:
            return
        async with self._opening:
            if self._kept is not None:
                return
            await asyncio.to_thread(_load)
            self._fresh = self._client(kept=0)
            self._kept = self._client(kept=4)

    async def close(self) -> None:
        """Close all connections; the next call opens new ones."""
        clients, self._fresh, self._kept = (self._fresh, self._kept), None, None
        for client in clients:
            if client is not None:
                await client.aclose()

    async def call(
        self,
        operation_id: str,
        expected: type[Answer],
        deadline_ms: int,
        *,
        body: BaseModel | None = None,
        query: dict[str, str] | None = None,
        **path: str,
    ) -> Answer:
        """Sign, send and read the answer.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the module says.
        """
        from ledger.contract.operations import BY_ID

        request = self._request(BY_ID[operation_id], deadline_ms, body, query, path)
        # Only a payment costs the customer something if its connection turns out to be dead.
        fresh = operation_id in PAYING
        async with self._troubles(deadline_ms):
            response = await self._send(request, has_body=body is not None, fresh=fresh)
        return read(response, expected)

    async def stream(
        self, operation_id: str, event: str, deadline_ms: int, silence_s: float
    ) -> httpx.Response | None:
        """Open an event stream after an event; whoever reads it closes it.

        Args:
            operation_id: what to follow.
            event: the id of the last event that is durable here; empty for all there is.
            deadline_ms: until it must be open.
            silence_s: how long nothing may come before the stream counts as broken.

        Returns:
            None: this ledger, or something before it, has no streams to give now.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as `call`.
        """
        from ledger.contract.operations import BY_ID, EVENT_HEADER, EVENTS

        operation = BY_ID[operation_id]
        request = self._request(operation, deadline_ms, None, None, {})
        request.headers["Accept"] = EVENTS
        request.extensions["timeout"]["read"] = silence_s
        if event:
            request.headers[EVENT_HEADER] = event
        async with self._troubles(deadline_ms):
            response = await self._send(request, has_body=False, stream=True)
            if response.status_code == OK and is_of(response, EVENTS):
                return response
            await response.aclose()
        if response.status_code in CLIENT_ERRORS and response.status_code not in NOT_OFFERED:
            refuse(response)
        return None

    @asynccontextmanager
    async def _troubles(self, deadline_ms: int) -> AsyncIterator[None]:
        """Tell a request that never left from one without an answer."""
        import httpx

        try:
            async with asyncio.timeout(deadline_ms / 1_000):
                yield
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise LedgerUnreachable from error
        except (TimeoutError, httpx.HTTPError, httpx.StreamError) as error:
            raise LedgerSilent from error

    async def _send(
        self, request: httpx.Request, *, has_body: bool, fresh: bool = False, stream: bool = False
    ) -> httpx.Response:
        """Sign and send; once more where our clock was all that was wrong. Read to its end, unless it streams."""
        client = self._fresh if fresh else self._kept
        assert client is not None
        self._sign(request, has_body=has_body)
        response = await client.send(request, stream=True)
        if not stream or response.status_code in CLIENT_ERRORS:
            response = await _whole(response)
        if (theirs := their_clock(response)) is not None:
            self._ahead = theirs - self._now()
            self._sign(request, has_body=has_body)
            response = await client.send(request, stream=True)
            if not stream or response.status_code in CLIENT_ERRORS:
                response = await _whole(response)
        return response

    def _client(self, *, kept: int) -> httpx.AsyncClient:
        import httpx

        return httpx.AsyncClient(
            base_url=self.base_url,
            limits=httpx.Limits(
                max_connections=16, max_keepalive_connections=kept, keepalive_expiry=KEEP_ALIVE_S
            ),
            trust_env=False,  # A proxy's answer would not be the ledger's.
            headers={"Accept-Encoding": "identity"},
        )

    def _request(
        self,
        operation: Operation,
        deadline_ms: int,
        body: BaseModel | None,
        query: dict[str, str] | None,
        path: dict[str, str],
    ) -> httpx.Request:
        import httpx

        from ledger.contract.operations import BENEFITS, DEVICE_HEADER, TELL_HEADER

        assert self._kept is not None
        # Shorter than the whole deadline, so that a line that is not there is told apart from
        # an answer that does not come.
        connect_s = min(CONNECT_MS_MAX, deadline_ms * 0.8) / 1_000
        headers = {TELL_HEADER: BENEFITS}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if operation.enrolled and self._device is not None:
            headers[DEVICE_HEADER] = f"{self._device:012x}"
        return self._kept.build_request(
            operation.method,
            operation.url(**path),
            params=query,
            content=None if body is None else body.model_dump_json(),
            headers=headers,
            timeout=httpx.Timeout(deadline_ms / 1_000, connect=connect_s, pool=connect_s),
        )

    def _sign(self, request: httpx.Request, *, has_body: bool) -> None:
        from ledger.contract.http_signature import Message, signed_fields

        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        message = Message(request.method, path, query, dict(request.headers.items()))
        fields = signed_fields(
            message,
            request.content if has_body else None,
            keyid=self._signer.public.hex(),
            created=int((self._now() + self._ahead).timestamp()),
            nonce=secrets.token_hex(NONCE_BYTES),
            sign=self._signer.sign,
        )
        request.headers.update(fields)


async def _whole(response: httpx.Response) -> httpx.Response:
    """Read an answer to its end, as far as one of the ledger's could go.

    Raises:
        LedgerSilent: it is longer, or packed, which the ledger's never is: it could unpack to anything.
    """
    import httpx

    body = bytearray()
    try:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise LedgerSilent
        async for part in response.aiter_raw():
            body += part
            if len(body) > ANSWER_MAX_BYTES:
                raise LedgerSilent
    finally:
        await response.aclose()
    kind = {"content-type": response.headers.get("content-type", "")}
    return httpx.Response(response.status_code, headers=kind, content=bytes(body))


def _load() -> None:
    for name in ("httpx", "ledger.mapping", "ledger.feed_mapping", "ledger.contract.operations"):
        import_module(name)
