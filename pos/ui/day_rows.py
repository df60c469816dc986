"""The owner's day as plain rows. Pure: adds nothing up that the day's summary has not."""

from __future__ import annotations

from datetime import datetime

from pos.domain.report import DaySummary, TenderSum
from pos.domain.tender import ApprovalMode
from pos.domain.won import ZERO
from pos.ports import Backlog
from pos.ui.i18n import _
from pos.ui.when import since
from pos.ui.words import tender_word, won

Row = tuple[str, str]
TENDERS = ("cash", *(mode.value for mode in ApprovalMode))


def sales_rows(day: DaySummary) -> tuple[Row, ...]:
    """Return sales by tender, the voucher's share, VAT and cashback."""
    rows: list[Row] = [(_("Sales"), ""), (_("All sales"), counted(day.sales))]
    rows += [(tender_word(name), counted(day.tenders.get(name, TenderSum()))) for name in TENDERS]
    return (
        *rows,
        (_("Voucher share"), share_text(day.voucher, day.sales)),
        (_("VAT in it"), won(day.vat)),
        (_("Given back (reversals)"), counted(day.reversed)),
        (_("Cashback to customers"), ""),
        (_("By the ledger"), won(day.cashback)),
        (_("Estimated, not sent yet"), won(day.cashback_estimated)),
    )


def money_rows(day: DaySummary, backlog: Backlog, now: datetime) -> tuple[Row, ...]:
    """Return delivery with what it cost and would have cost, and what is unsent or owed."""
    oldest = since(backlog.oldest_at, now) if backlog.oldest_at is not None else _("nothing")
    return (
        (_("Delivery"), ""),
        (_("Orders accepted"), counted(day.orders)),
        (_("Commission paid"), won(day.order_commission)),
        (_("Elsewhere it had cost"), won(day.order_private_cost)),
        (_("SAVED"), won(day.order_saving)),
        (_("Not at the ledger yet"), ""),
        (_("Card payments"), counted(TenderSum(backlog.payments, backlog.amount))),
        (_("of these at risk"), won(backlog.at_risk)),
        (_("Records to send"), f"{backlog.count:,}"),
        (_("Oldest since"), oldest),
        (_("To look after"), ""),
        (_("Receivables"), counted(day.receivable)),
        (_("Records refused"), f"{backlog.parked:,}"),
    )


def money_tones(day: DaySummary, backlog: Backlog) -> dict[int, str]:
    """Return which of `money_rows` deserve an eye."""
    tones: dict[int, str] = {}
    if day.order_saving > ZERO:
        tones[4] = "good"
    if backlog.at_risk:
        tones[7] = "warning"
    if day.receivable.count:
        tones[11] = "danger"
    if backlog.parked:
        tones[12] = "danger"
    return tones


def counted(total: TenderSum) -> str:
    """Return how often and how much."""
    return _("{count} x, {amount}", count=total.count, amount=won(total.amount))


def share_text(part: TenderSum, whole: TenderSum) -> str:
    """Return the part in tenths of a percent, by amount."""
    if not whole.amount:
        return "-"
    tenths = (part.amount.amount * 1_000 + whole.amount.amount // 2) // whole.amount.amount
    return f"{tenths // 10}.{tenths % 10} %"
