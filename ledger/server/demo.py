"""Operations under /demo: orders on demand, a look into the books, faults. Never in a real ledger."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from random import Random
from secrets import SystemRandom
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ledger.contract.words import Wire
from ledger.feed_mapping import order_to_wire
from ledger.server import accounts, books, hotlist, orders
from ledger.server.app import parse, read_body
from ledger.server.database import Tx
from ledger.server.demo_orders import ACCEPT_S, invent
from ledger.server.faults import DELAY_MS_MAX, Faults
from ledger.server.operator import OperatorDoor
from ledger.server.problems import Refused
from ledger.server.service import Service
from pos.domain.order import OrderState
from pos.domain.won import Won

W = TypeVar("W", bound=Wire)


class OrderWish(Wire):
    """What the next order should be like."""

    accept_s: Annotated[int, Field(ge=-3_600, le=3_600)] = ACCEPT_S
    seed: int | None = None
    merchant: Annotated[int, Field(ge=1)] = 1


class CancelWish(Wire):
    """Whose order is to be cancelled."""

    merchant: Annotated[int, Field(ge=1)] = 1


class FaultWish(Wire):
    """What goes wrong next."""

    silent_next: Annotated[int, Field(ge=0, le=1_000)] = 0
    delay_ms: Annotated[int, Field(ge=0, le=DELAY_MS_MAX)] = 0
    operation: Literal[
        "authorizePayment",
        "payByCustomerCode",
        "askCoupon",
        "cardBalance",
        "payByCoupon",
        "paymentOutcome",
        "forwardRecords",
        "journalHead",
        "readFeed",
    ] = "authorizePayment"


class Demo:
    """The demo's routes, for the operator alone."""

    def __init__(self, service: Service, faults: Faults, door: OperatorDoor) -> None:
        self._service = service
        self._faults = faults
        self._door = door
        # Two at a time would invent the same number.
        self._placing = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Return the routes to add to the application."""
        posts: tuple[tuple[str, Callable[[Request], Awaitable[Response]]], ...] = (
            ("/demo/orders", self.place_order),
            ("/demo/orders/{key}/cancel", self.cancel_order),
            ("/demo/cards/{id}/block", self.block_card),
            ("/demo/cards/{id}/unblock", self.unblock_card),
            ("/demo/faults", self.set_faults),
        )
        gets: tuple[tuple[str, Callable[[Request], Awaitable[Response]]], ...] = (
            ("/demo/cards", self.cards),
            ("/demo/entries", self.entries),
        )
        return [Route(path, handler, methods=["POST"]) for path, handler in posts] + [
            Route(path, handler, methods=["GET"]) for path, handler in gets
        ]

    async def place_order(self, request: Request) -> Response:
        """Invent an order and put it into the feed; answers 201 with it."""
        self._door.check(request)
        wish = await _wish(request, OrderWish)
        chance = SystemRandom() if wish.seed is None else Random(wish.seed)  # noqa: S311 - a demo.
        async with self._placing:
            now = self._service.now()
            number = orders.count(self._service.reader) + 1
            order = invent(chance, number, now, accept_s=wish.accept_s)
            await self._service.writer.run(lambda tx: orders.place(tx, wish.merchant, order))
        body = order_to_wire(order).model_dump(mode="json") | {"key": order.key}
        return JSONResponse(body, status_code=201)

    async def cancel_order(self, request: Request) -> Response:
        """Let the customer cancel an order that was not answered yet."""
        self._door.check(request)
        wish = await _wish(request, CancelWish)
        key = str(request.path_params["key"])
        done = await self._service.writer.run(
            lambda tx: orders.end(tx, wish.merchant, key, OrderState.CANCELLED)
        )
        return JSONResponse({"cancelled": done})

    async def block_card(self, request: Request) -> Response:
        """Stop a card, here and on every terminal's hotlist."""
        return await self._set_stopped(request, stopped=True)

    async def unblock_card(self, request: Request) -> Response:
        """Let a card go again."""
        return await self._set_stopped(request, stopped=False)

    async def _set_stopped(self, request: Request, *, stopped: bool) -> Response:
        self._door.check(request)
        card = str(request.path_params["id"])
        try:
            done = await self._service.writer.run(
                lambda tx: hotlist.set_stopped(tx, card, stopped=stopped)
            )
        except LookupError:
            raise Refused("not_found") from None
        return JSONResponse({"id": card, "stopped": stopped, "changed": done})

    async def set_faults(self, request: Request) -> Response:
        """Set what goes wrong next."""
        self._door.check(request)
        wish = await _wish(request, FaultWish)
        self._faults.silent[wish.operation] = wish.silent_next
        self._faults.delay_ms = wish.delay_ms
        return JSONResponse({"silent": self._faults.silent, "delay_ms": self._faults.delay_ms})

    async def cards(self, request: Request) -> Response:
        """Return the balances by card id, in won; `balance` is what a terminal is told."""
        self._door.check(request)
        tx = self._service.reader
        ids = [card for (card,) in tx.execute("SELECT id FROM cards ORDER BY id")]
        return JSONResponse({card: _card(tx, card) for card in ids})

    async def entries(self, request: Request) -> Response:
        """Return the whole book, and whether it is sound."""
        self._door.check(request)
        tx = self._service.reader
        with tx.snapshot():
            return JSONResponse(_book(tx))


async def _wish(request: Request, model: type[W]) -> W:
    """Read a body that may be missing."""
    body = await read_body(request)
    return parse(body, model) if body else model()


def _card(tx: Tx, card: str) -> dict[str, Any]:
    row = tx.row("SELECT masked_pan, status, member FROM cards WHERE id = ?", (card,))
    if row is None:
        raise Refused("not_found")
    purses = books.purse_balances(tx, card)
    return {
        "masked_pan": row[0],
        "status": row[1],
        "member": row[2],
        "balance": Won.total(purses.values()).amount,
        "purses": {which.value: won.amount for which, won in purses.items()},
        "offline_reserve": books.balance(tx, accounts.offline_reserve(card)).amount,
    }


def _book(tx: Tx) -> dict[str, Any]:
    postings: dict[int, dict[str, Any]] = {
        number: {"id": number, "kind": kind, "reference": reference, "at": at, "entries": []}
        for number, kind, reference, at in tx.execute(
            "SELECT id, kind, reference, at FROM postings ORDER BY id"
        )
    }
    lines = "SELECT posting, account, amount FROM entries ORDER BY posting, line"
    for number, account, amount in tx.execute(lines):
        postings[number]["entries"].append({"account": account, "amount": amount})
    return {
        "postings": list(postings.values()),
        "balances": books.balances(tx),
        "payments": [
            {
                "id": payment,
                "answer": None if answer is None else json.loads(answer),
                "reversed": bool(is_reversed),
                "posting": posting,
            }
            for payment, answer, is_reversed, posting in tx.execute(
                "SELECT id, answer, reversed, posting FROM payments ORDER BY id"
            )
        ],
        "sales": [
            {"id": sale, "day": day, "total": total, "vat": vat, "source": source}
            | {"tenders": json.loads(tenders)}
            for sale, day, total, vat, tenders, source in tx.execute(
                "SELECT id, day, total, vat, tenders, source FROM sales WHERE training = 0"
                " ORDER BY id"
            )
        ],
        "refunds": [
            {"id": refund, "sale": sale, "day": day, "kind": kind, "total": total, "vat": vat}
            | {"returns": json.loads(returns)}
            for refund, sale, day, kind, total, vat, returns in tx.execute(
                "SELECT id, sale, day, kind, total, vat, returns FROM refunds ORDER BY id"
            )
        ],
        "device_keys": _device_keys(tx),
        "wrong": books.check(tx),
    }


def _device_keys(tx: Tx) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    for device, key in tx.execute("SELECT device, public_key FROM device_keys ORDER BY id"):
        keys.setdefault(f"{device:012x}", []).append(bytes(key).hex())
    return keys
