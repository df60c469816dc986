"""Takes what a channel says into the ledger, once. Never places what the shop does not take now."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from ledger.policy.policy import Policy
from ledger.server import order_life, orders
from ledger.server.channels.port import Cancelled, Channel, Incoming, Placed, Refunded
from ledger.server.database import Tx
from ledger.server.problems import Refused
from pos.domain.codec import decode
from pos.domain.order import ENDED, Order, OrderState
from pos.domain.order_events import without_personal


def take(
    tx: Tx, channel: Channel, merchant: int, said: Incoming, policy: Policy, now: datetime
) -> str:
    """Do what a channel says, and return a word on it; the same again changes nothing.

    Raises:
        Refused: with a code that says why not; nothing was changed.
    """
    match said:
        case Placed():
            return _place(tx, channel, merchant, said, now)
        case Cancelled(order_key=key):
            return _cancel(tx, merchant, key, policy, now)
        case Refunded(order_key=key, amount=amount, reference=reference):
            if orders.find(tx, merchant, key) is None:
                raise Refused("not_found", f"no order {key}")
            made = order_life.refund_for_customer(tx, merchant, key, amount, reference, policy, now)
            if made is None:
                raise Refused(
                    "refund_too_large", "more than is left of the order, or none was taken"
                )
            return "refunded"


def _place(tx: Tx, channel: Channel, merchant: int, placed: Placed, now: datetime) -> str:
    order = placed.order
    known = _known(tx, merchant, order.key)
    if known is not None:
        # Once its words are erased, only the rest can be compared.
        if known not in (order, without_personal(order)):
            raise Refused(
                "order_changed", "the order is known with other words; it was not changed"
            )
        return "known"
    if tx.row(
        "SELECT 1 FROM cancelled_before WHERE merchant = ? AND order_key = ?",
        (merchant, order.key),
    ):
        return "cancelled_before"
    if order.accept_by <= now:
        raise Refused("too_late", "its time to be accepted is over")
    held = order_life.availability(tx, merchant)
    if held.is_paused(now):
        raise Refused("shop_paused", f"until {held.paused_until}")
    lacking = [line.name for line in order.lines if held.lacks(line.name, now)]
    if lacking:
        raise Refused("sold_out", ", ".join(lacking[:5]))
    channel.place(tx, merchant, placed)
    orders.place(tx, merchant, order)
    return "placed"


def _known(tx: Tx, merchant: int, key: str) -> Order | None:
    """Return an order as it was placed."""
    row = tx.row("SELECT body FROM orders WHERE merchant = ? AND key = ?", (merchant, key))
    if row is None:
        return None
    return replace(decode(Order, json.loads(row[0])), state=OrderState.NEW)


def _cancel(tx: Tx, merchant: int, key: str, policy: Policy, now: datetime) -> str:
    found = orders.find(tx, merchant, key)
    if found is None:  # It may still come: then it is not placed.
        row = (merchant, key)
        sql = "SELECT 1 FROM cancelled_before WHERE merchant = ? AND order_key = ?"
        if tx.row(sql, row) is None:
            tx.execute("INSERT INTO cancelled_before VALUES (?, ?)", row)
        return "cancelled_before"
    if order_life.cancel(tx, merchant, key, policy, now):
        return "cancelled"
    if found[0].state in ENDED:
        return "over"
    raise Refused("order_over", f"it is {found[0].state.value}")
