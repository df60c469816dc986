"""The owner's day as plain rows. Pure: adds nothing up that the day's summary has not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pos.domain.benefit import BenefitKind
from pos.domain.card import Wallet
from pos.domain.report import DaySummary, TenderSum
from pos.domain.tender import ApprovalMode
from pos.domain.won import ZERO, Won
from pos.ports import Backlog
from pos.services.receivables import Owed, Receivable
from pos.ui.i18n import _
from pos.ui.when import since
from pos.ui.words import tender_word, wallet_word, won

Row = tuple[str, str]
TENDERS = ("cash", *(mode.value for mode in ApprovalMode))


def sales_rows(day: DaySummary) -> tuple[Row, ...]:
    """Return sales by tender, what was given back, what is left, VAT and cashback."""
    # The smallest screen is full: a wallet's row takes the heading's place.
    rows: list[Row] = [] if day.wallets else [(_("Sales"), "")]
    rows.append((_("All sales"), counted(day.sales)))
    rows += [(tender_word(name), counted(day.tenders.get(name, TenderSum()))) for name in TENDERS]
    rows += [
        (wallet_word(Wallet(name)), counted(day.wallets[name])) for name in sorted(day.wallets)
    ]
    rows += [
        (tender_word(name), counted(total))
        for name, total in sorted(day.tenders.items())
        if name not in TENDERS
    ]
    plus = day.benefits.get(BenefitKind.PLUS.value)
    if day.qr.count:
        rows.append((_("of these by QR"), counted(day.qr)))
    cash, card = (day.refunded_to.get(name, TenderSum()).amount for name in ("cash", "card"))
    return (
        *rows,
        (_("Voids and refunds"), counted(day.refunds)),
        (_("of these in cash, by card"), f"{cash} / {won(card)}"),
        (_("NET SALES"), won(day.net)),
        (_("VAT in it"), won(day.vat - day.refund_vat)),
        (_("Voucher share"), share_text(day.voucher, day.sales)),
        (_("Reversals"), counted(day.reversed)),
        (_("Cashback to customers"), won(day.cashback)),
        *([(_(" of it Plus, by the shop"), counted(plus))] if plus is not None else []),
        (_("Cashback taken back"), won(day.cashback_taken)),
        (_("Cashback est., unsent"), won(day.cashback_estimated)),
    )


def money_rows(
    day: DaySummary, backlog: Backlog, owed: Sequence[Receivable], now: datetime
) -> tuple[Row, ...]:
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
        (_("Receivables of this day"), counted(day.receivable)),
        (_("Owed by customers, key 1"), counted(_sum_of(owed, Owed.BY_CUSTOMER))),
        (_("Owed to customers, key 1"), counted(_sum_of(owed, Owed.TO_CUSTOMER))),
        (_("Records refused"), f"{backlog.parked:,}"),
    )


def money_tones(day: DaySummary, backlog: Backlog, owed: Sequence[Receivable]) -> dict[int, str]:
    """Return which of `money_rows` deserve an eye."""
    seen = {
        4: ("good", day.order_saving > ZERO),
        7: ("warning", bool(backlog.at_risk)),
        12: ("danger", bool(_sum_of(owed, Owed.BY_CUSTOMER).count)),
        13: ("danger", bool(_sum_of(owed, Owed.TO_CUSTOMER).count)),
        14: ("danger", bool(backlog.parked)),
    }
    return {place: tone for place, (tone, wanted) in seen.items() if wanted}


def _sum_of(owed: Sequence[Receivable], who: Owed) -> TenderSum:
    amounts = [each.amount for each in owed if each.owed is who]
    return TenderSum(len(amounts), Won.total(amounts))


def counted(total: TenderSum) -> str:
    """Return how often and how much."""
    return _("{count} x, {amount}", count=total.count, amount=won(total.amount))


def share_text(part: TenderSum, whole: TenderSum) -> str:
    """Return the part in tenths of a percent, by amount."""
    if not whole.amount:
        return "-"
    tenths = (part.amount.amount * 1_000 + whole.amount.amount // 2) // whole.amount.amount
    return f"{tenths // 10}.{tenths % 10} %"
