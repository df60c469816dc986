"""Decides which till of a shop takes an order's door money: one, once for ever. Never moves money."""

from __future__ import annotations

from datetime import datetime

from ledger.server import orders
from ledger.server.database import Tx
from ledger.server.judging import Merchant
from pos.domain.codec import decode, encode
from pos.domain.door_money import DoorMoney
from pos.domain.forwarding import ForwardStatus
from pos.domain.order_door import HELD_FOR
from pos.domain.order_events import OrderDoorAsked
from pos.domain.sale import SaleRecord
from pos.ports import FeedItem


def ask(
    tx: Tx, merchant: Merchant, event: OrderDoorAsked, at: datetime
) -> tuple[ForwardStatus, str]:
    """Let a till take the money, unless another has it; all tills of the shop then hear which.

    One that brings no receipt gives way after `HELD_FOR`.
    """
    key = event.order_key
    if orders.find(tx, merchant.id, key) is None:
        return ForwardStatus.POISON, "no such order"
    given = _first(tx, merchant, key, "", at) or tx.change(
        "UPDATE order_door SET device = ?, at = ? WHERE merchant = ? AND order_key = ?"
        " AND receipt = '' AND (device = ? OR at < ?)",
        (merchant.device, encode(at), merchant.id, key, merchant.device, encode(at - HELD_FOR)),
    )
    _tell(tx, merchant.id, key)
    return (ForwardStatus.ACCEPTED if given else ForwardStatus.DECLINED), ""


def taken(tx: Tx, merchant: Merchant, sale: SaleRecord, at: datetime) -> None:
    """Note the receipt of the sale that took the money: the first stands, whoever had asked.

    A second till's sale is kept like any other, for that money is in its drawer; it hears whose
    receipt stands, and gives its own back.
    """
    key = sale.order_key
    if not key or sale.training or orders.find(tx, merchant.id, key) is None:
        return
    receipt = sale.receipt_number
    if not _first(tx, merchant, key, receipt, at):
        tx.change(
            "UPDATE order_door SET device = ?, receipt = ?, at = ?"
            " WHERE merchant = ? AND order_key = ? AND receipt = ''",
            (merchant.device, receipt, encode(at), merchant.id, key),
        )
    _tell(tx, merchant.id, key)


def find(tx: Tx, merchant_id: int, key: str) -> DoorMoney | None:
    """Return which till takes an order's door money, or None."""
    row = tx.row(
        "SELECT device, receipt, at FROM order_door WHERE merchant = ? AND order_key = ?",
        (merchant_id, key),
    )
    return None if row is None else DoorMoney(row[0], row[1], decode(datetime, row[2]))


def _first(tx: Tx, merchant: Merchant, key: str, receipt: str, at: datetime) -> bool:
    """Put the order's row down; False where there is one, also by another server at this moment."""
    return bool(
        tx.change(
            "INSERT INTO order_door VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (merchant, order_key) DO NOTHING",
            (merchant.id, key, merchant.device, receipt, encode(at)),
        )
    )


def _tell(tx: Tx, merchant_id: int, key: str) -> None:
    door = find(tx, merchant_id, key)
    assert door is not None
    orders.append_to_feed(tx, merchant_id, FeedItem("order.door", order_key=key, door=door))
