"""What the ledger may answer to a forwarded record, and what the journal then adds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pos.domain.events import Event, ReceiptNotPosted, ReceiptReingested, SaleCompleted
from pos.domain.order_events import (
    OrderAccepted,
    OrderNotPosted,
    OrderPosted,
    OrderRefundAsked,
    OrderRefundDeclined,
    OrderRefunded,
)
from pos.domain.payment_answers import Approval, Decline, GivenBack
from pos.domain.payment_events import (
    AdviceAccepted,
    AdviceDeclined,
    OfflineApproved,
    RefundAcknowledged,
    RefundAsked,
    RefundDeclined,
    ReversalAcknowledged,
    ReversalAsked,
    ReversalDeclined,
)
from pos.domain.receipt_code import read_code
from pos.domain.won import ZERO, Won


class ForwardStatus(StrEnum):
    """The ledger's word on one record."""

    ACCEPTED = "accepted"  # Posted now or before: forwarding is idempotent for ever.
    DECLINED = "declined"  # Understood, and not posted: a receivable.
    POISON = "poison"  # Not understood, or another body under a known id: parked for a person.


@dataclass(frozen=True, slots=True)
class ForwardOutcome:
    """The ledger's answer to the record with this sequence.

    Attributes:
        approval: for an accepted offline approval, how it was posted.
        decline: for a declined one, why.
        commission: for an accepted order; for an order's refund, what of it went back.
        given_back: for an accepted void or refund.
        not_posted: for an accepted sale, or a lost terminal's paper, won of its card payments that
            do not stand; `decline` says why.
        problem: for a poison record, in words for support.
    """

    sequence: int
    status: ForwardStatus
    approval: Approval | None = None
    decline: Decline | None = None
    commission: Won | None = None
    problem: str = ""
    given_back: GivenBack | None = None
    not_posted: Won = ZERO


def follow_up(event: Event, outcome: ForwardOutcome, at: datetime) -> Event | None:
    """Return the event that the journal adds once the ledger has answered, or None.

    Raises:
        ValueError: an answer that does not fit the event; the record is then parked as poison.
    """
    if outcome.status is ForwardStatus.POISON:
        return None
    match event:
        case ReversalAsked(payment_id=payment, sale_id=sale):
            if outcome.status is ForwardStatus.DECLINED:
                return ReversalDeclined(payment, sale, at)
            return ReversalAcknowledged(payment, sale, at)
        case RefundAsked():
            return _refund_answered(event, outcome, at)
        case OfflineApproved(payment_id=payment, sale_id=sale, amount=amount):
            if outcome.status is ForwardStatus.ACCEPTED and outcome.approval is not None:
                return AdviceAccepted(payment, sale, outcome.approval, at)
            if outcome.status is ForwardStatus.DECLINED and outcome.decline is not None:
                return AdviceDeclined(payment, sale, amount, outcome.decline, at)
            raise ValueError("an advice needs the approval or the reason with its answer")
        case OrderAccepted(order_key=key, total=total):
            if outcome.status is not ForwardStatus.ACCEPTED:
                return OrderNotPosted(key, total, at)
            return OrderPosted(key, total, outcome.commission or ZERO, at)
        case OrderRefundAsked(decision_id=decision, order_key=key, amount=amount):
            if outcome.status is not ForwardStatus.ACCEPTED:
                return OrderRefundDeclined(decision.hex, key, amount, at)
            return OrderRefunded(decision.hex, key, amount, outcome.commission or ZERO, at)
        case SaleCompleted(sale=sale) if outcome.decline is not None:
            number, gone = sale.receipt_number, outcome.not_posted
            return ReceiptNotPosted(sale.id, number, gone, outcome.decline, at)
        case ReceiptReingested(sale_id=sale_id) if outcome.decline is not None:
            number = read_code(event.code).facts.receipt_number
            return ReceiptNotPosted(sale_id, number, outcome.not_posted, outcome.decline, at)
        case _:
            return None


def _refund_answered(event: RefundAsked, outcome: ForwardOutcome, at: datetime) -> Event:
    names = (event.refund_id, event.payment_id, event.sale_id, event.amount)
    if outcome.status is ForwardStatus.ACCEPTED and outcome.given_back is not None:
        return RefundAcknowledged(*names, outcome.given_back, at)
    if outcome.status is ForwardStatus.DECLINED and outcome.decline is not None:
        return RefundDeclined(*names, outcome.decline, at)
    raise ValueError("a refund needs what was given back, or the reason, with its answer")
