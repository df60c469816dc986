"""Sales to give back, and what goes back where, as plain rows. Pure: the rules planned it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pos.domain.card import Wallet
from pos.domain.cash_receipt_life import CashReceiptState
from pos.domain.payment_answers import GivenBack
from pos.domain.payment_events import RefundDeclined
from pos.domain.refund import CardReturn, CashReturn, ExternalReturn, RefundKind, RefundRecord
from pos.domain.tender import CashTender, ExternalTender
from pos.domain.won import ZERO, Won
from pos.services.refund_sale import SaleStanding
from pos.ui.cells import Column
from pos.ui.i18n import _
from pos.ui.safe_text import safe
from pos.ui.when import since
from pos.ui.words import mode_word, purse_word, wallet_word, won

Row = tuple[str, str]


def kind_word(kind: RefundKind) -> str:
    """Return what giving back is called, as on the slip."""
    return _("Void") if kind is RefundKind.VOID else _("Refund")


def card_word(masked_pan: str, wallet: Wallet = Wallet.NONE) -> str:
    """Return a card by what may be shown of it at the counter."""
    digits = safe(masked_pan[-8:])
    if wallet is not Wallet.NONE:
        return f"{wallet_word(wallet)} {digits}"
    return _("Card {digits}", digits=digits)


def sales_columns() -> tuple[Column, ...]:
    """Return the columns of the list of sales."""
    return (
        Column(_("Receipt"), None),
        Column(_("Time"), 11, right=True),
        Column(_("Total"), 10, right=True),
        Column(_("Given back"), 10, right=True),
    )


def sale_cells(standing: SaleStanding, now: datetime) -> tuple[str, ...]:
    """Return one sale's texts for them."""
    sale = standing.sale
    back = "" if not standing.refunds else str(standing.refunded)
    return (safe(sale.receipt_number, 20), since(sale.completed_at, now), str(sale.total), back)


def detail_rows(standing: SaleStanding) -> tuple[Row, ...]:
    """Return how a sale was paid, what came back of it, and its lines."""
    sale = standing.sale
    rows: list[Row] = [(_("Paid"), "")]
    for tender in sale.tenders:
        if isinstance(tender, CashTender):
            rows.append((_("Cash"), won(tender.amount)))
        elif isinstance(tender, ExternalTender):
            rows.append((_("Other terminal's card"), won(tender.amount)))
            rows.append((f" {safe(tender.issuer, 20)}", safe(tender.approval_code, 12)))
        elif tender.by_coupon:
            rows.append((_("Coupon"), won(tender.amount)))
        else:
            rows.append((card_word(tender.masked_pan, tender.wallet), won(tender.amount)))
            rows.append((f" {mode_word(tender.mode)}", " "))
    if standing.refunds:
        rows.append((_("Given back"), ""))
        rows += [(kind_word(each.kind), won(each.total)) for each in standing.refunds]
    for each in standing.cash_receipts:
        sign = "-" if each.cancels else ""
        rows.append((_("Cash receipt"), f"{sign}{won(each.receipt.tax.total)}"))
        code = each.receipt.approval_code or receipt_state_word(each.state)
        rows.append((f" {each.receipt.masked_id}", code))
    rows.append((_("Items"), ""))
    rows += [(f"{safe(line.name, 60)} x {line.quantity}", won(line.total)) for line in sale.lines]
    return tuple(rows)


def receipt_state_word(state: CashReceiptState) -> str:
    """Return how far a cash receipt has come."""
    match state:
        case CashReceiptState.TO_BE_SENT:
            return _("to be sent")
        case CashReceiptState.ISSUED:
            return _("issued")
        case CashReceiptState.REFUSED:
            return _("refused")


def line_columns() -> tuple[Column, ...]:
    """Return the columns of a sale's lines."""
    return (
        Column(_("Item"), None),
        Column(_("Sold"), 4, right=True),
        Column(_("Left"), 4, right=True),
        Column(_("Give back"), 8, right=True),
        Column(_("Amount"), 10, right=True),
    )


def line_cells(standing: SaleStanding, chosen: Mapping[int, int]) -> tuple[tuple[str, ...], ...]:
    """Return the lines' texts for them."""
    left = standing.left
    return tuple(
        (
            safe(line.name),
            f"{line.quantity:,}",
            f"{left[line.number]:,}",
            f"{chosen.get(line.number, 0):,}",
            str(line.unit_price * chosen.get(line.number, 0)),
        )
        for line in standing.sale.lines
    )


def return_rows(record: RefundRecord, standing: SaleStanding) -> tuple[Row, ...]:
    """Return what goes back to which card and in cash."""
    rows: list[Row] = [(kind_word(record.kind), "")]
    for each in record.returns:
        if isinstance(each, CashReturn):
            rows.append((_("Cash, from the drawer"), won(each.amount)))
        elif isinstance(each, ExternalReturn):
            rows.append((_("Give back on the other terminal"), won(each.amount)))
            rows.append((f" {safe(each.issuer, 20)}", safe(each.approval_code, 12)))
        elif each.by_coupon:
            rows.append((_("Coupon, to its issuer"), won(each.amount)))
        elif _never_paid(each, standing):
            rows.append((card_word(each.masked_pan, each.wallet), _("nothing")))
            rows.append((_(" less receivable"), won(each.amount)))
        else:
            rows.append((card_word(each.masked_pan, each.wallet), won(each.amount)))
    return tuple(rows)


def money_back(record: RefundRecord, standing: SaleStanding) -> Won:
    """Return what the customer gets back: nothing of what the ledger declined, before or after."""
    return Won.total(each.amount for each in record.returns if _comes_back(each, standing))


def cash_back(record: RefundRecord) -> Won:
    """Return what has to be handed over out of the drawer."""
    return Won.total(each.amount for each in record.returns if isinstance(each, CashReturn))


def cards_of(record: RefundRecord) -> tuple[CardReturn, ...]:
    """Return the parts that the ledger is told of."""
    return tuple(each for each in record.returns if isinstance(each, CardReturn))


def answer_rows(record: RefundRecord, standing: SaleStanding, *, line_up: bool) -> tuple[Row, ...]:
    """Return what the ledger made of each card's part, as far as it has said."""
    rows: list[Row] = []
    for part in cards_of(record):
        word = _("Coupon") if part.by_coupon else card_word(part.masked_pan, part.wallet)
        rows.append((word, ""))
        answer = standing.answers.get(part.refund_id)
        if answer is None:
            waits = _("is being sent") if line_up else _("is sent later")
            rows += [(_("To the card"), won(part.amount)), (_("Ledger"), waits)]
        elif isinstance(answer, RefundDeclined):
            rows += [(_("To the card"), won(ZERO)), (_("Ledger"), _("declined"))]
        else:
            rows += _given_back(part, answer.given_back)
    return tuple(rows)


def _given_back(part: CardReturn, given: GivenBack) -> list[Row]:
    amount = part.amount
    if not given.purses and given.balance is None:
        return [(_("To the card"), won(ZERO)), (_("Ledger"), _("had never drawn it"))]
    if part.by_coupon:
        return [(_("Coupon, to its issuer"), won(amount)), (_("Ledger"), _("given back"))]
    rows: list[Row] = [(_("To the card"), won(amount))]
    rows += [(f" {purse_word(draw.purse)}", won(draw.amount)) for draw in given.purses]
    if given.cashback_taken:
        rows.append((_("Cashback taken back"), won(given.cashback_taken)))
    if given.balance is not None:
        rows.append((_("Balance"), won(given.balance)))
    return [*rows, (_("Ledger"), _("given back"))]


def _comes_back(part: CardReturn | CashReturn | ExternalReturn, standing: SaleStanding) -> bool:
    if not isinstance(part, CardReturn):
        return True
    if part.by_coupon:  # Whoever issued it gets it; nobody hands anything over.
        return False
    refused = isinstance(standing.answers.get(part.refund_id), RefundDeclined)
    return not (refused or _never_paid(part, standing))


def _never_paid(part: CardReturn, standing: SaleStanding) -> bool:
    """Return whether the ledger declined afterwards what was approved offline."""
    payment = standing.payments.get(part.payment_id)
    return payment is not None and payment.decline is not None
