"""The papers of an order as print jobs: kitchen ticket, stop ticket, rider slip. Never prints itself."""

from __future__ import annotations

from pos.domain.codec import Json, encode
from pos.domain.order import Order, OrderState, advance
from pos.ports import NewPrintJob, PrintKind


def order_body(order: Order) -> dict[str, Json]:
    """Return an order as a paper's body."""
    body = encode(order)
    assert isinstance(body, dict)
    return body


def kitchen_ticket(order: Order) -> NewPrintJob:
    """Return the job of an accepted order's ticket."""
    return NewPrintJob(PrintKind.KITCHEN_TICKET, order.key, order_body(order))


def stop_ticket(order: Order) -> NewPrintJob:
    """Return the job that tells the kitchen to stop."""
    stopped = advance(order, OrderState.CANCELLED)
    return NewPrintJob(PrintKind.KITCHEN_TICKET, f"{order.key}:cancelled", order_body(stopped))


def rider_slip(order: Order) -> NewPrintJob:
    """Return the job of the rider's slip; a second one is marked as a copy."""
    return NewPrintJob(PrintKind.RIDER_SLIP, order.key, order_body(order))
