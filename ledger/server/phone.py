"""What a card holder's app asks of the ledger, under /app. Only where a demo's operator plays all of them.

The reference ledger knows no card holder's phone, so it has no door for one: whoever runs an app before
these operations has to know whose card it is. A real ledger never opens them without.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ledger import mapping
from ledger.contract.models import CODE_MAX
from ledger.contract.words import Wire
from ledger.server import customer_codes, shop_codes
from ledger.server.app import parse, read_body
from ledger.server.heads import Sign
from ledger.server.operator import OperatorDoor
from ledger.server.payments import IdReused
from ledger.server.problems import Refused
from ledger.server.rulebook import Rulebook
from ledger.server.service import Service


class Scanned(Wire):
    """What the app's camera read."""

    code: Annotated[str, Field(min_length=1, max_length=CODE_MAX)]


class Phone:
    """The app's operations."""

    def __init__(self, service: Service, door: OperatorDoor, rules: Rulebook, sign: Sign) -> None:
        self._service = service
        self._door = door
        self._rules = rules
        self._sign = sign

    def routes(self) -> list[Route]:
        """Return the routes to add to the application."""
        return [
            Route("/app/cards/{id}/code", self.show_code, methods=["POST"]),
            Route("/app/cards/{id}/payments", self.pay, methods=["POST"]),
        ]

    async def show_code(self, request: Request) -> Response:
        """Make a one-use code for the shop to scan; answers 201 with it."""
        self._door.check(request)
        card, now = str(request.path_params["id"]), self._service.now()
        try:
            code = await self._service.writer.run(
                lambda tx: customer_codes.issue(tx, card, now, self._sign)
            )
        except LookupError:
            raise Refused("not_found") from None
        body = {"code": code.text, "expires_at": code.expires_at.isoformat()}
        return JSONResponse(body, status_code=201)

    async def pay(self, request: Request) -> Response:
        """Pay by the code that a shop shows; answers as a payment is answered."""
        self._door.check(request)
        scanned = parse(await read_body(request), Scanned)
        card, now = str(request.path_params["id"]), self._service.now()
        try:
            answer = await self._service.writer.run(
                lambda tx: shop_codes.pay(tx, card, scanned.code, self._rules.at(now), now)
            )
        except IdReused:
            raise Refused("id_reused") from None
        said = mapping.answer_to_wire(answer).model_dump_json()
        return Response(said, media_type="application/json")
