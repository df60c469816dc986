"""Print jobs as plain rows, and the words for what they are and where they stand. Pure."""

from __future__ import annotations

from pos.ports import PrintJobFacts, PrintJobState, PrintKind
from pos.ui.cells import Column
from pos.ui.i18n import _
from pos.ui.safe_text import safe


def columns() -> list[Column]:
    """Return the list's columns."""
    return [
        Column(_("No."), 6, right=True),
        Column(_("Paper"), 24),
        Column(_("State"), 22),
        Column(_("About"), None),
    ]


def job_cells(job: PrintJobFacts) -> tuple[str, ...]:
    """Return one row."""
    return (str(job.id), kind_word(job.kind), state_word(job), safe(job.subject, 40))


def kind_word(kind: PrintKind) -> str:
    """Return what a paper is called."""
    words = {
        PrintKind.SALE_RECEIPT: _("Receipt"),
        PrintKind.KITCHEN_TICKET: _("Kitchen ticket"),
        PrintKind.REFUND_SLIP: _("Void or refund slip"),
        PrintKind.CARD_SLIP: _("Card slip"),
        PrintKind.CASH_RECEIPT: _("Cash receipt"),
        PrintKind.GIFT_RECEIPT: _("Gift receipt"),
        PrintKind.RIDER_SLIP: _("Rider slip"),
        PrintKind.ORDER_LABEL: _("Order label"),
        PrintKind.SHIFT_REPORT: _("X or Z report"),
        PrintKind.CASH_SLIP: _("Cash slip"),
        PrintKind.COUNT_SHEET: _("Count-up sheet"),
        PrintKind.SETTLEMENT: _("Settlement statement"),
        PrintKind.PAY_CODE: _("Payment code"),
        PrintKind.DAY_REPORT: _("Day report"),
        PrintKind.TEST_PAGE: _("Test page"),
    }
    return words[kind]


def state_word(job: PrintJobFacts) -> str:
    """Return where a job stands; how often it was tried, where it may be on paper more than once."""
    words = {
        PrintJobState.WAITING: _("waits"),
        PrintJobState.PRINTING: _("prints"),
        PrintJobState.DONE: _("on paper"),
        PrintJobState.SENT: _("sent, unconfirmed"),
        PrintJobState.GIVEN_UP: _("can't be drawn"),
        PrintJobState.CANCELLED: _("cancelled"),
    }
    tried = f" x{job.attempts}" if job.attempts > 1 else ""
    return words[job.state] + tried
