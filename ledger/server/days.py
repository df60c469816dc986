"""Answers what a terminal asks about its day, from one snapshot of the books. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from ledger.contract import day_models as wire
from ledger.policy.policy import Policy
from ledger.server import matching, settlement
from ledger.server.database import Tx
from ledger.server.differences import Side
from ledger.server.judging import Merchant
from ledger.server.problems import Refused
from pos.domain.reconciliation import PrintedDay, TerminalDay
from pos.domain.won import Won

T = TypeVar("T")


def statement(tx: Tx, merchant: Merchant, day: date, policy: Policy) -> wire.StatementAnswer:
    """Return the statement of the terminal's shop.

    Raises:
        Refused: no rule says when the day is paid.
    """
    try:
        said = _snapshot(tx, lambda: settlement.statement(tx, merchant.shop.id, day, policy))
    except LookupError as error:
        raise Refused("not_found", str(error)) from None
    return wire.StatementAnswer(
        shop=said.shop,
        day=said.day,
        pay_on=said.pay_on,
        pay_days=said.pay_days,
        closed=said.closed,
        sales=said.sales.amount,
        reversed=said.reversed_.amount,
        refunds=said.refunds.amount,
        orders=said.orders.amount,
        carried=said.carried.amount,
        fee=said.fee.amount,
        commission=said.commission.amount,
        merchant_funded=said.merchant_funded.amount,
        net=said.net.amount,
        fee_support_due=said.fee_support_due.amount,
    )


def reconcile(
    tx: Tx, merchant: Merchant, day: date, request: wire.ReconcileRequest
) -> wire.ReconcileAnswer:
    """Compare what the terminal says of its day with the books.

    Raises:
        Refused: an id comes twice.
    """
    terminal = TerminalDay(
        sales=_by_id(request.sales),
        refunds=_by_id(request.refunds),
        paid=_by_id(request.payments),
        card_refunds=_by_id(request.card_refunds),
    )
    printed = None if request.printed is None else _printed(request.printed)
    made = _snapshot(tx, lambda: matching.match_day(tx, merchant.device, day, terminal, printed))
    return wire.ReconcileAnswer(
        net_sales=_sides(made.net_sales),
        cards=_sides(made.cards),
        differences=tuple(
            wire.DifferenceFound(
                what=each.what.value,
                subject=each.subject,
                terminal=each.terminal.amount,
                ledger=each.ledger.amount,
                day=each.day,
            )
            for each in made.differences
        ),
    )


def _snapshot(tx: Tx, read: Callable[[], T]) -> T:
    with tx.snapshot():
        return read()


def _by_id(items: Sequence[wire.DayItem]) -> dict[str, Won]:
    found = {each.id: Won(each.amount) for each in items}
    if len(found) != len(items):
        raise Refused("malformed", "an id comes twice")
    return found


def _printed(said: wire.PrintedFigures) -> PrintedDay:
    return PrintedDay(
        sales=Won(said.sales),
        card_tenders=Won(said.card_tenders),
        refunds=Won(said.refunds),
        refunded_to_cards=Won(said.refunded_to_cards),
    )


def _sides(side: Side) -> wire.TwoSides:
    return wire.TwoSides(terminal=side.terminal.amount, ledger=side.ledger.amount)
