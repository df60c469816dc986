"""The kinds of record the journal keeps, and their events. Never drops a kind: old journals stay readable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pos.domain import cash_receipt_events as cash_receipts
from pos.domain import order_events as orders
from pos.domain import payment_events as payments
from pos.domain import people, shift
from pos.domain import rider as riders
from pos.domain.availability import AvailabilitySet
from pos.domain.card import CardUpdate
from pos.domain.codec import CodecError, Json, decode, encode
from pos.domain.identifiers import TransactionId
from pos.domain.mall import MallPublished
from pos.domain.payment_answers import Decline, ReceivableEnd
from pos.domain.record import NewRecord, Record
from pos.domain.refund import RefundRecord
from pos.domain.sale import Sale, SaleRecord
from pos.domain.taxi import TaxiAsked, TaxiCancelAsked, TaxiEvent, TaxiMoved
from pos.domain.won import Won


@dataclass(frozen=True, slots=True)
class SaleCompleted:
    """A sale is finished and paid; forwarded, so that the ledger's day equals the terminal's."""

    sale: SaleRecord
    at: datetime


@dataclass(frozen=True, slots=True)
class SaleDropped:
    """An open sale was given up after a payment had been tried; whatever stood is being reversed."""

    sale_id: TransactionId
    at: datetime


@dataclass(frozen=True, slots=True)
class SaleHeld:
    """An open sale was set aside for another customer; nothing is paid on it."""

    sale: Sale
    at: datetime


@dataclass(frozen=True, slots=True)
class SaleRecalled:
    """A sale that was set aside is the open one again."""

    sale_id: TransactionId
    at: datetime


@dataclass(frozen=True, slots=True)
class SaleRefunded:
    """A void or refund of a finished sale, as a whole; forwarded, like the sale itself.

    What goes back to each card stands in a `RefundAsked` of its own beside it.
    """

    refund: RefundRecord
    at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptReingested:
    """A paper of a lost terminal was scanned here; forwarded, so that the ledger takes its sale in.

    Attributes:
        sale_id: the lost terminal's.
        code: the signed text of its QR code, whole.
    """

    sale_id: TransactionId
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptNotPosted:
    """The ledger took a sale in, but not all of its card payments stand there.

    It declined offline approvals of a lost terminal's paper; or a copy that was put back tells of a
    sale whose payment had been reversed since.

    Attributes:
        amount: of the payments that do not stand, together.
    """

    sale_id: TransactionId
    receipt_number: str
    amount: Won
    decline: Decline
    at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptSettled:
    """A person closed what a sale or a lost terminal's paper had left open."""

    sale_id: TransactionId
    amount: Won
    how: ReceivableEnd
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CardNotTold:
    """The ledger's answer did not wholly reach the card, or the card would not take it.

    The payment stands all the same. What was set aside for the card comes back, or reaches it, with
    its next online payment: the card then says itself what it holds.

    Attributes:
        update: how far it came.
    """

    payment_id: TransactionId
    sale_id: TransactionId
    update: CardUpdate
    at: datetime


@dataclass(frozen=True, slots=True)
class DrawerOpened:
    """The drawer was opened without a sale.

    Attributes:
        allowed_by: who allowed it, where `by` may not alone.
    """

    why: str
    at: datetime
    by: str = ""
    allowed_by: str = ""


Event = (
    payments.PaymentEvent
    | orders.OrderEvent
    | MallPublished
    | TaxiEvent
    | SaleCompleted
    | payments.ExternalNoted
    | SaleDropped
    | SaleHeld
    | SaleRecalled
    | SaleRefunded
    | ReceiptReingested
    | ReceiptNotPosted
    | ReceiptSettled
    | CardNotTold
    | cash_receipts.CashReceiptEvent
    | DrawerOpened
    | people.PersonEvent
    | shift.ShiftEvent
)

KINDS: dict[str, type] = {
    "payment.intended": payments.Intended,
    "payment.sent": payments.Sent,
    "payment.approved": payments.Approved,
    "payment.declined": payments.Declined,
    "payment.no_answer": payments.NoAnswer,
    "payment.reversal_asked": payments.ReversalAsked,
    "payment.reversal_acknowledged": payments.ReversalAcknowledged,
    "payment.offline_approved": payments.OfflineApproved,
    "payment.advice_accepted": payments.AdviceAccepted,
    "payment.advice_declined": payments.AdviceDeclined,
    "payment.abandoned": payments.Abandoned,
    "payment.reversal_declined": payments.ReversalDeclined,
    "payment.refund_asked": payments.RefundAsked,
    "payment.refund_acknowledged": payments.RefundAcknowledged,
    "payment.refund_declined": payments.RefundDeclined,
    "payment.refund_settled": payments.RefundSettled,
    "payment.receivable_closed": payments.ReceivableClosed,
    "payment.external_noted": payments.ExternalNoted,
    "sale.completed": SaleCompleted,
    "sale.dropped": SaleDropped,
    "sale.held": SaleHeld,
    "sale.recalled": SaleRecalled,
    "sale.refunded": SaleRefunded,
    "receipt.reingested": ReceiptReingested,
    "receipt.not_posted": ReceiptNotPosted,
    "receipt.settled": ReceiptSettled,
    "order.received": orders.OrderReceived,
    "order.accepted": orders.OrderAccepted,
    "order.rejected": orders.OrderRejected,
    "order.posted": orders.OrderPosted,
    "order.not_posted": orders.OrderNotPosted,
    "order.closed": orders.OrderClosed,
    "card.not_told": CardNotTold,
    "cash_receipt.asked": cash_receipts.CashReceiptAsked,
    "cash_receipt.issued": cash_receipts.CashReceiptIssued,
    "cash_receipt.refused": cash_receipts.CashReceiptRefused,
    "order.moved": orders.OrderMoved,
    "order.refund_asked": orders.OrderRefundAsked,
    "order.refunded": orders.OrderRefunded,
    "order.refund_declined": orders.OrderRefundDeclined,
    "order.left_unpaid": orders.OrderLeftUnpaid,
    "order.door_asked": orders.OrderDoorAsked,
    "order.door_taken": orders.OrderDoorTaken,
    "order.erased": orders.OrderErased,
    "shop.availability": AvailabilitySet,
    "mall.published": MallPublished,
    "rider.asked": riders.RiderAsked,
    "rider.cancel_asked": riders.RiderCancelAsked,
    "rider.moved": riders.RiderMoved,
    "taxi.asked": TaxiAsked,
    "taxi.cancel_asked": TaxiCancelAsked,
    "taxi.moved": TaxiMoved,
    "drawer.opened": DrawerOpened,
    "person.changed": people.PersonChanged,
    "person.signed_in": people.SignedIn,
    "person.pin_failed": people.PinFailed,
    "permission.allowed": people.PermissionAllowed,
    "shift.counting_began": shift.CountingBegan,
    "shift.opened": shift.ShiftOpened,
    "shift.cash_moved": shift.CashMoved,
    "shift.counted": shift.CashCounted,
    "shift.closed": shift.ShiftClosed,
    "shift.close_undone": shift.CloseUndone,
    "training.began": people.TrainingBegan,
    "training.ended": people.TrainingEnded,
}
_KIND_OF = {event: kind for kind, event in KINDS.items()}

FORWARDED: tuple[type, ...] = (
    *payments.FORWARDED_EVENTS,
    SaleCompleted,
    SaleRefunded,
    ReceiptReingested,
    orders.OrderAccepted,
    orders.OrderRejected,
    orders.OrderMoved,
    orders.OrderRefundAsked,
    orders.OrderDoorAsked,
    AvailabilitySet,
    MallPublished,
)
"""Events the ledger is told of, in order; all else it knows already or need not."""


def to_record(event: Event) -> NewRecord:
    """Return what the journal writes for an event."""
    body = encode(event)
    assert isinstance(body, dict)
    return NewRecord(_KIND_OF[type(event)], body, event.at, forward=isinstance(event, FORWARDED))


def from_record(record: Record) -> Event:
    """Read an event back.

    Raises:
        CodecError: the kind is unknown or the body is not of its shape.
    """
    return read_event(record.kind, dict(record.body))


def read_event(kind: str, body: dict[str, Json]) -> Event:
    """Read an event from its kind and body.

    Raises:
        CodecError: as `from_record`.
    """
    if kind not in KINDS:
        raise CodecError(f"unknown kind {kind!r}")
    event: Event = decode(KINDS[kind], body)
    return event


def sale_in(record: Record) -> SaleRecord:
    """Return the finished sale that a `sale.completed` record holds.

    Raises:
        CodecError: as `from_record`.
    """
    return decode(SaleCompleted, dict(record.body)).sale


def payment_of(event: Event) -> TransactionId | None:
    """Return the payment an event belongs to, if any."""
    return event.payment_id if isinstance(event, payments.PaymentEvent) else None


def sale_of(event: Event) -> TransactionId | None:
    """Return the sale an event belongs to, if any."""
    match event:
        case payments.Intended(sale=sale) | SaleCompleted(sale=sale):
            return sale.id
        case SaleRefunded(refund=refund):
            return refund.sale_id
    return getattr(event, "sale_id", None)
