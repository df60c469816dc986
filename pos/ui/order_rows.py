"""An order and the list of orders as plain rows. Pure: no widget, no clock of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pos.domain.order import Order, OrderState
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.when import countdown, since
from pos.ui.words import order_state_word, won

Row = tuple[str, str]
LINES_SHOWN_MAX = 30  # More dishes than any kitchen takes in one order.


def order_rows(order: Order, now: datetime) -> tuple[Row, ...]:
    """Return what the person who answers has to know, the dishes first."""
    rows: list[Row] = [(_("Order {number}", number=safe(order.short_number, 20)), "")]
    for line in order.lines[:LINES_SHOWN_MAX]:
        rows.append((f"{safe(line.name, 60)} x {line.quantity}", won(line.amount)))
        rows += [(f"   + {safe(option, 60)}", " ") for option in line.options]
    paid = _("paid in the app") if order.paid_in_app else _("collect at the door")
    rows.append((_("Total, {paid}", paid=paid), won(order.total)))
    if order.shop_note:
        rows.append((_("Note: {note}", note=safe(order.shop_note, 200)), " "))
    if order.rider_note:
        rows.append((_("Rider: {note}", note=safe(order.rider_note, 200)), " "))
    cutlery = _("yes, please") if order.disposables else _("none")
    rows.append((_("Cutlery"), cutlery))
    if order.address_masked:
        rows.append((_("To"), safe(order.address_masked, 80)))
    rows.append((_("Came at"), since(order.placed_at, now)))
    return tuple(rows)


def list_rows(orders: Sequence[Order], now: datetime, shown: str) -> tuple[Row, ...]:
    """Return the orders, newest first, with what is left to answer or where they stand."""
    rows: list[Row] = [(_("All orders"), "")]
    for order in orders:
        waits = order.state is OrderState.NEW and order.accept_by >= now
        state = countdown(order.accept_by - now) if waits else _state(order, now)
        mark = ">" if order.key == shown else " "
        rows.append((f"{mark}{safe(order.short_number, 12)}", state))
    return tuple(rows)


def ended(order: Order, now: datetime) -> str:
    """Return why an order can't be answered any more, or an empty text."""
    if order.state is not OrderState.NEW:
        return order_state_word(order.state)
    return _("Ran out") if now > order.accept_by else ""


def _state(order: Order, now: datetime) -> str:
    word = ended(order, now)
    return f"{word} {order.minutes}′" if order.minutes is not None else word
