"""What a finished sale or a part payment says to cashier and customer. Pure: no widget, no rule."""

from __future__ import annotations

from dataclasses import dataclass

from pos.domain.sale import Sale, SaleRecord
from pos.domain.tender import ApprovalMode, CashTender, ExternalTender, Tender, VoucherTender
from pos.domain.won import ZERO, Won
from pos.services.card_outcome import (
    PaidInFull,
    PaidInPart,
)
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.words import benefit_word, entry_word, mode_word, purse_word, wallet_word, won

Row = tuple[str, str]
CASH = "cash"  # The payment overlay's answer that asks for cash instead.
OTHER = "other"  # Its answer that asks for another way to pay.
PaymentAnswer = PaidInFull | PaidInPart | SaleRecord | ExternalTender | str | None


@dataclass(frozen=True, slots=True)
class Result:
    """One outcome to show.

    Attributes:
        title: what happened, short.
        big_label, big: the one number that matters now: the change, or what was approved.
        rows: label and value, in order; a row with no value is a heading.
        warn: something about it needs care (approved at risk).
    """

    title: str
    big_label: str
    big: Won
    rows: tuple[Row, ...]
    warn: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a kind (see `MessageBar`), with a result to show if there is one."""

    text: str
    kind: str = "info"
    result: Result | None = None


def sale_result(record: SaleRecord) -> Result:
    """Return what to show for a closed sale."""
    rows: list[Row] = [(_("Total"), won(record.total))]
    for tender in record.tenders:
        rows.extend(tender_rows(tender))
    rows.append((_("Receipt"), safe(record.receipt_number)))
    change = Won.total(t.change for t in record.tenders if isinstance(t, CashTender))
    cards = [t for t in record.tenders if isinstance(t, VoucherTender)]
    if not cards and not any(isinstance(each, ExternalTender) for each in record.tenders):
        return Result(_("Cash sale done"), _("Change"), change, tuple(rows))
    if change:
        return Result(_("Sale done"), _("Change"), change, tuple(rows), _at_risk(cards))
    label = _("Approved") if cards and len(record.tenders) == 1 else _("Total")
    return Result(_("Sale done"), label, record.total, tuple(rows), _at_risk(cards))


def part_result(tender: VoucherTender, due: Won) -> Result:
    """Return what to show when a card paid only a part."""
    return Result(_("Paid in part"), _("Still due"), due, tender_rows(tender), _at_risk([tender]))


def card_result(outcome: PaymentAnswer, due: Won = ZERO) -> Said:
    """Return what to say and show after the payment overlay has closed."""
    match outcome:
        case SaleRecord():
            text = _("Paid: {amount}", amount=won(outcome.total))
            return Said(text, "done", sale_result(outcome))
        case ExternalTender():
            text = _("{due} still due: F5 another card, F6 cash", due=won(due))
            result = Result(_("Paid in part"), _("Still due"), due, tender_rows(outcome))
            return Said(text, "ask", result)
        case PaidInFull(record=record):
            text = _("Paid: {amount}", amount=won(record.total))
            return Said(text, "done", sale_result(record))
        case PaidInPart(tender=tender, due=due):
            text = _("{due} still due: F5 another card, F6 cash", due=won(due))
            return Said(text, "ask", part_result(tender, due))
        case _:
            return Said(_("No payment was made."))


def cash_result(record: SaleRecord) -> Said:
    """Return what to say and show after cash has closed a sale."""
    mixed = len(record.tenders) > 1
    text = _("Paid: {amount}") if mixed else _("Paid in cash: {amount}")
    return Said(text.format(amount=won(record.total)), "done", sale_result(record))


def reprint_result(sale: SaleRecord | None) -> Said:
    """Return what to say once the last receipt was asked for again."""
    if sale is None:
        return Said(_("There is no receipt yet."), "error")
    return Said(_("Printing again: {number}", number=sale.receipt_number), "done")


def drop_question(sale: Sale) -> Said:
    """Return what to ask before a sale is dropped."""
    ask = _("Drop the sale? Press Esc again.")
    paid = _("Cards taken ({amount}) are given back.", amount=won(sale.paid))
    elsewhere = Won.total(e.amount for e in sale.tenders if isinstance(e, ExternalTender))
    if elsewhere:
        paid = _("{amount} must be given back on the other terminal.", amount=won(elsewhere))
        if elsewhere != sale.paid:
            paid = f"{_('Cards taken here are given back.')} {paid}"
    return Said(f"{ask} {paid}" if sale.tenders else ask, "ask")


def tender_rows(tender: Tender) -> tuple[Row, ...]:
    """Return the rows of one tender."""
    if isinstance(tender, ExternalTender):
        return (
            (_("Other terminal's card"), ""),
            (_("Noted, not approved here"), won(tender.amount)),
            (safe(tender.issuer, 20), safe(tender.approval_code, 12)),
        )
    if isinstance(tender, CashTender):
        return (
            (_("Cash"), ""),
            (_("Received"), won(tender.received)),
            (_("Change"), won(tender.change)),
        )
    if tender.by_coupon:
        name = next((each.name for each in tender.benefits), "")
        return (
            (_("Coupon"), safe(name, 20)),
            (_("Approved"), won(tender.amount)),
            (_("Code"), safe(tender.masked_pan[-8:])),
        )
    rows: list[Row] = [
        (mode_word(tender.mode), ""),
        (_("Approved"), won(tender.amount)),
        (wallet_word(tender.wallet), safe(tender.masked_pan[-8:])),
    ]
    if tender.by_qr:
        rows.append((_("Paid by"), entry_word(tender.entry)))
    if tender.mode is ApprovalMode.OFFLINE_AT_RISK:
        rows.append((_("! may still be declined"), " "))
    rows.extend((purse_word(draw.purse), won(draw.amount)) for draw in tender.purses)
    if tender.cashback > ZERO:
        label = _("Cashback (est.)") if tender.cashback_is_estimate else _("Cashback")
        rows.append((label, f"+{won(tender.cashback)}"))
    rows.extend((benefit_word(each.kind), won(each.amount)) for each in tender.benefits)
    if tender.balance is not None:
        rows.append((_("Balance"), won(tender.balance)))
    return tuple(rows)


def _at_risk(cards: list[VoucherTender]) -> bool:
    return any(card.mode is ApprovalMode.OFFLINE_AT_RISK for card in cards)
