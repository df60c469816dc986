"""Speaks to the ledger over HTTP. Never calls a request unsent that may have left.

The rule of the `Ledger` port, by what httpx reports:
* no connection was made (connect error, connect or pool timeout): `LedgerUnreachable`;
* the ledger itself says that the request is wrong (4xx as a problem document): `LedgerRefused`;
* all else without a readable answer, a reused connection that died among it: `LedgerSilent`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeVar

from pos.domain.errors import (
    LedgerRefused,
    LedgerSilent,
    LedgerUnreachable,
    TerminalNotAccepted,
)
from pos.domain.forwarding import ForwardOutcome
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline
from pos.domain.record import LedgerHead, Record
from pos.ports import AuthorizationRequest, FeedPage, PaymentFate

if TYPE_CHECKING:
    import httpx
    from pydantic import BaseModel

    from ledger.contract.operations import Operation

CONNECT_MS_MAX = 2_000  # A cashier waits no longer to hear that there is no line.
KEEP_ALIVE_S = 2.0  # Far below the server's, so that it rarely closes one in our hands.
FEED_GRACE_MS = 5_000  # On top of the wait asked for, before the feed counts as silent.
CLIENT_ERRORS = range(400, 500)
ABOUT_THE_TERMINAL = (401, 403, 404, 405)  # No other body would be taken either.
OK = 200

Answer = TypeVar("Answer", bound="BaseModel")


class BatchSigner(Protocol):
    """The device's own key, with which it signs what it forwards."""

    @property
    def public(self) -> bytes:
        """The public key's 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return 64 bytes of Ed25519 over the message (RFC 8032)."""
        ...


class HttpLedger:
    """The `Ledger` port over HTTP, for one terminal.

    Attributes:
        base_url: `http://host:port`, no path.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        device: int,
        signer: BatchSigner | None = None,
        ledger_public: bytes | None = None,
    ) -> None:
        """Take what the calls need; nothing is opened yet.

        Args:
            base_url: `http://host:port`, no path.
            token: the terminal's secret at the ledger.
            device: the terminal's number.
            signer: signs what is forwarded; without one it goes unsigned.
            ledger_public: the ledger's Ed25519 key; without it no head can be trusted, so none is
                asked for.
        """
        self.base_url = base_url
        self._token = token
        self._device = device
        self._signer = signer
        self._ledger_public = ledger_public
        self._fresh: httpx.AsyncClient | None = None  # A new connection for every payment.
        self._kept: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def authorize(
        self, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        """Ask for a payment; see the port.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says.
        """
        await self._open()
        from ledger import mapping
        from ledger.contract import models

        body = models.AuthorizeRequest(
            amount=request.amount.amount, sealed=request.sealed, at=request.at
        )
        answer = await self._call(
            "authorizePayment",
            models.AuthorizeAnswer,
            deadline_ms,
            body=body,
            payment_id=request.payment_id.hex,
        )
        try:
            said = mapping.answer_from_wire(answer)
        except ValueError as error:
            raise LedgerSilent from error
        if isinstance(said, Approval) and said.amount != request.amount:
            raise LedgerSilent  # An approval of another amount answers nothing we asked.
        return said

    async def outcome(
        self, payment_id: TransactionId, *, deadline_ms: int
    ) -> Approval | Decline | PaymentFate:
        """Ask what became of a payment; see the port.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says.
        """
        await self._open()
        from ledger import mapping
        from ledger.contract import models

        answer = await self._call(
            "paymentOutcome", models.OutcomeAnswer, deadline_ms, payment_id=payment_id.hex
        )
        try:
            return mapping.outcome_from_wire(answer)
        except ValueError as error:
            raise LedgerSilent from error

    async def forward(
        self, records: Sequence[Record], *, deadline_ms: int
    ) -> tuple[ForwardOutcome, ...]:
        """Tell the ledger of records, in order; see the port.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says; an answer that does
                not fit the records one to one is none.
        """
        if not records:
            return ()
        await self._open()
        from ledger import mapping
        from ledger.contract import models

        signer, signature = self._signed(records)
        body = models.ForwardRequest(
            records=tuple(mapping.record_to_wire(r) for r in records),
            signer=signer,
            signature=signature,
        )
        answer = await self._call("forwardRecords", models.ForwardAnswer, deadline_ms, body=body)
        if [each.sequence for each in answer.outcomes] != [each.sequence for each in records]:
            raise LedgerSilent
        try:
            return tuple(mapping.forwarded_from_wire(each) for each in answer.outcomes)
        except ValueError as error:
            raise LedgerSilent from error

    async def head(self, *, deadline_ms: int) -> LedgerHead | None:
        """Return how far the ledger knows this terminal's journal; see the port.

        None also where this terminal has no key of the ledger's to check a head with.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says; a head that the
                ledger did not sign, or of another terminal, is no answer.
        """
        if self._ledger_public is None:
            return None
        await self._open()
        from ledger import mapping
        from ledger.contract import models

        answer = await self._call("journalHead", models.HeadAnswer, deadline_ms)
        if answer.head is None:
            return None
        head = mapping.head_from_wire(answer.head)
        if head.device != self._device or not _is_signed(head, self._ledger_public):
            raise LedgerSilent
        return head

    async def feed(self, cursor: str, *, wait_ms: int) -> FeedPage:
        """Return what is new after the cursor; see the port.

        Raises:
            LedgerUnreachable, LedgerSilent, LedgerRefused: as the port says.
        """
        await self._open()
        from ledger import mapping
        from ledger.contract import models

        query = {"cursor": cursor, "wait_ms": str(wait_ms)}
        deadline_ms = wait_ms + FEED_GRACE_MS
        answer = await self._call("readFeed", models.FeedAnswer, deadline_ms, query=query)
        return mapping.page_from_wire(answer)

    async def aclose(self) -> None:
        """Close all connections; the next call opens new ones."""
        clients, self._fresh, self._kept = (self._fresh, self._kept), None, None
        for client in clients:
            if client is not None:
                await client.aclose()

    def _signed(self, records: Sequence[Record]) -> tuple[str | None, str | None]:
        """Return the signer's public key and its signature over the batch, as they travel."""
        if self._signer is None:
            return None, None
        from ledger.contract.signing import batch_message

        message = batch_message(self._device, (each.hash for each in records))
        return self._signer.public.hex(), self._signer.sign(message).hex()

    async def _open(self) -> None:
        """Load httpx and the contract on first use: a start that needs no line pays nothing."""
        if self._kept is not None:
            return
        async with self._opening:
            if self._kept is not None:
                return
            await asyncio.to_thread(_load)
            self._fresh = self._client(kept=0)
            self._kept = self._client(kept=4)

    def _client(self, *, kept: int) -> httpx.AsyncClient:
        import httpx

        from ledger.contract.operations import DEVICE_HEADER

        return httpx.AsyncClient(
            base_url=self.base_url,
            headers={
                "Authorization": f"Bearer {self._token}",
                DEVICE_HEADER: f"{self._device:012x}",
            },
            limits=httpx.Limits(
                max_connections=16, max_keepalive_connections=kept, keepalive_expiry=KEEP_ALIVE_S
            ),
            trust_env=False,  # A proxy's answer would not be the ledger's.
        )

    async def _call(
        self,
        operation_id: str,
        expected: type[Answer],
        deadline_ms: int,
        *,
        body: BaseModel | None = None,
        query: dict[str, str] | None = None,
        **path: str,
    ) -> Answer:
        import httpx

        from ledger.contract.operations import BY_ID

        operation = BY_ID[operation_id]
        request = self._request(operation, deadline_ms, body, query, path)
        # Only a payment costs the customer something if its connection turns out to be dead.
        client = self._fresh if operation_id == "authorizePayment" else self._kept
        assert client is not None
        try:
            async with asyncio.timeout(deadline_ms / 1_000):
                response = await client.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise LedgerUnreachable from error
        except (TimeoutError, httpx.HTTPError, httpx.StreamError) as error:
            raise LedgerSilent from error
        return _read(response, expected)

    def _request(
        self,
        operation: Operation,
        deadline_ms: int,
        body: BaseModel | None,
        query: dict[str, str] | None,
        path: dict[str, str],
    ) -> httpx.Request:
        import httpx

        assert self._kept is not None
        # Shorter than the whole deadline, so that a line that is not there is told apart from
        # an answer that does not come.
        connect_s = min(CONNECT_MS_MAX, deadline_ms * 0.8) / 1_000
        return self._kept.build_request(
            operation.method,
            operation.url(**path),
            params=query,
            content=None if body is None else body.model_dump_json(),
            headers={} if body is None else {"Content-Type": "application/json"},
            timeout=httpx.Timeout(deadline_ms / 1_000, connect=connect_s, pool=connect_s),
        )


def _load() -> None:
    for name in ("httpx", "ledger.mapping", "ledger.contract.operations"):
        import_module(name)


def _is_signed(head: LedgerHead, ledger_public: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(ledger_public)
        key.verify(bytes.fromhex(head.signature), head.message)
    except (InvalidSignature, ValueError):  # A key that is none has signed nothing.
        return False
    return True


def _read(response: httpx.Response, expected: type[Answer]) -> Answer:
    from ledger.contract.models import Problem

    try:
        if response.status_code == OK:
            return expected.model_validate_json(response.content)
        if response.status_code in CLIENT_ERRORS:
            problem = Problem.model_validate_json(response.content)
            if response.status_code in ABOUT_THE_TERMINAL:
                raise TerminalNotAccepted(reason=problem.code)
            raise LedgerRefused(reason=problem.code)
    except ValueError as error:  # Not the ledger's words: something in between answered.
        raise LedgerSilent from error
    raise LedgerSilent
