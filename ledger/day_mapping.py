"""Turns what is asked and said about a day into the wire's words and back. Never calls anyone."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.contract import day_models as wire
from pos.domain.reconciliation import Comparison, Difference, PrintedDay, Sums, TerminalDay, What
from pos.domain.statement import Statement
from pos.domain.won import Won


def statement_from_wire(said: wire.StatementAnswer) -> Statement:
    """Read a statement.

    Raises:
        ValueError: its figures do not come to its net.
    """
    statement = Statement(
        shop=said.shop,
        day=said.day,
        pay_on=said.pay_on,
        pay_days=said.pay_days,
        sales=Won(said.sales),
        reversed_=Won(said.reversed),
        refunds=Won(said.refunds),
        orders=Won(said.orders),
        fee=Won(said.fee),
        commission=Won(said.commission),
        merchant_funded=Won(said.merchant_funded),
        carried=Won(said.carried),
        fee_support_due=Won(said.fee_support_due),
        closed=said.closed,
    )
    if statement.net != Won(said.net):
        raise ValueError("the statement does not add up")
    return statement


def day_to_wire(mine: TerminalDay, printed: PrintedDay | None) -> wire.ReconcileRequest:
    """Return a terminal's day as it travels."""
    return wire.ReconcileRequest(
        sales=_items(mine.sales),
        refunds=_items(mine.refunds),
        payments=_items(mine.paid),
        card_refunds=_items(mine.card_refunds),
        printed=None if printed is None else _printed(printed),
    )


def comparison_from_wire(said: wire.ReconcileAnswer) -> Comparison:
    """Read what differs."""
    return Comparison(
        net_sales=_sums(said.net_sales),
        cards=_sums(said.cards),
        differences=tuple(
            Difference(
                What(each.what), each.subject, Won(each.terminal), Won(each.ledger), each.day
            )
            for each in said.differences
        ),
    )


def _items(amounts: Mapping[str, Won]) -> tuple[wire.DayItem, ...]:
    return tuple(wire.DayItem(id=name, amount=won.amount) for name, won in amounts.items())


def _printed(printed: PrintedDay) -> wire.PrintedFigures:
    return wire.PrintedFigures(
        sales=printed.sales.amount,
        card_tenders=printed.card_tenders.amount,
        refunds=printed.refunds.amount,
        refunded_to_cards=printed.refunded_to_cards.amount,
    )


def _sums(said: wire.TwoSides) -> Sums:
    return Sums(Won(said.terminal), Won(said.ledger))
