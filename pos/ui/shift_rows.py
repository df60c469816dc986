"""The shift as plain rows: how it stands, what an X or Z says. Pure: adds nothing up."""

from __future__ import annotations

from collections.abc import Sequence

from pos.domain.report import TenderSum
from pos.domain.shift import CashCounted, CashMove, Count, signed
from pos.domain.shift_report import ShiftReport
from pos.domain.won import Won
from pos.services.shift_reading import ShiftStanding
from pos.ui.cells import Column
from pos.ui.day_rows import counted
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.when import date_text, since
from pos.ui.words import tender_word, won

Row = tuple[str, str]


def move_word(move: CashMove) -> str:
    """Return what cash moving without a sale is called."""
    match move:
        case CashMove.PAID_IN:
            return _("Paid in")
        case CashMove.PAID_OUT:
            return _("Paid out")
        case CashMove.SAFE_DROP:
            return _("Safe drop")


def standing_rows(standing: ShiftStanding, person: str) -> tuple[Row, ...]:
    """Return how the shift stands, without what should be in the drawer."""
    now = standing.at
    opened, closed = standing.opened, standing.last_closed
    rows: list[Row] = [(_("The shift"), ""), (_("At the till"), safe(person, 40))]
    rows.append((_("Shop's day"), date_text(standing.day)))
    if opened is not None:
        rows.append((_("Opened"), f"{since(opened.at, now)} {safe(opened.by, 20)}"))
        rows.append((_("Float"), won(opened.cash_float)))
    else:
        rows.append((_("Opened"), _("no float given: press 7")))
    if closed is not None:
        rows.append((_("Last close"), f"Z{closed.number:04d} {since(closed.at, now)}"))
    rows += [
        (_("Before a close"), ""),
        (_("Open sale"), won(standing.sale_open)),
        (_("Records to send, carried"), f"{standing.unsent:,}"),
        (_("Card payments to send"), won(standing.unsent_amount)),
        (_("Prints waiting"), f"{standing.unprinted:,}"),
    ]
    return tuple(rows)


def standing_tones(standing: ShiftStanding) -> dict[str, str]:
    """Return, by label, which of `standing_rows` deserve an eye."""
    seen = {
        _("Opened"): ("warning", standing.opened is None),
        _("Open sale"): ("warning", bool(standing.sale_open)),
        _("Records to send, carried"): ("warning", bool(standing.unsent)),
        _("Prints waiting"): ("warning", bool(standing.unprinted)),
    }
    return {label: tone for label, (tone, wanted) in seen.items() if wanted}


def report_rows(report: ShiftReport) -> tuple[Row, ...]:
    """Return what an X or Z says of the sales."""
    day = report.summary
    rows: list[Row] = [(_("Sales"), ""), (_("All sales"), counted(day.sales))]
    rows += [(tender_word(name), counted(each)) for name, each in sorted(day.tenders.items())]
    rows += [(_("Voids and refunds"), counted(day.refunds)), (_("NET SALES"), won(day.net))]
    if len(report.people) > 1:
        rows.append((_("By person"), ""))
        rows += [
            (safe(p.name, 20) or _("nobody"), _sums(p.sales, p.refunds)) for p in report.people
        ]
    if len(report.calendar) > 1:
        rows.append((_("By date, as the ledger settles"), ""))
        rows += [(date_text(c.day), _sums(c.sales, c.refunds)) for c in report.calendar]
    return tuple(rows)


def drawer_rows(report: ShiftReport) -> tuple[Row, ...]:
    """Return what moved the cash; what should be there only once it was counted."""
    drawer = report.drawer
    rows: list[Row] = [
        (_("Drawer"), ""),
        (_("Float"), won(drawer.cash_float)),
        (_("Cash sales"), counted(drawer.sales)),
        (_("Cash given back"), counted(drawer.refunds)),
        (_("Paid in"), counted(drawer.paid_in)),
        (_("Paid out"), counted(drawer.paid_out)),
        (_("Safe drop"), counted(drawer.dropped)),
        (_("Opened without a sale"), f"{drawer.opened:,}"),
    ]
    if report.count is not None:
        rows += count_rows(report.count)
    if report.accepted_by:
        rows.append((_("Difference accepted by"), safe(report.accepted_by, 20)))
    if report.unsent:
        rows.append((_("Records to send, carried"), f"{report.unsent:,}"))
    return tuple(rows)


def count_rows(count: CashCounted) -> list[Row]:
    """Return what was counted against what should be there."""
    return [
        (_("Should be there"), won(count.expected)),
        (_("Counted"), won(count.total)),
        (difference_word(count), f"{signed(count.difference)}"),
    ]


def difference_word(count: CashCounted) -> str:
    """Return which way a count is off."""
    if count.difference > Won(0):
        return _("Over")
    return _("Short") if count.difference else _("No difference")


def denomination_columns() -> tuple[Column, ...]:
    """Return the columns of a count."""
    return (
        Column(_("Note or coin"), None, right=True),
        Column(_("Pieces"), 8, right=True),
        Column(_("Amount"), 14, right=True),
    )


def denomination_cells(counts: Sequence[Count]) -> tuple[tuple[str, ...], ...]:
    """Return a count's texts for them."""
    return tuple(
        (won(each.value), f"{each.pieces:,}", str(each.value * each.pieces)) for each in counts
    )


def _sums(sales: TenderSum, refunds: TenderSum) -> str:
    if not refunds.count:
        return counted(sales)
    return f"{counted(sales)} / -{won(refunds.amount)}"
