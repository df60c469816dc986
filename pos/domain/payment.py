"""A card payment as a state machine: states, events, one table. Never asks anyone; it is told.

The events are what the journal keeps; folding them through `step` gives the payment's state, so
a terminal that was killed knows after the restart exactly what it knew before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pos.domain.card import CardRead
from pos.domain.identifiers import TransactionId
from pos.domain.sale import Sale
from pos.domain.tender import ApprovalMode, PurseDraw, VoucherTender
from pos.domain.won import ZERO, Won


class PaymentState(StrEnum):
    """Where a payment stands."""

    INTENT = "intent"  # Durable; neither card nor line touched.
    SENT = "sent"  # The request may have left.
    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"  # No answer in time: the money may have moved.
    REVERSING = "reversing"  # The ledger will be told until it acknowledges.
    REVERSED = "reversed"
    OFFLINE_APPROVED = "offline_approved"
    FORWARDED = "forwarded"  # The ledger posted what was approved offline.
    FORWARD_DECLINED = "forward_declined"  # A receivable, until a person closes it.
    ABANDONED = "abandoned"  # Ended before anything was asked.


class DeclineReason(StrEnum):
    """Why a payment did not stand. The words for people are in the catalogues."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    CARD_BLOCKED = "card_blocked"
    CARD_EXPIRED = "card_expired"
    CARD_UNKNOWN = "card_unknown"
    CARD_NOT_GENUINE = "card_not_genuine"
    CARD_DECLINED = "card_declined"  # The card's own risk rules (AAC).
    MERCHANT_NOT_ELIGIBLE = "merchant_not_eligible"
    REVERSED_BEFORE = "reversed_before"  # A tombstone: the reversal came first.
    OFFLINE_AMOUNT_EXCEEDED = "offline_amount_exceeded"
    OFFLINE_NOT_ALLOWED = "offline_not_allowed"
    OFFLINE_CAP_REACHED = "offline_cap_reached"


@dataclass(frozen=True, slots=True)
class Approval:
    """The ledger's yes.

    Attributes:
        rrn: the ledger's reference, 12 characters.
        purses: what each purse paid, in the order drawn; sums to `amount`.
        cashback: credited to the card.
        balance: left on the card over all purses, afterwards.
    """

    amount: Won
    approval_code: str
    rrn: str
    approved_at: datetime
    purses: tuple[PurseDraw, ...]
    cashback: Won
    balance: Won


@dataclass(frozen=True, slots=True)
class Decline:
    """The ledger's no. Nothing was drawn.

    Attributes:
        balance: what the card could pay, where the ledger says it: the offered split.
    """

    reason: DeclineReason
    balance: Won | None = None


# Events -------------------------------------------------------------------------------------


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
    """Approved without the ledger; forwarded as an advice."""

    payment_id: TransactionId
    sale_id: TransactionId
    amount: Won
    card: CardRead
    mode: ApprovalMode
    approval_code: str
    cashback_estimate: Won
    at: datetime


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
)

FORWARDED_EVENTS = (ReversalAsked, OfflineApproved)
"""Events that the ledger has to be told of, in the journal's order."""

_S = PaymentState
TRANSITIONS: dict[tuple[PaymentState, type], PaymentState] = {
    (_S.INTENT, Sent): _S.SENT,
    (_S.INTENT, OfflineApproved): _S.OFFLINE_APPROVED,
    (_S.INTENT, Declined): _S.DECLINED,
    (_S.INTENT, Abandoned): _S.ABANDONED,
    (_S.SENT, Approved): _S.APPROVED,
    (_S.SENT, Declined): _S.DECLINED,
    (_S.SENT, NoAnswer): _S.UNKNOWN,
    (_S.SENT, Abandoned): _S.ABANDONED,  # No connection: provably nothing left.
    (_S.UNKNOWN, Approved): _S.APPROVED,
    (_S.UNKNOWN, Declined): _S.DECLINED,
    (_S.UNKNOWN, ReversalAsked): _S.REVERSING,
    (_S.APPROVED, ReversalAsked): _S.REVERSING,
    (_S.OFFLINE_APPROVED, AdviceAccepted): _S.FORWARDED,
    (_S.OFFLINE_APPROVED, AdviceDeclined): _S.FORWARD_DECLINED,
    (_S.OFFLINE_APPROVED, ReversalAsked): _S.REVERSING,
    (_S.FORWARDED, ReversalAsked): _S.REVERSING,
    (_S.FORWARD_DECLINED, ReversalAsked): _S.REVERSING,  # Its sale was dropped: nobody owes it.
    (_S.REVERSING, AdviceAccepted): _S.REVERSING,  # The advice stood before it in the queue.
    (_S.REVERSING, AdviceDeclined): _S.REVERSING,
    (_S.REVERSING, ReversalAcknowledged): _S.REVERSED,
}

STANDING = (_S.APPROVED, _S.OFFLINE_APPROVED, _S.FORWARDED, _S.FORWARD_DECLINED)
"""States in which the customer has paid."""

OPEN = (_S.INTENT, _S.SENT, _S.UNKNOWN)
"""States that a restarted terminal has to resolve before it sells on."""


class ImpossibleTransition(Exception):
    """An event that can't follow: a fault of the program or of the journal, never of a user."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as far as it is known."""

    id: TransactionId
    sale_id: TransactionId
    amount: Won
    state: PaymentState
    card: CardRead | None = None
    approval: Approval | None = None
    offline: OfflineApproved | None = None
    decline: Decline | None = None

    @property
    def tender(self) -> VoucherTender | None:
        """What it pays of its sale, or None where it does not stand."""
        if self.state not in STANDING or self.card is None:
            return None
        if self.offline is not None:
            return VoucherTender(
                payment_id=self.id,
                amount=self.amount,
                mode=self.offline.mode,
                masked_pan=self.card.masked_pan,
                approval_code=self.offline.approval_code,
                approved_at=self.offline.at,
                cashback=self.offline.cashback_estimate,
                cashback_is_estimate=True,
            )
        if self.approval is None:
            return None
        return VoucherTender(
            payment_id=self.id,
            amount=self.amount,
            mode=ApprovalMode.ONLINE,
            masked_pan=self.card.masked_pan,
            approval_code=self.approval.approval_code,
            approved_at=self.approval.approved_at,
            rrn=self.approval.rrn,
            purses=self.approval.purses,
            cashback=self.approval.cashback,
            balance=self.approval.balance,
        )


def begin(event: Intended) -> Payment:
    """Return the payment that an intent opens."""
    if event.amount <= ZERO:
        raise ValueError("a payment is for at least 1 won")
    return Payment(event.payment_id, event.sale.id, event.amount, PaymentState.INTENT)


def step(payment: Payment, event: PaymentEvent) -> Payment:
    """Return the payment after the event.

    Raises:
        ImpossibleTransition: the table has no such step, or the event is another payment's.
    """
    target = TRANSITIONS.get((payment.state, type(event)))
    if target is None or event.payment_id != payment.id:
        raise ImpossibleTransition(f"{type(event).__name__} in state {payment.state}")
    moved = replace(payment, state=target)
    match event:
        case Sent(card=card):
            return replace(moved, card=card)
        case OfflineApproved(card=card):
            return replace(moved, card=card, offline=event)
        case Approved(approval=approval) | AdviceAccepted(approval=approval):
            return replace(moved, approval=approval)
        case Declined(decline=decline) | AdviceDeclined(decline=decline):
            return replace(moved, decline=decline)
        case _:
            return moved


def fold(events: list[PaymentEvent]) -> dict[TransactionId, Payment]:
    """Rebuild every payment from its events, in the journal's order.

    Raises:
        ImpossibleTransition: the events contradict one another.
    """
    payments: dict[TransactionId, Payment] = {}
    for event in events:
        if isinstance(event, Intended):
            payments[event.payment_id] = begin(event)
        elif event.payment_id in payments:
            payments[event.payment_id] = step(payments[event.payment_id], event)
        else:
            raise ImpossibleTransition(f"{type(event).__name__} without an intent")
    return payments
