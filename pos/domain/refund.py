"""Giving a finished sale back: a void on its day, a refund later, whole or by line. Pure; moves nothing.

Never more than was captured, per sale and per line; card money goes back to the card it came from,
before any cash: a voucher must not become cash over the counter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pos.domain.business_day import business_day
from pos.domain.card import Wallet
from pos.domain.codec import WHEN_SET
from pos.domain.errors import RefundExceedsSale, RefundNothingLeft
from pos.domain.identifiers import TransactionId
from pos.domain.sale import SaleRecord
from pos.domain.sale_line import SaleLine
from pos.domain.tax import TaxKind, TaxSplit, split_tax
from pos.domain.tender import CashTender, ExternalTender, VoucherTender
from pos.domain.won import ZERO, Won


class RefundKind(StrEnum):
    """What giving back is called, on screen, paper and at the ledger."""

    VOID = "void"  # 당일 취소: the whole sale, on its own business day.
    REFUND = "refund"  # 반품: later, or a part.


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What of one line comes back. `number` is the sale's own line number."""

    number: int
    name: str
    quantity: int
    amount: Won
    tax: TaxKind


@dataclass(frozen=True, slots=True)
class CashReturn:
    """Cash handed back out of the drawer."""

    amount: Won


@dataclass(frozen=True, slots=True)
class ExternalReturn:
    """Money that the other terminal has to give back, to the card that it had taken."""

    amount: Won
    issuer: str
    approval_code: str


@dataclass(frozen=True, slots=True)
class CardReturn:
    """Money that goes back to the card it came from.

    Attributes:
        refund_id: this giving back's own id.
        payment_id: the payment that it gives back.
        wallet: the wallet that had paid: the money goes to the same token.
        by_coupon: a coupon had paid: it goes back to whoever issued that.
    """

    refund_id: TransactionId
    payment_id: TransactionId
    amount: Won
    masked_pan: str
    approval_code: str
    wallet: Wallet = field(default=Wallet.NONE, metadata=WHEN_SET)
    by_coupon: bool = field(default=False, metadata=WHEN_SET)


@dataclass(frozen=True, slots=True)
class RefundRecord:
    """A void or refund, as it stands in the journal, on the slip and at the ledger.

    Attributes:
        receipt_number: its own, of the same row as the sales'.
        tax: what is taken back of the sale's split; together never more than the sale's.
        by: who gave it back; empty where nobody signed in.
    """

    id: TransactionId
    receipt_number: str
    kind: RefundKind
    sale_id: TransactionId
    sale_receipt_number: str
    sale_completed_at: datetime
    refunded_at: datetime
    lines: tuple[RefundLine, ...]
    returns: tuple[CashReturn | CardReturn | ExternalReturn, ...]
    tax: TaxSplit
    by: str = ""

    @property
    def total(self) -> Won:
        """What the customer gets back."""
        return self.tax.total


def left_to_refund(sale: SaleRecord, before: Iterable[RefundRecord]) -> dict[int, int]:
    """Return, by line number, how many of each line could still be given back."""
    left = {line.number: line.quantity for line in sale.lines}
    for refund in before:
        for line in refund.lines:
            left[line.number] -= line.quantity
    return left


def plan_refund(
    sale: SaleRecord,
    before: Sequence[RefundRecord],
    wanted: Mapping[int, int] | None,
    *,
    refund_id: TransactionId,
    next_id: Callable[[], TransactionId],
    receipt_number: str,
    at: datetime,
    by: str = "",
) -> RefundRecord:
    """Return the void or refund that gives back what is wanted.

    Args:
        sale: the finished sale.
        before: what of it was given back already.
        wanted: quantities by line number; None is all that is left.
        refund_id: the whole's id.
        next_id: gives an id for each card's part.
        receipt_number: the slip's own number.
        at: now.
        by: who does it.

    Raises:
        RefundNothingLeft: all of it was given back before, or nothing is asked for.
        RefundExceedsSale: more of a line than was sold and not yet given back.
    """
    left = left_to_refund(sale, before)
    quantities = left if wanted is None else wanted
    lines = tuple(
        _line(line, quantity, left[line.number])
        for line in sale.lines
        if (quantity := quantities.get(line.number, 0))
    )
    if not lines or quantities.keys() - left.keys():
        raise RefundNothingLeft(number=sale.receipt_number)
    total = Won.total(line.amount for line in lines)
    if not total:  # Pieces that a discount made free: there is no money to give back.
        raise RefundNothingLeft(number=sale.receipt_number)
    whole = not before and total == sale.total
    today = business_day(at) == business_day(sale.completed_at)
    return RefundRecord(
        id=refund_id,
        receipt_number=receipt_number,
        kind=RefundKind.VOID if whole and today else RefundKind.REFUND,
        sale_id=sale.id,
        sale_receipt_number=sale.receipt_number,
        sale_completed_at=sale.completed_at,
        refunded_at=at,
        lines=lines,
        returns=_returns(sale, before, total, next_id),
        tax=_tax(sale, before, lines),
        by=by,
    )


def refunded_of(payment_id: TransactionId, refunds: Iterable[RefundRecord]) -> Won:
    """Return what of a payment was given back."""
    return Won.total(
        each.amount
        for refund in refunds
        for each in refund.returns
        if isinstance(each, CardReturn) and each.payment_id == payment_id
    )


def externally_refunded(approval_code: str, refunds: Iterable[RefundRecord]) -> Won:
    """Return what of another terminal's payment was given back."""
    return Won.total(
        each.amount
        for refund in refunds
        for each in refund.returns
        if isinstance(each, ExternalReturn) and each.approval_code == approval_code
    )


def _line(line: SaleLine, quantity: int, left: int) -> RefundLine:
    if not 0 < quantity <= left:
        raise RefundExceedsSale(name=line.name, quantity=quantity, left=left)
    amount = line.part(line.quantity - left, quantity)
    return RefundLine(line.number, line.name, quantity, amount, line.tax)


def _returns(
    sale: SaleRecord,
    before: Sequence[RefundRecord],
    total: Won,
    next_id: Callable[[], TransactionId],
) -> tuple[CashReturn | CardReturn | ExternalReturn, ...]:
    """Share the total out: cards first, in the order they paid, each up to what it paid; cash last."""
    returns: list[CashReturn | CardReturn | ExternalReturn] = []
    for tender in sale.tenders:
        if isinstance(tender, VoucherTender):
            part = min(total, tender.amount - refunded_of(tender.payment_id, before))
            if part > ZERO:
                returns.append(_to_card(tender, part, next_id()))
                total -= part
    for tender in sale.tenders:
        if isinstance(tender, ExternalTender):
            code = tender.approval_code
            part = min(total, tender.amount - externally_refunded(code, before))
            if part > ZERO:
                returns.append(ExternalReturn(part, tender.issuer, code))
                total -= part
    cash = Won.total(each.amount for each in sale.tenders if isinstance(each, CashTender))
    given = [r.amount for refund in before for r in refund.returns if isinstance(r, CashReturn)]
    if total > cash - Won.total(given):
        raise RefundExceedsSale(name=sale.receipt_number, quantity=total, left=cash)
    return (*returns, CashReturn(total)) if total else tuple(returns)


def _to_card(tender: VoucherTender, amount: Won, refund_id: TransactionId) -> CardReturn:
    return CardReturn(
        refund_id,
        tender.payment_id,
        amount,
        tender.masked_pan,
        tender.approval_code,
        tender.wallet,
        tender.by_coupon,
    )


def _tax(
    sale: SaleRecord, before: Sequence[RefundRecord], lines: tuple[RefundLine, ...]
) -> TaxSplit:
    """Return the difference that the refund makes, so that all refunds sum to the sale's split."""
    earlier = [line for refund in before for line in refund.lines]
    was, now = _kept(sale, earlier), _kept(sale, [*earlier, *lines])
    return TaxSplit(was.supply - now.supply, was.vat - now.vat, was.exempt - now.exempt)


def _kept(sale: SaleRecord, returned: list[RefundLine]) -> TaxSplit:
    """Return the split of what the customer keeps."""
    gone = Won.total(line.amount for line in returned)
    exempt = Won.total(line.amount for line in returned if line.tax is TaxKind.EXEMPT)
    return split_tax(sale.total - gone, exempt=sale.tax.exempt - exempt)
