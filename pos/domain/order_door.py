"""An order's money at the door, once for all tills of a shop. Pure: who takes it, the ledger has said."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from pos.domain.errors import IeumError
from pos.domain.order import UNPAID, Order, OrderPaid

HELD_FOR = timedelta(minutes=10)
"""How long a till that asked for the money, and brings no receipt, keeps the others from it."""


class OrderTakenElsewhere(IeumError):
    """Another till of the shop takes the order's money, or has taken it."""

    code = "O09"
    ko = (
        "주문 {number}의 대금은 다른 단말({till}, 영수증 {receipt})에서 받습니다. 이 단말에서는 받지 않았습니다. "
        "그 단말에 확인하세요. 그쪽에서 받지 않으면 10분 뒤 여기서 받을 수 있습니다."
    )
    en = (
        "Another till ({till}, receipt {receipt}) takes the money of order {number}. Nothing was taken here. "
        "Ask there; if it is not taken, it can be taken here after 10 minutes."
    )


def check_door(order: Order, now: datetime) -> None:
    """Make sure that this till may take an order's door money.

    Raises:
        OrderTakenElsewhere: another till has it, or has asked for it and may still bring it.
        OrderPaid: nothing is to be taken.
    """
    door = order.door
    if door is not None and door.till != order.asked_by:
        is_held = bool(door.receipt) or now < door.at + HELD_FOR
        if is_held:
            raise OrderTakenElsewhere(
                number=order.short_number, till=f"{door.till:012x}", receipt=door.receipt or "-"
            )
    if not order.to_collect:
        raise OrderPaid(number=order.short_number)


def settle(order: Order, receipt: str, *, by_ledger: bool) -> Order:
    """Note a receipt for the door money; where two tills took it, the ledger's word is the other's."""
    known = "" if order.settled.startswith(UNPAID) else order.settled
    if receipt in ("", known):
        return order
    if not known:
        return replace(order, settled=receipt)
    if by_ledger:
        return replace(order, taken_twice=receipt)
    if order.door is not None and order.door.receipt == known:
        return replace(order, settled=receipt, taken_twice=known)
    return order
