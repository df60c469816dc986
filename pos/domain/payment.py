"""A card payment as a state machine: states and one table. Never asks anyone; it is told.

The events are what the journal keeps; folding them through `step` gives the payment's state, so
a terminal that was killed knows after the restart exactly what it knew before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from pos.domain.card import CardEntry, CardRead
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline
from pos.domain.payment_events import (
    Abandoned,
    AdviceAccepted,
    AdviceDeclined,
    Approved,
    Declined,
    Intended,
    NoAnswer,
    OfflineApproved,
    PaymentEvent,
    ReceivableClosed,
    RefundAcknowledged,
    RefundAsked,
    RefundDeclined,
    RefundSettled,
    ReversalAcknowledged,
    ReversalAsked,
    ReversalDeclined,
    Sent,
)
from pos.domain.tender import ApprovalMode, VoucherTender
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
    OFFLINE_GUARANTEED = "offline_guaranteed"
    OFFLINE_AT_RISK = "offline_at_risk"
    FORWARDED = "forwarded"  # The ledger posted what was approved offline.
    FORWARD_DECLINED = "forward_declined"  # A receivable, until a person closes it.
    RECEIVABLE_CLOSED = "receivable_closed"
    VOIDED = "voided"
    PARTLY_REFUNDED = "partly_refunded"
    FULLY_REFUNDED = "fully_refunded"
    ABANDONED = "abandoned"  # Ended before anything was asked.


_S = PaymentState
_GIVEN_BACK = (_S.VOIDED, _S.PARTLY_REFUNDED, _S.FULLY_REFUNDED)
_CLOSED_SALE = (*_GIVEN_BACK, _S.FORWARD_DECLINED, _S.RECEIVABLE_CLOSED)

TRANSITIONS: dict[tuple[PaymentState, type], tuple[PaymentState, ...]] = {
    (_S.INTENT, Sent): (_S.SENT,),
    (_S.INTENT, OfflineApproved): (_S.OFFLINE_GUARANTEED, _S.OFFLINE_AT_RISK),
    (_S.INTENT, Declined): (_S.DECLINED,),
    (_S.INTENT, Abandoned): (_S.ABANDONED,),
    (_S.INTENT, NoAnswer): (_S.UNKNOWN,),  # Of a copy put back: it may have been sent since.
    (_S.SENT, Approved): (_S.APPROVED,),
    (_S.SENT, Declined): (_S.DECLINED,),
    (_S.SENT, NoAnswer): (_S.UNKNOWN,),
    (_S.SENT, Abandoned): (_S.ABANDONED,),  # No connection: provably nothing left.
    (_S.UNKNOWN, Approved): (_S.APPROVED,),
    (_S.UNKNOWN, Declined): (_S.DECLINED,),
    (_S.UNKNOWN, ReversalAsked): (_S.REVERSING,),
    (_S.APPROVED, ReversalAsked): (_S.REVERSING,),
    (_S.OFFLINE_GUARANTEED, AdviceAccepted): (_S.FORWARDED,),
    (_S.OFFLINE_AT_RISK, AdviceAccepted): (_S.FORWARDED,),
    (_S.OFFLINE_GUARANTEED, AdviceDeclined): (_S.FORWARD_DECLINED,),
    (_S.OFFLINE_AT_RISK, AdviceDeclined): (_S.FORWARD_DECLINED,),
    (_S.OFFLINE_GUARANTEED, ReversalAsked): (_S.REVERSING,),
    (_S.OFFLINE_AT_RISK, ReversalAsked): (_S.REVERSING,),
    (_S.FORWARDED, ReversalAsked): (_S.REVERSING,),
    (_S.FORWARD_DECLINED, ReversalAsked): (_S.REVERSING,),  # Its sale was dropped: nobody owes it.
    (_S.REVERSING, AdviceAccepted): (_S.REVERSING,),  # The advice stood before it in the queue.
    (_S.REVERSING, AdviceDeclined): (_S.REVERSING,),
    (_S.REVERSING, ReversalAcknowledged): (_S.REVERSED,),
    (_S.REVERSING, ReversalDeclined): (_S.APPROVED, _S.FORWARDED),
    (_S.APPROVED, RefundAsked): _GIVEN_BACK,
    (_S.OFFLINE_GUARANTEED, RefundAsked): _GIVEN_BACK,
    (_S.OFFLINE_AT_RISK, RefundAsked): _GIVEN_BACK,
    (_S.FORWARDED, RefundAsked): _GIVEN_BACK,
    (_S.PARTLY_REFUNDED, RefundAsked): (_S.PARTLY_REFUNDED, _S.FULLY_REFUNDED),
    # What the customer never paid needs no giving back: the receivable shrinks.
    (_S.FORWARD_DECLINED, RefundAsked): (_S.VOIDED, _S.FORWARD_DECLINED, _S.FULLY_REFUNDED),
    (_S.VOIDED, AdviceAccepted): (_S.VOIDED,),
    (_S.VOIDED, AdviceDeclined): (_S.VOIDED,),
    (_S.PARTLY_REFUNDED, AdviceAccepted): (_S.PARTLY_REFUNDED,),
    (_S.PARTLY_REFUNDED, AdviceDeclined): (_S.FORWARD_DECLINED,),  # For the rest.
    (_S.FULLY_REFUNDED, AdviceAccepted): (_S.FULLY_REFUNDED,),
    (_S.FULLY_REFUNDED, AdviceDeclined): (_S.FULLY_REFUNDED,),
    (_S.FORWARD_DECLINED, ReceivableClosed): (_S.RECEIVABLE_CLOSED,),
    **{
        (state, event): (state,)
        for state in _CLOSED_SALE
        for event in (RefundAcknowledged, RefundDeclined, RefundSettled)
    },
}
"""Each step there is, with the states that it may lead to; `_choose` says which."""

STANDING = (
    _S.APPROVED,
    _S.OFFLINE_GUARANTEED,
    _S.OFFLINE_AT_RISK,
    _S.FORWARDED,
    _S.FORWARD_DECLINED,
)
"""States in which the customer has paid, and nothing was given back."""

OPEN = (_S.INTENT, _S.SENT, _S.UNKNOWN)
"""States that a restarted terminal has to resolve before it sells on."""


class ImpossibleTransition(Exception):
    """An event that can't follow: a fault of the program or of the journal, never of a user."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as far as it is known.

    Attributes:
        refunded: given back so far, by voids and refunds; never more than `amount`.
    """

    id: TransactionId
    sale_id: TransactionId
    amount: Won
    state: PaymentState
    card: CardRead | None = None
    approval: Approval | None = None
    offline: OfflineApproved | None = None
    decline: Decline | None = None
    refunded: Won = ZERO

    @property
    def left(self) -> Won:
        """What could still be given back."""
        return self.amount - self.refunded

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
                entry=self.card.entry,
                wallet=self.card.wallet,
            )
        if self.approval is None:
            return None
        return VoucherTender(
            payment_id=self.id,
            amount=self.amount,
            mode=ApprovalMode.ONLINE,
            masked_pan=self.approval.masked_pan or self.card.masked_pan,
            approval_code=self.approval.approval_code,
            approved_at=self.approval.approved_at,
            rrn=self.approval.rrn,
            purses=self.approval.purses,
            cashback=self.approval.cashback,
            balance=self.approval.balance if self.card.entry is not CardEntry.COUPON else None,
            entry=self.card.entry,
            wallet=self.card.wallet,
            benefits=self.approval.benefits,
        )


def begin(event: Intended) -> Payment:
    """Return the payment that an intent opens."""
    if event.amount <= ZERO:
        raise ValueError("a payment is for at least 1 won")
    return Payment(event.payment_id, event.sale.id, event.amount, PaymentState.INTENT)


def step(payment: Payment, event: PaymentEvent) -> Payment:
    """Return the payment after the event.

    Raises:
        ImpossibleTransition: the table has no such step, the event is another payment's, or more
            would be given back than was paid.
    """
    targets = TRANSITIONS.get((payment.state, type(event)))
    if targets is None or event.payment_id != payment.id:
        raise ImpossibleTransition(f"{type(event).__name__} in state {payment.state}")
    chosen = _choose(payment, event)
    moved = replace(payment, state=targets[0] if chosen is None else chosen)
    if moved.state not in targets:
        raise ImpossibleTransition(f"{type(event).__name__} of {payment.state} to {moved.state}")
    match event:
        case Sent(card=card):
            return replace(moved, card=card)
        case OfflineApproved(card=card):
            return replace(moved, card=card, offline=event)
        case Approved(approval=approval) | AdviceAccepted(approval=approval):
            return replace(moved, approval=approval)
        case Declined(decline=decline) | AdviceDeclined(decline=decline):
            return replace(moved, decline=decline)
        case RefundAsked(amount=amount):
            return replace(moved, refunded=payment.refunded + amount)
        case _:
            return moved


def _choose(payment: Payment, event: PaymentEvent) -> PaymentState | None:
    """Return where a step with more than one end leads, None for any other."""
    match event:
        case OfflineApproved(mode=ApprovalMode.OFFLINE_GUARANTEED):
            return PaymentState.OFFLINE_GUARANTEED
        case OfflineApproved():
            return PaymentState.OFFLINE_AT_RISK
        case ReversalDeclined():
            return PaymentState.APPROVED if payment.offline is None else PaymentState.FORWARDED
        case RefundAsked(amount=amount, void=void):
            if not ZERO < amount <= payment.left or (void and amount != payment.amount):
                raise ImpossibleTransition(f"{amount} won back of {payment.left}")
            if amount == payment.left:
                return PaymentState.VOIDED if void else PaymentState.FULLY_REFUNDED
            declined = payment.state is PaymentState.FORWARD_DECLINED
            return payment.state if declined else PaymentState.PARTLY_REFUNDED
    return None


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
