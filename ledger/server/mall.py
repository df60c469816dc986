"""A shop's window in the platform's mall: products and how many are left. Never below zero; never a price of its own."""

from __future__ import annotations

from ledger.server.database import Tx
from ledger.server.judging import Merchant
from pos.domain.mall import MallPublished


def publish(tx: Tx, merchant: Merchant, event: MallPublished) -> None:
    """Put products into a shop's window, or set their price and stock anew."""
    for each in event.products:
        tx.execute(
            "DELETE FROM mall_products WHERE merchant = ? AND code = ?", (merchant.id, each.code)
        )
        row = (merchant.id, each.code, each.name, each.price.amount, each.stock)
        tx.execute("INSERT INTO mall_products VALUES (?, ?, ?, ?, ?)", row)


def put_back(tx: Tx, merchant_id: int, order_key: str) -> None:
    """Give the stock back what an order had taken, once."""
    taken = tx.execute(
        "SELECT code, quantity FROM mall_taken WHERE merchant = ? AND order_key = ?",
        (merchant_id, order_key),
    )
    for code, quantity in list(taken):
        tx.execute(
            "UPDATE mall_products SET stock = stock + ? WHERE merchant = ? AND code = ?",
            (quantity, merchant_id, code),
        )
    tx.execute(
        "DELETE FROM mall_taken WHERE merchant = ? AND order_key = ?", (merchant_id, order_key)
    )


def stock(tx: Tx, merchant_id: int) -> dict[str, int]:
    """Return how many are left, by code."""
    rows = tx.execute(
        "SELECT code, stock FROM mall_products WHERE merchant = ? ORDER BY code", (merchant_id,)
    )
    return {str(code): int(left) for code, left in rows}
