"""Delivery orders and the feed they come down by. Never tells a terminal what was not committed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

from ledger.policy.policy import Policy
from ledger.server import accounts, books, mall, rules
from ledger.server.database import Tx
from ledger.server.judging import Merchant, credible
from ledger.server.tables import shard_of
from pos.domain.business_day import business_day
from pos.domain.codec import decode, encode
from pos.domain.forwarding import ForwardStatus
from pos.domain.order import ENDED_WITHOUT_FOOD, Order, OrderState
from pos.domain.order_events import OrderAccepted, OrderRejected
from pos.domain.won import Won
from pos.ports import FeedItem, FeedPage

FEED_PAGE_MAX = 100
EXPIRY_GRACE = timedelta(seconds=10)  # An answer given in the last second is still on its way.


def place(tx: Tx, merchant_id: int, order: Order) -> None:
    """Put a new order into a shop's feed.

    Raises:
        ConstraintBroken: the shop has an order with this key.
    """
    tx.execute(
        "INSERT INTO orders (merchant, key, state, accept_by, body) VALUES (?, ?, ?, ?, ?)",
        (merchant_id, order.key, order.state.value, encode(order.accept_by), _dump(order)),
    )
    append_to_feed(tx, merchant_id, FeedItem("order.placed", order=order))


def end(tx: Tx, merchant_id: int, key: str, state: OrderState) -> bool:
    """End a new order without the shop's answer and say so in the feed; False if it was answered."""
    row = tx.row("SELECT state FROM orders WHERE merchant = ? AND key = ?", (merchant_id, key))
    if row is None or row[0] != OrderState.NEW.value:
        return False
    _move(tx, merchant_id, key, state)
    tell(tx, merchant_id, key, state)
    return True


def tell(tx: Tx, merchant_id: int, key: str, state: OrderState) -> None:
    """Say in the feed where an order stands, to all tills of the shop; its stock is free if it ended so."""
    if state in ENDED_WITHOUT_FOOD:
        mall.put_back(tx, merchant_id, key)
    append_to_feed(tx, merchant_id, FeedItem("order.state", order_key=key, state=state))


def any_due(tx: Tx, now: datetime) -> bool:
    """Tell whether an order's time is over."""
    sql = "SELECT 1 FROM orders WHERE state = 'new' AND accept_by < ? LIMIT 1"
    return tx.row(sql, (encode(now - EXPIRY_GRACE),)) is not None


def expire(tx: Tx, now: datetime) -> int:
    """End the orders that nobody answered in time; return how many."""
    due = list(
        tx.execute(
            "SELECT merchant, key FROM orders WHERE state = 'new' AND accept_by < ?",
            (encode(now - EXPIRY_GRACE),),
        )
    )
    return sum(end(tx, merchant, key, OrderState.AUTO_CANCELLED) for merchant, key in due)


def accept(
    tx: Tx, merchant: Merchant, event: OrderAccepted, policy: Policy, at: datetime
) -> tuple[ForwardStatus, Won | None, str]:
    """Take the shop's yes and post the commission, once by its decision id.

    Returns:
        The word on the record, the commission if accepted, the problem if poison.
    """
    found = find(tx, merchant.id, event.order_key)
    if found is None:
        return ForwardStatus.POISON, None, "no such order"
    order, decision, commission = found
    if decision == event.decision_id.hex and commission is not None:
        return ForwardStatus.ACCEPTED, commission, ""
    if order.total != event.total:
        return ForwardStatus.POISON, None, f"the order is for {order.total} won"
    if order.state is not OrderState.NEW:
        return ForwardStatus.DECLINED, None, ""
    day = business_day(credible(event.at, at))
    terms = policy.terms(merchant.shop, day, business_day(at))
    fee = rules.commission(order.total, order.channel, terms)
    posting = rules.order(
        reference=event.decision_id.hex,
        total=order.total,
        fee=fee,
        paid_in_app=order.paid_in_app,
        takings=accounts.merchant(merchant.device, business_day(at)),
    )
    if posting is not None:
        books.post(tx, posting, at, shard_of(f"{merchant.device:012x}"))
    _move(tx, merchant.id, event.order_key, OrderState.ACCEPTED, event.decision_id.hex, fee)
    charge(tx, merchant.id, event.order_key, day, business_day(at))
    tell(tx, merchant.id, event.order_key, OrderState.ACCEPTED)
    return ForwardStatus.ACCEPTED, fee, ""


def charge(tx: Tx, merchant_id: int, key: str, charged_on: date, known_on: date) -> None:
    """Note by which rates an order was charged: what goes back of it goes by the same."""
    tx.execute(
        "INSERT INTO order_life (merchant, order_key, charged_on, known_on) VALUES (?, ?, ?, ?)",
        (merchant_id, key, charged_on.isoformat(), known_on.isoformat()),
    )


def reject(tx: Tx, merchant: Merchant, event: OrderRejected) -> tuple[ForwardStatus, str]:
    """Take the shop's no; one that comes too late changes nothing and is accepted all the same."""
    found = find(tx, merchant.id, event.order_key)
    if found is None:
        return ForwardStatus.POISON, "no such order"
    order, decision, _ = found
    if decision not in (None, event.decision_id.hex):
        return ForwardStatus.DECLINED, ""
    if order.state in (OrderState.NEW, OrderState.AUTO_CANCELLED):  # Both: nobody took it.
        decision = event.decision_id.hex
        _move(tx, merchant.id, event.order_key, OrderState.REJECTED, decision)
        tell(tx, merchant.id, event.order_key, OrderState.REJECTED)
    return ForwardStatus.ACCEPTED, ""


def read_feed(tx: Tx, merchant_id: int, cursor: int) -> FeedPage:
    """Return what stands in a shop's feed and in all feeds after the cursor, oldest first, a page at most."""
    rows = list(
        tx.execute(
            "SELECT cursor, item FROM feed WHERE merchant = ? AND cursor > ? UNION ALL"
            " SELECT cursor, item FROM feed WHERE merchant IS NULL AND cursor > ?"
            " ORDER BY cursor LIMIT ?",
            (merchant_id, cursor, cursor, FEED_PAGE_MAX),
        )
    )
    items = tuple(decode(FeedItem, json.loads(item)) for _, item in rows)
    return FeedPage(str(rows[-1][0] if rows else cursor), items)


def newest(tx: Tx) -> int:
    """Return the cursor of the newest thing in any feed, 0 if there is none."""
    row = tx.row("SELECT max(cursor) FROM feed")
    return 0 if row is None or row[0] is None else int(row[0])


def count(tx: Tx) -> int:
    """Return how many orders were ever placed; the next one's number is one more."""
    row = tx.row("SELECT count(*) FROM orders")
    return 0 if row is None else int(row[0])


def find(tx: Tx, merchant_id: int, key: str) -> tuple[Order, str | None, Won | None] | None:
    """Return an order as it stands, whose decision it was, and the commission; None: no such order."""
    row = tx.row(
        "SELECT body, state, decision, commission FROM orders WHERE merchant = ? AND key = ?",
        (merchant_id, key),
    )
    if row is None:
        return None
    order = replace(decode(Order, json.loads(row[0])), state=OrderState(row[1]))
    return order, row[2], None if row[3] is None else Won(row[3])


def _move(
    tx: Tx,
    merchant_id: int,
    key: str,
    state: OrderState,
    decision: str | None = None,
    commission: Won | None = None,
) -> None:
    tx.execute(
        "UPDATE orders SET state = ?, decision = ?, commission = ? WHERE merchant = ? AND key = ?",
        (
            state.value,
            decision,
            None if commission is None else commission.amount,
            merchant_id,
            key,
        ),
    )


def append_to_feed(tx: Tx, merchant_id: int | None, item: FeedItem) -> None:
    """Put something into a shop's feed; None: into every shop's."""
    tx.execute("INSERT INTO feed (merchant, item) VALUES (?, ?)", (merchant_id, _dump(item)))
    tx.feed_grew = True


def _dump(value: Order | FeedItem) -> str:
    return json.dumps(encode(value), ensure_ascii=False)
