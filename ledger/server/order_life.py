"""An accepted order's further life at the ledger: steps, cancels, refunds. Never gives back more than was charged."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime

from ledger.policy.policy import Policy
from ledger.server import accounts, books, order_rules, orders
from ledger.server.database import Tx
from ledger.server.judging import Merchant
from ledger.server.tables import shard_of
from pos.domain.availability import Availability, AvailabilitySet
from pos.domain.business_day import business_day
from pos.domain.codec import decode, encode
from pos.domain.errors import IeumError
from pos.domain.forwarding import ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.order import ENDED_WITHOUT_FOOD, Order, OrderState, advance, check_refund
from pos.domain.order_events import OrderMoved, OrderRefundAsked
from pos.domain.won import ZERO, Won
from pos.ports import FeedItem

BY_CUSTOMER = "customer"  # Ends the reference of a refund that no till asked for.


@dataclass(frozen=True, slots=True)
class Refund:
    """What was given back of an order, and of its commission to the shop."""

    amount: Won
    commission_back: Won


@dataclass(frozen=True, slots=True)
class _Charged:
    """An order as it was charged, and by which rates."""

    order: Order
    decision: str
    charged_on: date
    known_on: date


def move(tx: Tx, merchant: Merchant, event: OrderMoved) -> tuple[ForwardStatus, str]:
    """Take a step of the shop's; one that comes after the order's end changes nothing."""
    found = orders.find(tx, merchant.id, event.order_key)
    if found is None:
        return ForwardStatus.POISON, "no such order"
    order = found[0]
    # A till whose acceptance was not taken may have moved it on meanwhile; it hears how it ended.
    if order.state is not OrderState.NEW:
        _advance(tx, merchant.id, order, event.state)
    return ForwardStatus.ACCEPTED, ""


def refund(
    tx: Tx, merchant: Merchant, event: OrderRefundAsked, policy: Policy, at: datetime
) -> tuple[ForwardStatus, Won | None, str]:
    """Give back what the shop asks for, once by its id.

    Returns:
        The word on the record, what of the commission goes back, the problem if poison.
    """
    charged = _charged(tx, merchant.id, event.order_key)
    if charged is None and orders.find(tx, merchant.id, event.order_key) is None:
        return ForwardStatus.POISON, None, "no such order"
    known = _known(tx, event.decision_id.hex)
    if known is not None:
        return ForwardStatus.ACCEPTED, known.commission_back, ""
    if charged is None:
        return ForwardStatus.DECLINED, None, ""
    amount = charged.order.left if event.cancels else event.amount
    try:
        check_refund(charged.order, amount)
    except IeumError:
        return ForwardStatus.DECLINED, None, ""
    if amount != event.amount:  # The till did not know of an earlier refund.
        return ForwardStatus.DECLINED, None, ""
    made = _give_back(tx, merchant.id, charged, amount, event.decision_id.hex, policy, at)
    if event.cancels:
        _advance(tx, merchant.id, charged.order, OrderState.CANCELLED)
    return ForwardStatus.ACCEPTED, made.commission_back, ""


def cancel(tx: Tx, merchant_id: int, key: str, policy: Policy, at: datetime) -> bool:
    """Let the customer cancel, in whatever state the order is, and say so in the feed.

    A delivered order stays delivered: all that is left of it is given back.

    Returns:
        False if there was nothing to cancel any more.
    """
    if orders.end(tx, merchant_id, key, OrderState.CANCELLED):
        return True
    charged = _charged(tx, merchant_id, key)
    if charged is None or charged.order.state in ENDED_WITHOUT_FOOD:
        return False
    order = charged.order
    if order.left:
        reference = f"{merchant_id}:{key}:{BY_CUSTOMER}"
        refund_for_customer(tx, merchant_id, key, order.left, reference, policy, at)
    if order.state is not OrderState.DELIVERED:
        _advance(tx, merchant_id, order, OrderState.CANCELLED)
        return True
    return bool(order.left)


def refund_for_customer(
    tx: Tx,
    merchant_id: int,
    key: str,
    amount: Won,
    reference: str,
    policy: Policy,
    at: datetime,
) -> Refund | None:
    """Give a part back that the channel promised its customer; None where nothing can be."""
    charged = _charged(tx, merchant_id, key)
    known = _known(tx, reference)
    if known is not None or charged is None:
        return known
    try:
        check_refund(charged.order, amount)
    except IeumError:
        return None
    made = _give_back(tx, merchant_id, charged, amount, reference, policy, at)
    item = FeedItem(
        "order.refund",
        order_key=key,
        reference=reference,
        amount=made.amount,
        commission_back=made.commission_back,
    )
    orders.append_to_feed(tx, merchant_id, item)
    return made


def set_availability(tx: Tx, merchant: Merchant, event: AvailabilitySet) -> None:
    """Take the newest word on how a shop takes orders."""
    body = json.dumps(encode(event), ensure_ascii=False)
    row = tx.row("SELECT body FROM shop_availability WHERE merchant = ?", (merchant.id,))
    if row is None:
        tx.execute("INSERT INTO shop_availability VALUES (?, ?)", (merchant.id, body))
    elif decode(AvailabilitySet, json.loads(row[0])).at <= event.at:  # Of two tills, the later.
        tx.execute("UPDATE shop_availability SET body = ? WHERE merchant = ?", (body, merchant.id))


def availability(tx: Tx, merchant_id: int) -> Availability:
    """Return how a shop takes orders."""
    row = tx.row("SELECT body FROM shop_availability WHERE merchant = ?", (merchant_id,))
    return (
        Availability() if row is None else decode(AvailabilitySet, json.loads(row[0])).availability
    )


def _charged(tx: Tx, merchant_id: int, key: str) -> _Charged | None:
    """Return an order that was accepted, with what went back of it; None for any other."""
    found = orders.find(tx, merchant_id, key)
    if found is None:
        return None
    order, decision, commission = found
    if decision is None or commission is None:
        return None
    row = tx.row(
        "SELECT charged_on, known_on, refunded, commission_back FROM order_life"
        " WHERE merchant = ? AND order_key = ?",
        (merchant_id, key),
    )
    if row is None:  # Accepted by an earlier version of this ledger.
        day = business_day(order.accept_by)
        orders.charge(tx, merchant_id, key, day, day)
        row = (day.isoformat(), day.isoformat(), 0, 0)
    order = replace(order, commission=commission, refunded=Won(row[2]), commission_back=Won(row[3]))
    return _Charged(order, decision, date.fromisoformat(row[0]), date.fromisoformat(row[1]))


def _give_back(
    tx: Tx,
    merchant_id: int,
    charged: _Charged,
    amount: Won,
    reference: str,
    policy: Policy,
    at: datetime,
) -> Refund:
    """Post a refund: what is left of the order costs what it would have cost by itself, by the same rates."""
    order = charged.order
    held = (order.commission or ZERO) - order.commission_back
    back = held - min(held, _fee(policy, order.left - amount, charged))
    device = TransactionId.parse(charged.decision).device
    posting = order_rules.order_refund(
        reference=reference,
        amount=amount,
        commission_back=back,
        paid_in_app=order.paid_in_app,
        takings=accounts.merchant(device, business_day(at)),
    )
    if posting is not None:
        books.post(tx, posting, at, shard_of(f"{device:012x}"))
    tx.execute(
        "INSERT INTO order_refunds VALUES (?, ?, ?, ?, ?, ?)",
        (reference, merchant_id, order.key, amount.amount, back.amount, encode(at)),
    )
    tx.execute(
        "UPDATE order_life SET refunded = refunded + ?, commission_back = commission_back + ?"
        " WHERE merchant = ? AND order_key = ?",
        (amount.amount, back.amount, merchant_id, order.key),
    )
    return Refund(amount, back)


def _fee(policy: Policy, amount: Won, charged: _Charged) -> Won:
    try:
        fee, vat = policy.commission(
            charged.order.channel, amount, charged.charged_on, known_on=charged.known_on
        )
    except LookupError:  # A channel that this ledger charges nothing for.
        return ZERO
    return fee + vat


def _known(tx: Tx, reference: str) -> Refund | None:
    row = tx.row(
        "SELECT amount, commission_back FROM order_refunds WHERE reference = ?", (reference,)
    )
    return None if row is None else Refund(Won(row[0]), Won(row[1]))


def _advance(tx: Tx, merchant_id: int, order: Order, state: OrderState) -> None:
    """Move an order on and tell the shop's tills; a step backwards changes nothing."""
    if advance(order, state) == order:
        return
    tx.execute(
        "UPDATE orders SET state = ? WHERE merchant = ? AND key = ?",
        (state.value, merchant_id, order.key),
    )
    orders.tell(tx, merchant_id, order.key, state)
