"""Where a sale's cash receipts stand, and what a refund takes back of them. Pure: it issues and sends nothing.

The part that is taken back is told apart, so that what was issued less what was taken back is always
the cash that the customer did not get back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pos.domain.business_day import business_day
from pos.domain.cash_receipt import (
    CancelReason,
    CashReceipt,
    CashReceiptCancel,
    cash_of,
    share_of_split,
)
from pos.domain.cash_receipt_events import (
    CashReceiptAsked,
    CashReceiptIssued,
    CashReceiptRefused,
)
from pos.domain.refund import CashReturn, RefundRecord
from pos.domain.sale import SaleRecord
from pos.domain.tax import TaxSplit
from pos.domain.won import ZERO, Won

NO_TAX = TaxSplit(ZERO, ZERO)


class CashReceiptState(StrEnum):
    """How far one has come."""

    TO_BE_SENT = "to_be_sent"
    ISSUED = "issued"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CashReceiptStanding:
    """One, and what became of it.

    Attributes:
        receipt: with the tax office's number, once it is known.
        cancels: the key of what it takes back, or empty.
    """

    key: str
    receipt: CashReceipt
    cancels: str
    asked_at: datetime
    state: CashReceiptState = CashReceiptState.TO_BE_SENT
    why: str = ""


def stand(events: Iterable[object]) -> tuple[CashReceiptStanding, ...]:
    """Return a sale's cash receipts in the order they were asked for."""
    found: dict[str, CashReceiptStanding] = {}
    for event in events:
        match event:
            case CashReceiptAsked(key=key):
                found[key] = CashReceiptStanding(key, event.receipt, event.cancels, event.at)
            case CashReceiptIssued(key=key) if key in found:
                receipt = replace(found[key].receipt, approval_code=event.approval_code)
                found[key] = replace(found[key], receipt=receipt, state=CashReceiptState.ISSUED)
            case CashReceiptRefused(key=key) if key in found:
                found[key] = replace(found[key], state=CashReceiptState.REFUSED, why=event.why)
            case _:
                pass
    return tuple(found.values())


def living(standings: Sequence[CashReceiptStanding]) -> CashReceiptStanding | None:
    """Return the receipt that holds for the sale now: issued or to be, and not wholly taken back."""
    for each in reversed(standings):
        if not each.cancels and each.state is not CashReceiptState.REFUSED:
            return each if left_of(each, standings).total else None
    return None


def left_of(one: CashReceiptStanding, standings: Iterable[CashReceiptStanding]) -> TaxSplit:
    """Return what of a receipt was not taken back; a refused taking back took nothing."""
    left = one.receipt.tax
    for each in standings:
        if each.cancels == one.key and each.state is not CashReceiptState.REFUSED:
            left = minus(left, each.receipt.tax)
    return left


def split_to_ask(sale: SaleRecord, refunds: Sequence[RefundRecord]) -> TaxSplit:
    """Return the tax split of the cash that the shop still has of a sale; nothing where it has none."""
    cash = cash_of(sale) - Won.total(_cash_in(each) for each in refunds)
    if cash <= ZERO:
        return NO_TAX
    kept = sale.tax
    for refund in refunds:
        kept = minus(kept, refund.tax)
    return share_of_split(kept, cash)


def split_taken_back(left: TaxSplit, sale: SaleRecord, refund: RefundRecord) -> TaxSplit:
    """Return what of a receipt a refund takes back: the refund's own split where all was paid in cash.

    Args:
        left: what stands of the receipt.
        sale: paid in cash, wholly or in part.
        refund: of that sale.
    """
    cash = min(_cash_in(refund), left.total)
    if cash == left.total:
        return left
    if cash_of(sale) == sale.total and cash == refund.total:
        return refund.tax
    return minus(left, share_of_split(left, left.total - cash))


def cancel_of(
    one: CashReceiptStanding, tax: TaxSplit, reason: CancelReason, at: datetime
) -> CashReceipt:
    """Return the receipt that takes `tax` of another one back."""
    was = one.receipt
    cancels = CashReceiptCancel(reason, was.approval_code, business_day(was.issued_at))
    return replace(was, approval_code="", issued_at=at, tax=tax, cancels=cancels)


def key_of(sale: SaleRecord, standings: Sequence[CashReceiptStanding]) -> str:
    """Return the key of the sale's next cash receipt."""
    return f"{sale.id.hex}:{len(standings) + 1}"


def minus(split: TaxSplit, other: TaxSplit) -> TaxSplit:
    """Return a split less another."""
    return TaxSplit(
        split.supply - other.supply,
        split.vat - other.vat,
        split.exempt - other.exempt,
        split.service_charge - other.service_charge,
    )


def _cash_in(refund: RefundRecord) -> Won:
    return Won.total(each.amount for each in refund.returns if isinstance(each, CashReturn))
