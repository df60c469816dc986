"""An order, the list of orders and the strip of those that wait, as plain rows. Pure: no widget, no clock of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pos.domain.order import NEXT, UNPAID, Order, OrderState
from pos.domain.rider import Rider
from pos.domain.won import Won
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.when import countdown, since
from pos.ui.words import UNPAID_REASONS, order_state_word, rider_word, unpaid_word, won

Row = tuple[str, str]
LINES_SHOWN_MAX = 30  # More dishes than any kitchen takes in one order.
DISHES_IN_STRIP = 3
MINUTES_PER_DIGIT = 5  # The platform takes cooking times in steps of five minutes.


def order_rows(
    order: Order, now: datetime, rider: Rider | None = None, elsewhere: Won | None = None
) -> tuple[Row, ...]:
    """Return what the person who answers has to know, the dishes first.

    Args:
        order: which one.
        now: the time.
        rider: who takes it, if one was called.
        elsewhere: what the order would have cost on a private app.
    """
    rows: list[Row] = [(_("Order {number}", number=safe(order.short_number, 20)), "")]
    for line in order.lines[:LINES_SHOWN_MAX]:
        rows.append((f"{safe(line.name, 60)} x {line.quantity}", won(line.amount)))
        rows += [(f"   + {safe(option, 60)}", " ") for option in line.options]
    if len(order.lines) > LINES_SHOWN_MAX:
        left = len(order.lines) - LINES_SHOWN_MAX
        rows.append((_("and {count} more, on the ticket", count=left), " "))
    rows += _money(order, elsewhere)
    if order.shop_note:
        rows.append((_("Note: {note}", note=safe(order.shop_note, 200)), " "))
    if order.rider_note:
        rows.append((_("Rider: {note}", note=safe(order.rider_note, 200)), " "))
    cutlery = _("yes, please") if order.disposables else _("none")
    rows.append((_("Cutlery"), cutlery))
    if order.address_masked:
        rows.append((_("To"), safe(order.address_masked, 80)))
    if rider is not None:
        rows.append((_("Its rider"), f"{rider_word(rider.state)} {safe(rider.name, 20)}".strip()))
    rows.append((_("Came at"), since(order.placed_at, now)))
    return tuple(rows)


def _money(order: Order, elsewhere: Won | None) -> list[Row]:
    paid = _("paid in the app") if order.paid_in_app else _("collect at the door")
    rows: list[Row] = [(_("Total, {paid}", paid=paid), won(order.total))]
    if order.refunded:
        rows.append((_("Given back"), won(order.refunded)))
    if order.to_collect:
        rows.append((_("STILL TO COLLECT, key p"), won(order.to_collect)))
    elif order.settled.startswith(UNPAID):
        reason = order.settled.removeprefix(UNPAID)
        said = unpaid_word(reason) if reason in UNPAID_REASONS else safe(reason, 40)
        rows.append((_("Not collected"), said))
    elif order.settled:
        rows.append((_("Collected, receipt"), safe(order.settled, 20)))
    if order.taken_twice:
        other = safe(order.taken_twice, 20)
        rows.append((_("!! TAKEN TWICE: give yours back, F7"), _("stands: {other}", other=other)))
    if order.commission is not None:
        rows.append((_("Commission"), won(order.commission - order.commission_back)))
        if elsewhere is not None:
            rows.append((_("A private app had taken"), won(elsewhere)))
    return rows


def next_step(order: Order) -> str:
    """Return what Enter does with an accepted order, or an empty text."""
    words = {
        OrderState.ACCEPTED: _("start cooking"),
        OrderState.COOKING: _("food is ready"),
        OrderState.READY: _("picked up"),
        OrderState.PICKED_UP: _("delivered"),
    }
    return words[order.state] if order.state in NEXT else ""


def strip_rows(
    waiting: Sequence[Order],
    gone: Sequence[Order],
    shown: Order | None,
    now: datetime,
    said: str,
    *,
    usual: int,
) -> tuple[Row, ...]:
    """Return what stands over any screen while an order waits or has been cancelled.

    Args:
        waiting: to be answered, the most urgent first.
        gone: cancelled although accepted, and nobody has seen it.
        shown: the one that the next keys answer.
        now: the time.
        said: what the last key led to.
        usual: minutes that Enter promises.
    """
    rows = [
        (
            _("!! STOP COOKING order {number}: cancelled", number=safe(each.short_number, 20)),
            _("Ins seen"),
        )
        for each in gone
    ]
    if shown is None:
        if waiting:
            left = countdown(waiting[0].accept_by - now)
            text = _("New orders: {count}, answer within {left}", count=len(waiting), left=left)
            rows.append((text, _("Ins answer")))
        return tuple(rows)
    left = countdown(shown.accept_by - now)
    paid = _("paid in the app") if shown.paid_in_app else _("collect at the door")
    number = safe(shown.short_number, 20)
    head = _("Order {number}   {amount}, {paid}", number=number, amount=won(shown.total), paid=paid)
    rows.append((head, left))
    rows += [
        (
            f"  {safe(line.name, 40)} x {line.quantity}  {safe(' '.join(line.options), 60)}".rstrip(),
            "",
        )
        for line in shown.lines[:DISHES_IN_STRIP]
    ]
    if len(shown.lines) > DISHES_IN_STRIP:
        more = _("and {count} more, on the ticket", count=len(shown.lines) - DISHES_IN_STRIP)
        rows[-1] = (f"{rows[-1][0]}  {more}", "")
    if shown.shop_note:
        rows.append((f"  {_('Note: {note}', note=safe(shown.shop_note, 200))}", ""))
    keys = _("Enter {usual} min  1-9 x 5 min  r reject  Ins next  Esc back", usual=usual)
    return (*rows, (said or keys, ""))


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
    if order.too_late:
        return _("Came too late")
    return _("Ran out") if now > order.accept_by else ""


def _state(order: Order, now: datetime) -> str:
    word = ended(order, now)
    if order.state in NEXT and order.commission is None:
        word += " ?"  # The ledger has not said yes yet.
    return f"{word} {order.minutes}′" if order.minutes is not None else word
