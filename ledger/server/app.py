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
from ledger.contract.balance_models import BalanceRequest
from ledger.contract.coupon_models import CouponQuestion, CouponRequest
from ledger.contract.day_models import ReconcileRequest
from ledger.contract.enrolment_models import EnrolmentRequest
from ledger.contract.http_signature import Message
from ledger.contract.operations import (
    BENEFITS,
    EVENT_HEADER,
    EVENTS,
    FEED_WAIT_MS_MAX,
    OPERATIONS,
    TELL_HEADER,
    UNTOLD,
    Operation,
)
from ledger.server import gate
from ledger.server.database import LedgerUnavailable
from ledger.server.faults import Faults
from ledger.server.feed_stream import FeedStreams
from ledger.server.gate import Caller
from ledger.server.problems import Refused, problem
from ledger.server.service import Service
from ledger.server.till_desk import TillDesk
from pos.domain.identifiers import TransactionId

BODY_MAX = 8 << 20  # Bytes; a thousand records are about two million.
CURSOR_DIGITS_MAX = 18

Model = TypeVar("Model", bound=BaseModel)
Handler = Callable[[Request], Awaitable[BaseModel]]


class Handlers:
    """The contract's operations, read from HTTP and handed to the service."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._tills = TillDesk(service)
        self._streams = FeedStreams(service)
        self.by_id: dict[str, Handler] = {
            "enrolTerminal": self.enrol_terminal,
            "authorizePayment": self.authorize_payment,
            "payByCustomerCode": self.pay_by_customer_code,
            "cardBalance": self.card_balance,
            "askCoupon": self.ask_coupon,
            "payByCoupon": self.pay_by_coupon,
            "paymentOutcome": self.payment_outcome,
            "forwardRecords": self.forward_records,
            "journalHead": self.journal_head,
            "readFeed": self.read_feed,
            "dayStatement": self.day_statement,
            "reconcileDay": self.reconcile_day,
            "health": self.health,
        }

    async def enrol_terminal(self, request: Request) -> BaseModel:
        """Enrol a terminal's key by a code."""
        caller, body = await self._admit(request, enrolled=False)
        return await self._service.enrol(caller, parse(body, EnrolmentRequest))

    async def authorize_payment(self, request: Request) -> BaseModel:
        """Take one online payment."""
        caller, body = await self._admit(request)
        payment_id = _payment_id(request)
        return await self._service.authorize(caller, payment_id, parse(body, wire.AuthorizeRequest))

    async def pay_by_customer_code(self, request: Request) -> BaseModel:
        """Take one online payment by a customer's code."""
        caller, body = await self._admit(request)
        asked = parse(body, wire.CodeRequest)
        return await self._service.pay_by_code(caller, _payment_id(request), asked)

    async def ask_coupon(self, request: Request) -> BaseModel:
        """Say what a coupon pays."""
        caller, body = await self._admit(request)
        return await self._tills.ask_coupon(caller, parse(body, CouponQuestion))

    async def pay_by_coupon(self, request: Request) -> BaseModel:
        """Take one online payment by a coupon."""
        caller, body = await self._admit(request)
        asked = parse(body, CouponRequest)
        return await self._tills.pay_by_coupon(caller, _payment_id(request), asked)

    async def card_balance(self, request: Request) -> BaseModel:
        """Say what a card holds."""
        caller, body = await self._admit(request)
        asked = parse(body, BalanceRequest)
        return await self._tills.balance(caller, _payment_id(request), asked)

    async def payment_outcome(self, request: Request) -> BaseModel:
        """Say what became of a payment."""
        caller, _ = await self._admit(request)
        return await self._service.outcome(caller, _payment_id(request))

    async def forward_records(self, request: Request) -> BaseModel:
        """Take journal records."""
        caller, body = await self._admit(request)
        return await self._service.forward(caller, parse(body, wire.ForwardRequest))

    async def journal_head(self, request: Request) -> BaseModel:
        """Say how far the terminal's journal is known."""
        caller, _ = await self._admit(request)
        return await self._service.head(caller)

    async def read_feed(self, request: Request) -> BaseModel:
        """Return what is new."""
        caller, _ = await self._admit(request)
        cursor = _number(request, "cursor", 10**CURSOR_DIGITS_MAX - 1)
        wait_ms = _number(request, "wait_ms", FEED_WAIT_MS_MAX)
        return await self._service.feed(caller, cursor, wait_ms)

    async def follow_feed(self, request: Request) -> Response:
        """Send what is new for as long as the terminal listens."""
        caller, _ = await self._admit(request)
        given = request.headers.get(EVENT_HEADER, "")
        cursor = _whole(given, EVENT_HEADER, 10**CURSOR_DIGITS_MAX - 1)
        await self._service.begin_stream(caller)
        return self._streams.open(caller, cursor)

    async def day_statement(self, request: Request) -> BaseModel:
        """Say what the shop took on a day."""
        caller, _ = await self._admit(request)
        return await self._service.statement(caller, _day(request))

    async def reconcile_day(self, request: Request) -> BaseModel:
        """Compare the terminal's day with the ledger's."""
        caller, body = await self._admit(request)
        asked = parse(body, ReconcileRequest)
        return await self._service.reconcile(caller, _day(request), asked)

    async def health(self, _: Request) -> BaseModel:
        """Say that requests are taken."""
        return wire.HealthAnswer(at=self._service.now())

    async def _admit(self, request: Request, *, enrolled: bool = True) -> tuple[Caller, bytes]:
        """Return who has signed a request, and its body."""
        service = self._service
        message = Message(
            method=request.method,
            path=request.scope["raw_path"].decode("latin-1"),
            query=request.scope["query_string"].decode("latin-1"),
            fields=_fields(request),
        )
        said, caller = await gate.look_at(service.admissions.of, message, enrolled=enrolled)
        body = await read_body(request)
        gate.verify(said, caller, message, body, service.now())
        return caller, body


def build_app(
    service: Service, faults: Faults, more_routes: list[Route], lifespan: Lifespan[Starlette]
) -> Starlette:
    """Return the application: every operation of the contract, its document, and what is added."""
    handlers = Handlers(service)
    routes = [
        Route(each.path, _endpoint(each, handlers.by_id[each.id], faults), methods=[each.method])
        for each in OPERATIONS
        if each.media_type != EVENTS
    ]
    routes += [
        Route(each.path, handlers.follow_feed, methods=[each.method])
        for each in OPERATIONS
        if each.media_type == EVENTS
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
        told = request.headers.get(TELL_HEADER) == BENEFITS
        said = answer.model_dump_json(exclude=None if told else UNTOLD.get(operation.id))
        return Response(said, media_type="application/json")

    return endpoint


async def read_body(request: Request) -> bytes:
    """Read a request's body.

    Raises:
        Refused: it is too large, or broke off.
    """
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_MAX:
                raise Refused("too_large")
    except ClientDisconnect:
        raise Refused("malformed", "the request broke off") from None
    return bytes(body)


def parse(body: bytes, model: type[Model]) -> Model:
    """Read a body into a model.

    Raises:
        Refused: it is not of the model's shape; the detail names fields, no values.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        where = {".".join(map(str, each["loc"])) or each["type"] for each in error.errors()[:10]}
        raise Refused("malformed", ", ".join(sorted(where))) from None


def _fields(request: Request) -> dict[str, str]:
    """Return the header fields; one that comes twice is put together (RFC 9421, 2.1)."""
    fields: dict[str, str] = {}
    for name, value in request.headers.items():
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


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
    return _whole(request.query_params.get(name, ""), name, limit)


def _whole(text: str, name: str, limit: int) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal()) or len(text) > CURSOR_DIGITS_MAX:
        raise Refused("malformed", name)
    return min(int(text), limit)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return problem(error.code, error.detail, error.at)


async def _unavailable(_: Request, __: Exception) -> Response:
    return problem("unavailable")


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem("method_not_allowed" if error.status_code == 405 else "not_found")


async def _internal(_: Request, __: Exception) -> Response:
    return problem("internal")
