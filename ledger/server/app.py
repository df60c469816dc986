"""The ledger over HTTP: routes made from the operations table. Never a rule of money here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Lifespan

from ledger.contract import models as wire
from ledger.contract import openapi
from ledger.contract.day_models import ReconcileRequest
from ledger.contract.operations import DEVICE_HEADER, FEED_WAIT_MS_MAX, OPERATIONS, Operation
from ledger.server.database import LedgerUnavailable
from ledger.server.faults import Faults
from ledger.server.judging import Merchant
from ledger.server.problems import Refused, problem
from ledger.server.service import Service
from pos.domain.identifiers import TransactionId

BODY_MAX = 8 << 20  # Bytes; a thousand records are about two million.
CURSOR_DIGITS_MAX = 18

Model = TypeVar("Model", bound=BaseModel)
Handler = Callable[[Request], Awaitable[BaseModel]]


class Handlers:
    """The contract's operations, read from HTTP and handed to the service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.by_id: dict[str, Handler] = {
            "authorizePayment": self.authorize_payment,
            "paymentOutcome": self.payment_outcome,
            "forwardRecords": self.forward_records,
            "journalHead": self.journal_head,
            "readFeed": self.read_feed,
            "dayStatement": self.day_statement,
            "reconcileDay": self.reconcile_day,
            "health": self.health,
        }

    async def authorize_payment(self, request: Request) -> BaseModel:
        """Take one online payment."""
        merchant = await self.whose(request)
        payment_id = _payment_id(request)
        body = await read_body(request, wire.AuthorizeRequest)
        return await self._service.authorize(merchant, payment_id, body)

    async def payment_outcome(self, request: Request) -> BaseModel:
        """Say what became of a payment."""
        merchant = await self.whose(request)
        return await self._service.outcome(merchant, _payment_id(request))

    async def forward_records(self, request: Request) -> BaseModel:
        """Take journal records."""
        merchant = await self.whose(request)
        body = await read_body(request, wire.ForwardRequest)
        return await self._service.forward(merchant, body)

    async def journal_head(self, request: Request) -> BaseModel:
        """Say how far the terminal's journal is known."""
        merchant = await self.whose(request)
        return self._service.head(merchant)

    async def read_feed(self, request: Request) -> BaseModel:
        """Return what is new."""
        merchant = await self.whose(request)
        cursor = _number(request, "cursor", 10**CURSOR_DIGITS_MAX - 1)
        wait_ms = _number(request, "wait_ms", FEED_WAIT_MS_MAX)
        return await self._service.feed(merchant, cursor, wait_ms)

    async def day_statement(self, request: Request) -> BaseModel:
        """Say what the shop took on a day."""
        merchant = await self.whose(request)
        return self._service.statement(merchant, _day(request))

    async def reconcile_day(self, request: Request) -> BaseModel:
        """Compare the terminal's day with the ledger's."""
        merchant = await self.whose(request)
        day = _day(request)
        body = await read_body(request, ReconcileRequest)
        return self._service.reconcile(merchant, day, body)

    async def health(self, _: Request) -> BaseModel:
        """Say that requests are taken."""
        return wire.HealthAnswer(at=self._service.now())

    async def whose(self, request: Request) -> Merchant:
        """Return the terminal that a request comes from.

        Raises:
            Refused: no known token, or another device's.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused("unauthorized")
        named = request.headers.get(DEVICE_HEADER)
        try:
            device = None if named is None else int(named, 16)
        except ValueError:
            raise Refused("wrong_device") from None
        return await self._service.whose(token.strip(), device)


def build_app(
    service: Service, faults: Faults, more_routes: list[Route], lifespan: Lifespan[Starlette]
) -> Starlette:
    """Return the application: every operation of the contract, its document, and what is added."""
    handlers = Handlers(service)
    routes = [
        Route(each.path, _endpoint(each, handlers.by_id[each.id], faults), methods=[each.method])
        for each in OPERATIONS
    ]
    document = openapi.text().encode()

    async def openapi_json(_: Request) -> Response:
        return Response(document, media_type="application/json")

    routes.append(Route("/openapi.json", openapi_json))
    return Starlette(
        routes=[*routes, *more_routes],
        lifespan=lifespan,
        exception_handlers={
            Refused: _refused,
            LedgerUnavailable: _unavailable,
            HTTPException: _http_error,
            Exception: _internal,
        },
    )


def _endpoint(
    operation: Operation, handler: Handler, faults: Faults
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        answer = await handler(request)
        if await faults.before_answer(operation.id):
            while (await request.receive())["type"] != "http.disconnect":
                pass
        return Response(answer.model_dump_json(), media_type="application/json")

    return endpoint


async def read_body(request: Request, model: type[Model]) -> Model:
    """Read and check a request's body.

    Raises:
        Refused: it is too large or not of the model's shape; the detail names fields, no values.
    """
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_MAX:
                raise Refused("too_large")
        return model.model_validate_json(bytes(body))
    except ValidationError as error:
        where = {".".join(map(str, each["loc"])) or each["type"] for each in error.errors()[:10]}
        raise Refused("malformed", ", ".join(sorted(where))) from None
    except ClientDisconnect:
        raise Refused("malformed", "the request broke off") from None


def _payment_id(request: Request) -> TransactionId:
    try:
        return TransactionId.parse(request.path_params["payment_id"])
    except ValueError as error:
        raise Refused("malformed", str(error)) from None


def _day(request: Request) -> date:
    try:
        return date.fromisoformat(request.path_params["day"])
    except ValueError:
        raise Refused("malformed", "day") from None


def _number(request: Request, name: str, limit: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal()) or len(text) > CURSOR_DIGITS_MAX:
        raise Refused("malformed", name)
    return min(int(text), limit)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problem(error.code, error.detail)


async def _unavailable(_: Request, __: Exception) -> Response:
    return problem("unavailable")


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem("method_not_allowed" if error.status_code == 405 else "not_found")


async def _internal(_: Request, __: Exception) -> Response:
    return problem("internal")
