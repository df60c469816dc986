"""What the ledger left open and a person has to close: declined advices, declined refunds. Never closes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pos.domain.errors import IeumError
from pos.domain.events import Event, ReceiptNotPosted, ReceiptSettled, from_record, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment import Payment, PaymentState, fold
from pos.domain.payment_answers import DeclineReason, ReceivableEnd
from pos.domain.payment_events import (
    AdviceDeclined,
    PaymentEvent,
    ReceivableClosed,
    RefundDeclined,
    RefundSettled,
)
from pos.domain.won import Won
from pos.ports import Change, Clock, Store

KINDS = ("payment.advice_declined", "payment.refund_declined", "receipt.not_posted")
LISTED_MAX = 200  # Newest first; a shop with more has another problem.


class ReceivableGone(IeumError):
    """It was closed already, or shrank to nothing by a refund."""

    code = "R05"
    ko = "이미 정리된 항목입니다. 바뀐 것은 없습니다. 목록을 다시 여세요."
    en = "This was closed already. Nothing changed. Open the list again."


class Owed(StrEnum):
    """Who owes whom."""

    BY_CUSTOMER = "by_customer"  # The goods are gone, and the ledger would not pay.
    TO_CUSTOMER = "to_customer"  # The slip says refunded, and the ledger would not.


@dataclass(frozen=True, slots=True)
class Receivable:
    """One thing to close.

    Attributes:
        subject: the payment's id, the refund's, or the sale's that a scanned paper is of.
        payment_id: None for a scanned paper.
        reason: what the ledger said.
        since: when it said so.
        masked_pan: whose card it is about; empty for a scanned paper.
        receipt_number: the paper's, if one was scanned.
    """

    owed: Owed
    subject: TransactionId
    payment_id: TransactionId | None
    sale_id: TransactionId
    amount: Won
    reason: DeclineReason
    since: datetime
    masked_pan: str
    receipt_number: str = ""


class Receivables:
    """Read from the journal each time; there is no other list that could disagree."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def open_ones(self) -> tuple[Receivable, ...]:
        """Return what is to be closed, newest first.

        Raises:
            StoreError: the journal can't be read.
        """
        found: list[Receivable] = []
        for record in await self._store.latest_records(KINDS, LISTED_MAX):
            declined = from_record(record)
            assert isinstance(declined, AdviceDeclined | RefundDeclined | ReceiptNotPosted)
            found += await self._still_open(declined)
        return tuple(found)

    async def close(self, item: Receivable, how: ReceivableEnd, *, note: str, by: str) -> None:
        """Close one, saying how and who; it stays in the journal for ever.

        Raises:
            ReceivableGone: it is not open any more.
            StoreUnavailable: nothing was written; it stays open.
        """
        if item.subject not in {each.subject for each in await self.open_ones()}:
            raise ReceivableGone()
        event: Event
        where = (item.sale_id, item.amount, how, note, by, self._clock.now())
        if item.payment_id is None:
            event = ReceiptSettled(*where)
        elif item.owed is Owed.BY_CUSTOMER:
            event = ReceivableClosed(item.payment_id, *where)
        else:
            event = RefundSettled(item.subject, item.payment_id, *where)
        await self._store.commit(Change(records=(to_record(event),)))

    async def _still_open(
        self, declined: AdviceDeclined | RefundDeclined | ReceiptNotPosted
    ) -> list[Receivable]:
        all_events = [from_record(e) for e in await self._store.sale_records(declined.sale_id)]
        if isinstance(declined, ReceiptNotPosted):
            settled = any(isinstance(each, ReceiptSettled) for each in all_events)
            return [] if settled else [_of_a_paper(declined)]
        events = [each for each in all_events if isinstance(each, PaymentEvent)]
        payment = fold(events)[declined.payment_id]
        if isinstance(declined, AdviceDeclined):
            return _by_customer(declined, payment)
        return _to_customer(declined, payment, events)


def _of_a_paper(declined: ReceiptNotPosted) -> Receivable:
    return Receivable(
        Owed.BY_CUSTOMER,
        declined.sale_id,
        None,
        declined.sale_id,
        declined.amount,
        declined.decline.reason,
        declined.at,
        "",
        declined.receipt_number,
    )


def _by_customer(declined: AdviceDeclined, payment: Payment) -> list[Receivable]:
    if payment.state is not PaymentState.FORWARD_DECLINED:
        return []
    return [
        Receivable(
            Owed.BY_CUSTOMER,
            payment.id,
            payment.id,
            payment.sale_id,
            payment.left,
            declined.decline.reason,
            declined.at,
            "" if payment.card is None else payment.card.masked_pan,
        )
    ]


def _to_customer(
    declined: RefundDeclined, payment: Payment, events: Sequence[PaymentEvent]
) -> list[Receivable]:
    settled = {event.refund_id for event in events if isinstance(event, RefundSettled)}
    if declined.refund_id in settled:
        return []
    return [
        Receivable(
            Owed.TO_CUSTOMER,
            declined.refund_id,
            payment.id,
            payment.sale_id,
            declined.amount,
            declined.decline.reason,
            declined.at,
            "" if payment.card is None else payment.card.masked_pan,
        )
    ]
