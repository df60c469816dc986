"""What the selling screen says of sale, line and orders, as plain texts. Pure: no widget, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pos.domain.news import Notice
from pos.domain.order import Order
from pos.domain.sale import Sale
from pos.domain.sale_line import SaleLine
from pos.domain.won import ZERO
from pos.ports import Backlog
from pos.services.line import Line
from pos.services.terminal import Terminal
from pos.ui.i18n import _, language
from pos.ui.results import Result
from pos.ui.safe_text import safe
from pos.ui.when import countdown, date_and_time, since, skew_text
from pos.ui.widgets.status_header import Status
from pos.ui.widgets.total_strip import BigAmount
from pos.ui.words import problem_word, won

ALARM_AFTER = 6  # Attempts; from then on somebody should look at the line.
NOTICE_CHARS_MAX = 200
PROGRESS_CELLS = 20  # Of a long drain's bar; a step each 5 % moves often enough to be seen.
UNSENT_TOO_LONG = timedelta(hours=24)  # By then somebody should look at the line.


@dataclass(frozen=True, slots=True)
class Bar:
    """A notice: its left text, its right end that is kept whole, its level."""

    left: str = ""
    right: str = ""
    level: str = "info"

    def __bool__(self) -> bool:
        """Tell whether there is anything to show."""
        return bool(self.left)


def big_amount(sale: Sale, last: Result | None) -> BigAmount:
    """Return the amount that counts now: what is due, the total, or the last sale's change."""
    if sale.tenders:
        details = (
            _("Total {amount}", amount=won(sale.total)),
            _("Paid {amount}", amount=won(sale.paid)),
        )
        return BigAmount(_("Still due"), sale.due, details, "due")
    if sale.lines:
        pieces = sum(line.quantity for line in sale.lines)
        count = _("{lines} lines, {pieces} pcs", lines=len(sale.lines), pieces=pieces)
        return BigAmount(
            _("Total"), sale.total, (count, _("VAT {amount}", amount=won(sale.tax.vat)))
        )
    if last is not None:
        return BigAmount(last.big_label, last.big, (last.title,), "due" if last.warn else "change")
    return BigAmount(_("Total"), ZERO)


def line_text(line: SaleLine) -> str:
    """Return what a line is and costs, for the message bar."""
    much = f"{line.weight_g:,} g" if line.weight_g else f"{line.quantity:,}"
    off = f" - {line.off}" if line.off else ""
    return f"{safe(line.name)}   {line.unit_price} x {much}{off} = {won(line.total)}"


def line_bar(
    line: Line,
    backlog: Backlog | None,
    now: datetime,
    failures: int = 0,
    progress: tuple[int, int] = (0, 0),
) -> Bar:
    """Return the banner for a line that is down, a long drain, or records that wait too long.

    After `ALARM_AFTER` attempts in a row without an answer it is an alarm; they go on all the same.
    """
    if line.refusal is not None:
        text = _("The ledger does not accept this terminal: cash only. Call your technician.")
        return Bar(text, "F8", "danger")
    if progress[1]:
        return _drain_bar(*progress)
    if backlog is None:
        return Bar()
    queued = _("{count} to send, {amount}", count=backlog.payments, amount=won(backlog.amount))
    if backlog.parked:
        text = _("{count} records were refused and wait for a person", count=backlog.parked)
        return Bar(text, "F8", "danger")
    old = backlog.oldest_at is not None and now - backlog.oldest_at > UNSENT_TOO_LONG
    failing = bool(backlog.count) and failures >= ALARM_AFTER
    if line.up and not old and not failing:
        return Bar()
    level = "danger" if old or failing or backlog.at_risk else "warning"
    if failing:
        return Bar(_("Sending failed {count} times, it goes on", count=failures), queued, level)
    if line.up:
        assert backlog.oldest_at is not None
        return Bar(_("Unsent since {time}", time=since(backlog.oldest_at, now)), queued, level)
    text = _("Line down since {time}, cards go offline", time=since(line.since, now))
    if backlog.at_risk:
        queued = f"{queued} ({_('at risk {amount}', amount=won(backlog.at_risk))})"
    return Bar(text, queued, level)


def _drain_bar(done: int, total: int) -> Bar:
    """Return how far a long drain is. The numbers say it too, where a font lacks the blocks."""
    full = min(done, total) * PROGRESS_CELLS // total
    blocks = "█" * full + "░" * (PROGRESS_CELLS - full)
    return Bar(_("Sending {bar}", bar=blocks), f"{done:,}/{total:,}")


def clock_bar(line: Line) -> Bar:
    """Return the warning of a clock that is wrong: receipts and reports carry its time."""
    if not line.clock_is_wrong:
        return Bar()
    text = _("This terminal's clock is {skew}. Have it set.", skew=skew_text(line.skew))
    return Bar(text, "F8", "warning")


def notice_bar(notice: Notice | None) -> Bar:
    """Return the operator's notice."""
    if notice is None:
        return Bar()
    return Bar(safe(notice.ko if language() == "ko" else notice.en, NOTICE_CHARS_MAX))


def order_bar(waiting: Sequence[Order], now: datetime) -> Bar:
    """Return the notice of orders that wait for an answer."""
    live = [order for order in waiting if order.accept_by >= now]
    if not live:
        return Bar()
    left = live[0].accept_by - now
    level = "warning" if left < timedelta(minutes=1) else "info"
    text = _("New orders: {count}, answer within {left}", count=len(live), left=countdown(left))
    return Bar(text, _("Ins answer  F3 Orders"), level)


def status(terminal: Terminal, backlog: Backlog | None, now: datetime) -> Status:
    """Return what the top row says."""
    problem = terminal.spool.problem
    if not problem and terminal.watch is not None:
        problem = terminal.watch.problem or ("drawer_open" if terminal.watch.drawer_open else "")
    return Status(
        shop=terminal.shop.name,
        terminal=terminal.shop.terminal_number,
        person=terminal.staff.name if terminal.staff.in_use else "",
        time=date_and_time(now),
        line_up=terminal.line.up,
        unsent=backlog.count if backlog is not None else 0,
        printer_problem=problem_word(problem) if problem else "",
    )


def first_steps() -> tuple[tuple[str, str], ...]:
    """Return what a cashier can do, for an empty till."""
    return (
        (_("To sell"), ""),
        (_("Scan a code"), _("adds it")),
        (_("Name, initials"), _("searches")),
        ("3*", _("three of it")),
        (_("Up Down + -"), _("line, quantity")),
        ("Del", _("removes")),
        ("Esc Esc", _("drops the sale")),
        (_("To be paid"), ""),
        ("F5", _("voucher card")),
        ("F6", _("exact cash")),
        (_("amount F6"), _("with change")),
        ("Enter", _("menu by digits")),
    )
