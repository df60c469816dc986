"""A channel's JSON, strictly: what it says and nothing else. Never guesses at an amount, a time or a currency."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from ledger.contract.words import Amount, Balance, LongText, ShortText, Wire
from ledger.server.channels.port import Cancelled, Incoming, Placed, Refunded
from ledger.server.problems import Refused
from pos.domain.order import LINES_MAX, Order, OrderLine
from pos.domain.won import Won

BODY_MAX = 1 << 20
Number = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class ChannelLine(Wire):
    """One dish; `amount` is for the whole line, in won. `code` where the channel sells by code."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    quantity: Annotated[int, Field(ge=1, le=9_999)]
    amount: Balance
    options: Annotated[tuple[ShortText, ...], Field(max_length=50)] = ()
    code: Annotated[str, Field(max_length=64)] = ""


class OrderPlacedCall(Wire):
    """A customer ordered."""

    event: Literal["order.placed"]
    number: Number
    short_number: Annotated[str, Field(min_length=1, max_length=16)]
    placed_at: AwareDatetime
    accept_by: AwareDatetime
    currency: Literal["KRW"] = "KRW"
    lines: Annotated[tuple[ChannelLine, ...], Field(min_length=1, max_length=LINES_MAX)]
    total: Amount
    paid_in_app: bool
    disposables: bool = False
    shop_note: LongText = ""
    rider_note: LongText = ""
    address_masked: LongText = ""
    phone_masked: ShortText = ""


class OrderCancelledCall(Wire):
    """The customer cancelled."""

    event: Literal["order.cancelled"]
    number: Number


class OrderRefundedCall(Wire):
    """The channel gave its customer a part back."""

    event: Literal["order.refunded"]
    number: Number
    amount: Amount
    reference: Number


_CALL: TypeAdapter[OrderPlacedCall | OrderCancelledCall | OrderRefundedCall] = TypeAdapter(
    Annotated[
        OrderPlacedCall | OrderCancelledCall | OrderRefundedCall, Field(discriminator="event")
    ]
)


def read(channel: str, body: bytes) -> Incoming:
    """Read what a channel says.

    Raises:
        Refused: `malformed` with the field and why, `too_large`, or `total_differs`.
    """
    if len(body) > BODY_MAX:
        raise Refused("too_large", f"{BODY_MAX} bytes at most")
    try:
        json.loads(body, object_pairs_hook=_once, parse_constant=_no_number)
        said = _CALL.validate_json(body)
    except ValidationError as error:
        raise Refused("malformed", _why(error)) from None
    except (ValueError, RecursionError) as error:
        raise Refused("malformed", str(error)[:200]) from None
    match said:
        case OrderCancelledCall(number=number):
            return Cancelled(f"{channel}:{number}")
        case OrderRefundedCall(number=number, amount=amount, reference=reference):
            return Refunded(f"{channel}:{number}", Won(amount), f"{channel}:{number}:{reference}")
        case OrderPlacedCall():
            return _placed(channel, said)


def _placed(channel: str, said: OrderPlacedCall) -> Placed:
    lines = tuple(
        OrderLine(each.name, each.quantity, Won(each.amount), each.options) for each in said.lines
    )
    summed = sum(each.amount for each in said.lines)
    if summed != said.total:
        raise Refused(
            "total_differs", f"the lines come to {summed} won, the total says {said.total}"
        )
    order = Order(
        channel=channel,
        number=said.number,
        short_number=said.short_number,
        placed_at=said.placed_at.astimezone(UTC),
        accept_by=said.accept_by.astimezone(UTC),
        lines=lines,
        total=Won(said.total),
        paid_in_app=said.paid_in_app,
        disposables=said.disposables,
        shop_note=said.shop_note,
        rider_note=said.rider_note,
        address_masked=said.address_masked,
        phone_masked=said.phone_masked,
    )
    return Placed(order, tuple(each.code for each in said.lines))


def _why(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(each) for each in first["loc"] if not str(each).startswith("order."))
    return f"{place or 'body'}: {first['msg']}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a field stands twice")
    return made


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no amount")
