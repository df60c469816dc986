"""What the keys do to an order, and what giving back leads to, in words. Pure: no widget, no rule."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from pos.domain.order import NEXT, UNPAID, Order
from pos.domain.won import Won
from pos.ui.i18n import _
from pos.ui.order_rows import next_step
from pos.ui.safe_text import safe
from pos.ui.words import won

TOLD_BY_LEDGER = ("baedal-eum", "eum-mall")  # Their side follows ours; any other has to be told.


@dataclass(frozen=True, slots=True)
class Asking:
    """A question whose answer is a digit, and what the answer does."""

    answers: tuple[Any, ...]
    act: Callable[[Any], Coroutine[Any, Any, None]]


def order_keys(order: Order | None, usual: int, *, rider: bool) -> list[tuple[str, str]]:
    """Return (key, label) for the order on the screen.

    Args:
        order: which one, if any.
        usual: minutes that Enter promises.
        rider: one can be called.
    """
    back = ("escape", _("Back"))
    others = (_("Up Down"), _("Others"))
    if order is not None and order.state in NEXT:
        pay = [("p", _("Take money")), ("u", _("Not paid"))] if order.to_collect else []
        call = [("b", _("Rider"))] if rider else []
        ends = [("g", _("Give back")), ("c", _("Cancel it"))]
        return [("enter", next_step(order)), *pay, *call, *ends, others, back]
    return [
        ("enter", _("{minutes} min", minutes=usual)),
        ("1-9", _("x 5 min")),
        ("r -", _("Reject")),
        others,
        ("s", _("Pause, sold out")),
        back,
    ]


def given_back_text(order: Order, amount: Won) -> str:
    """Return what happens with money that goes back, and what a person still has to do."""
    number = safe(order.short_number, 20)
    said = _("{amount} of order {number} goes back.", amount=won(amount), number=number)
    if order.settled and not order.settled.startswith(UNPAID):
        todo = _(
            "Give the customer the money back with F7, receipt {receipt}.", receipt=order.settled
        )
    elif not order.paid_in_app:
        todo = _("It was not collected: nothing goes back by hand.")
    elif order.channel in TOLD_BY_LEDGER:
        todo = _("The app is told and pays the customer back; do nothing there.")
    else:
        todo = _("CANCEL IT IN THAT APP'S OWN PROGRAM, TOO: it does not hear of this.")
    return f"{said} {todo}"
