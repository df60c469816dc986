"""An order as lines of a sale, for the money that is taken at the door. Pure; never changes the amount."""

from __future__ import annotations

from pos.domain.catalogue import Product
from pos.domain.order import Order
from pos.domain.won import Won

CODE = "order"  # Begins the codes of such lines; no product of the shop's has it.


def door_lines(order: Order) -> tuple[tuple[Product, int], ...]:
    """Return what is sold at the door and how often; together exactly what is to be collected.

    Dishes stand one a line. Where a part was given back already, or the dishes do not add up to the
    total, one line says so instead of a false price.
    """
    lines = order.lines
    exact = Won.total(line.amount for line in lines) == order.to_collect
    if not exact or not all(line.amount for line in lines):
        return ((Product(f"{CODE}-0", f"배달 주문 {order.short_number}", order.to_collect), 1),)
    return tuple(
        _line(number, line.name, line.amount, line.quantity)
        for number, line in enumerate(lines, start=1)
    )


def _line(number: int, name: str, amount: Won, quantity: int) -> tuple[Product, int]:
    code = f"{CODE}-{number}"
    if amount.amount % quantity == 0:
        return Product(code, name, Won(amount.amount // quantity)), quantity
    return Product(code, f"{name} x {quantity}", amount), 1
