"""Invents a lunch rush as channels bring it: bursts, duplicates, reordering, cancels. Never a real person's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from ledger.server.channels.adapters import MALL
from ledger.server.demo_orders import ACCEPT_S, invent

SHARES = (("baedal-eum", 0.6), ("webhook", 0.25), (MALL, 0.15))
WINDOW = (("8801234000017", "새우깡", 1_500), ("8801234000024", "참치김밥", 4_500))
"""What the mall's customers buy: code, name, price."""

TWICE, TURNED_ROUND, CANCELLED, REFUNDED = 0.15, 0.02, 0.08, 0.04


@dataclass(frozen=True, slots=True)
class Arrival:
    """One call: when after the start, in seconds, by which channel, and what it says."""

    at_s: float
    channel: str
    said: dict[str, Any]


def lunch_rush(
    chance: Random, orders: int, seconds: float, start: datetime, accept_s: int = ACCEPT_S
) -> list[Arrival]:
    """Return the calls of a rush in the order they arrive.

    More come in the middle than at its ends. Some calls come twice, some cancels before their order.

    Args:
        chance: what varies; a seeded one repeats itself.
        orders: how many.
        seconds: how long it lasts.
        start: when it begins.
        accept_s: seconds to answer.
    """
    made: list[Arrival] = []
    for number in range(1, orders + 1):
        at_s = seconds * (chance.random() + chance.random()) / 2
        draw = chance.random()
        channel = next(
            (name for name, _ in SHARES if (draw := draw - dict(SHARES)[name]) < 0), SHARES[0][0]
        )
        made += _life(chance, channel, number, at_s, start, accept_s)
    return sorted(made, key=lambda each: each.at_s)


def _life(
    chance: Random, channel: str, number: int, at_s: float, start: datetime, accept_s: int
) -> list[Arrival]:
    placed = _placed(chance, channel, number, start + timedelta(seconds=at_s), accept_s)
    name = str(placed["number"])
    calls = [Arrival(at_s, channel, placed)]
    luck = chance.random()
    if luck < TURNED_ROUND:
        calls.append(Arrival(at_s - 0.5, channel, {"event": "order.cancelled", "number": name}))
    elif luck < TURNED_ROUND + CANCELLED:
        late_s = at_s + chance.choice((3, 30, 120, 600))
        calls.append(Arrival(late_s, channel, {"event": "order.cancelled", "number": name}))
    elif luck < TURNED_ROUND + CANCELLED + REFUNDED:
        back = {"event": "order.refunded", "number": name, "amount": 1_000, "reference": "R1"}
        calls.append(Arrival(at_s + 400, channel, back))
    again = [
        Arrival(each.at_s + chance.choice((0.05, 2, 90)), channel, each.said)
        for each in calls
        if chance.random() < TWICE
    ]
    return [each for each in (*calls, *again) if each.at_s >= 0]


def _placed(
    chance: Random, channel: str, number: int, at: datetime, accept_s: int
) -> dict[str, Any]:
    order = invent(chance, number, at, accept_s=accept_s)
    lines: list[dict[str, Any]] = [
        {
            "name": line.name,
            "quantity": line.quantity,
            "amount": line.amount.amount,
            "options": list(line.options),
        }
        for line in order.lines
    ]
    if channel == MALL:
        code, name, price = chance.choice(WINDOW)
        quantity = chance.choice((1, 1, 2))
        lines = [{"name": name, "quantity": quantity, "amount": quantity * price, "code": code}]
    return {
        "event": "order.placed",
        "number": order.number,
        "short_number": order.short_number,
        "placed_at": at.isoformat(),
        "accept_by": order.accept_by.isoformat(),
        "lines": lines,
        "total": sum(each["amount"] for each in lines),
        "paid_in_app": order.paid_in_app or channel == MALL,
        "disposables": order.disposables,
        "shop_note": order.shop_note,
        "rider_note": order.rider_note,
        "address_masked": order.address_masked,
        "phone_masked": order.phone_masked,
    }
