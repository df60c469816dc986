"""What can happen to a card payment, as the journal keeps it, here or on another terminal. Never decides what follows: `payment` does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pos.domain.card import CardRead
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, GivenBack, ReceivableEnd
from pos.domain.sale import Sale
from pos.domain.tender import ApprovalMode, ExternalTender
from pos.domain.won import Won


@dataclass(frozen=True, slots=True)
class Intended:
    """The id is fixed and durable, with the sale it is for."""

    payment_id: TransactionId
    sale: Sale
    amount: Won
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The request is about to leave; from here on the money may move."""

    payment_id: TransactionId
    sale_id: TransactionId
    card: CardRead
    at: datetime


@dataclass(frozen=True, slots=True)
class Approved:
    """The ledger said yes."""

    payment_id: TransactionId
    sale_id: TransactionId
    approval: Approval
    at: datetime


@dataclass(frozen=True, slots=True)
class Declined:
    """The ledger, the card or the offline rules said no."""

    payment_id: TransactionId
    sale_id: TransactionId
    decline: Decline
    at: datetime


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The deadline passed without an answer."""

    payment_id: TransactionId
    sale_id: TransactionId
    at: datetime


@dataclass(frozen=True, slots=True)
class ReversalAsked:
    """Whatever this payment drew must be given back; forwarded until acknowledged."""

    payment_id: TransactionId
    sale_id: TransactionId
    amount: Won
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReversalAcknowledged:
    """The ledger has undone the payment, or left a tombstone for it."""

    payment_id: TransactionId
    sale_id: TransactionId
    at: datetime


@dataclass(frozen=True, slots=True)
class OfflineApproved:
    """Approved without the ledger; forwarded as an advice.

    Attributes:
        permitted_by: who took the risk, where it was above what needs no asking.
    """

    payment_id: TransactionId
    sale_id: TransactionId
    amount: Won
    card: CardRead
    mode: ApprovalMode
    approval_code: str
    cashback_estimate: Won
    at: datetime
    permitted_by: str = ""


@dataclass(frozen=True, slots=True)
class AdviceAccepted:
    """The ledger posted an offline approval."""

    payment_id: TransactionId
    sale_id: TransactionId
    approval: Approval
    at: datetime


@dataclass(frozen=True, slots=True)
class AdviceDeclined:
    """The ledger would not post an offline approval: the shop's receivable."""

    payment_id: TransactionId
    sale_id: TransactionId
    amount: Won
    decline: Decline
    at: datetime


@dataclass(frozen=True, slots=True)
class Abandoned:
    """Ended before the ledger was asked: no card, foreign card, cancelled, or no line at all."""

    payment_id: TransactionId
    sale_id: TransactionId
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReversalDeclined:
    """The ledger would not undo it: a finished sale rests on it, which this journal does not know.

    Only a copy of the journal that was put back can ask for such a reversal.
    """

    payment_id: TransactionId
    sale_id: TransactionId
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """Money of a finished sale goes back to its card, by a void or a refund; forwarded as an advice.

    Attributes:
        refund_id: fixed before the line is touched, so that it is given back once.
        void: the whole sale on its own day.
    """

    refund_id: TransactionId
    payment_id: TransactionId
    sale_id: TransactionId
    amount: Won
    void: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundAcknowledged:
    """The ledger has given it back."""

    refund_id: TransactionId
    payment_id: TransactionId
    sale_id: TransactionId
    amount: Won
    given_back: GivenBack
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundDeclined:
    """The ledger would not give it back: the shop owes the customer, until a person closes it."""

    refund_id: TransactionId
    payment_id: TransactionId
    sale_id: TransactionId
    amount: Won
    decline: Decline
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundSettled:
    """A person closed a declined refund."""

    refund_id: TransactionId
    payment_id: TransactionId
    sale_id: TransactionId
    amount: Won
    how: ReceivableEnd
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReceivableClosed:
    """A person closed a receivable.

    Attributes:
        amount: what was still open of the payment.
    """

    payment_id: TransactionId
    sale_id: TransactionId
    amount: Won
    how: ReceivableEnd
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ExternalNoted:
    """A card that another terminal took pays of a sale; all that is known of it is what was typed."""

    sale_id: TransactionId
    tender: ExternalTender
    at: datetime


PaymentEvent = (
    Intended
    | Sent
    | Approved
    | Declined
    | NoAnswer
    | ReversalAsked
    | ReversalAcknowledged
    | OfflineApproved
    | AdviceAccepted
    | AdviceDeclined
    | Abandoned
    | ReversalDeclined
    | RefundAsked
    | RefundAcknowledged
    | RefundDeclined
    | RefundSettled
    | ReceivableClosed
)

FORWARDED_EVENTS = (ReversalAsked, OfflineApproved, RefundAsked)
"""Events that the ledger has to be told of, in the journal's order."""
