"""Voids and refunds of finished sales, with or without the line. Never more than was paid; never twice.

Written down at once and told to the ledger as an advice: by the payment's id it finds the card, so
the customer need not tap again, and a crash or an outage in between changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pos.domain.business_day import business_day
from pos.domain.cash_receipt_life import CashReceiptStanding, stand
from pos.domain.codec import encode
from pos.domain.errors import RefundByHand, SaleNotFound
from pos.domain.events import Event, SaleRefunded, from_record, sale_in, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment import Payment, PaymentState, fold
from pos.domain.payment_events import (
    PaymentEvent,
    RefundAcknowledged,
    RefundAsked,
    RefundDeclined,
)
from pos.domain.record import Record
from pos.domain.refund import (
    CardReturn,
    CashReturn,
    RefundKind,
    RefundRecord,
    left_to_refund,
    plan_refund,
)
from pos.domain.sale import SaleRecord
from pos.domain.sale_search import SaleWanted, matches
from pos.domain.won import Won
from pos.ports import Change, Clock, NewPrintJob, PrintKind, PrintSpool, Store, SyncEngine
from pos.services.cash_receipts import change_of, taken_back_by
from pos.services.ids import IdSource

PAGE = 200  # Sales read at a time, so that the screens breathe between.
SEARCHED_MAX = 10_000  # A month of a busy shop.


@dataclass(frozen=True, slots=True)
class SaleStanding:
    """A finished sale and what became of it.

    Attributes:
        refunds: what was given back already.
        payments: its card payments by id, as far as the journal knows.
        answers: what the ledger said to each card's part, by the part's id; none where it has not.
        cash_receipts: in the order they were asked for.
    """

    sale: SaleRecord
    refunds: tuple[RefundRecord, ...]
    payments: Mapping[TransactionId, Payment]
    answers: Mapping[TransactionId, RefundAcknowledged | RefundDeclined]
    cash_receipts: tuple[CashReceiptStanding, ...] = ()

    @property
    def left(self) -> dict[int, int]:
        """How many of each line, by its number, could still be given back."""
        return left_to_refund(self.sale, self.refunds)

    @property
    def refunded(self) -> Won:
        """What was given back already."""
        return Won.total(each.total for each in self.refunds)


class RefundSale:
    """The void and refund keys."""

    def __init__(
        self, *, store: Store, spool: PrintSpool, sync: SyncEngine, ids: IdSource, clock: Clock
    ) -> None:
        self._store = store
        self._spool = spool
        self._sync = sync
        self._ids = ids
        self._clock = clock
        self._turn = asyncio.Lock()

    async def find(self, receipt_number: str) -> SaleStanding:
        """Return a sale by the number on its receipt.

        Raises:
            SaleNotFound: this terminal has none.
            StoreError: the journal can't be read.
        """
        record = await self._store.find_sale(receipt_number)
        if record is None:
            raise SaleNotFound(number=receipt_number[:40])
        return await self._standing(record)

    async def recent(self, limit: int) -> tuple[SaleStanding, ...]:
        """Return the newest finished sales, newest first, with what became of them.

        Raises:
            StoreError: the journal can't be read.
        """
        records = await self._store.latest_records(("sale.completed",), limit)
        return tuple([await self._standing(record) for record in records])

    async def search(self, wanted: SaleWanted, limit: int) -> tuple[SaleStanding, ...]:
        """Return the newest finished sales that may be the one, newest first.

        Raises:
            StoreError: the journal can't be read.
        """
        found: list[Record] = []
        before, looked_at = None, 0
        while len(found) < limit and looked_at < SEARCHED_MAX:
            page = await self._store.latest_records(
                ("sale.completed",), PAGE, before=before, holding=wanted.fragment
            )
            if not page:
                break
            found += [each for each in page if matches(sale_in(each), wanted)]
            before, looked_at = page[-1].sequence, looked_at + len(page)
        return tuple([await self._standing(record) for record in found[:limit]])

    def preview(
        self, standing: SaleStanding, wanted: Mapping[int, int] | None = None
    ) -> RefundRecord:
        """Return what `refund` would give back now. Writes nothing; its ids and number are nobody's.

        Raises:
            RefundError: it can't be given back.
        """
        nobody = standing.sale.id
        record = plan_refund(
            standing.sale,
            standing.refunds,
            wanted,
            refund_id=nobody,
            next_id=lambda: nobody,
            receipt_number="",
            at=self._clock.now(),
        )
        _check_payments(standing, record)
        return record

    async def refund(
        self, receipt_number: str, wanted: Mapping[int, int] | None = None, *, by: str = ""
    ) -> RefundRecord:
        """Give a sale back: all that is left of it, or quantities by line number.

        Raises:
            RefundError: nothing was given back.
            StoreUnavailable: nothing was written, and nothing given back.
        """
        async with self._turn:  # A second press finds what the first one gave back.
            standing = await self.find(receipt_number)
            now = self._clock.now()
            number = await self._store.next_receipt_number(business_day(now))
            record = plan_refund(
                standing.sale,
                standing.refunds,
                wanted,
                refund_id=self._ids.next(),
                next_id=self._ids.next,
                receipt_number=number,
                at=now,
                by=by,
            )
            _check_payments(standing, record)
            await self._write(record, standing)
        self._spool.wake()
        self._sync.wake()
        return record

    async def _write(self, record: RefundRecord, standing: SaleStanding) -> None:
        events: list[Event] = [
            RefundAsked(
                refund_id=each.refund_id,
                payment_id=each.payment_id,
                sale_id=record.sale_id,
                amount=each.amount,
                void=record.kind is RefundKind.VOID,
                at=record.refunded_at,
            )
            for each in record.returns
            if isinstance(each, CardReturn)
        ]
        events.append(SaleRefunded(record, record.refunded_at))
        body = encode(record)
        assert isinstance(body, dict)
        cash = any(isinstance(each, CashReturn) for each in record.returns)
        slip = NewPrintJob(PrintKind.REFUND_SLIP, record.id.hex, body, open_drawer=cash)
        change = Change(records=tuple(map(to_record, events)), print_jobs=(slip,))
        taken = taken_back_by(record, standing.sale, standing.cash_receipts)
        if taken is not None:
            also = change_of(taken)
            change = replace(
                also,
                records=(*change.records, *also.records),
                print_jobs=(slip, *also.print_jobs),
            )
        await self._store.commit(change)

    async def _standing(self, record: Record) -> SaleStanding:
        sale = sale_in(record)
        events = [from_record(each) for each in await self._store.sale_records(sale.id)]
        return SaleStanding(
            sale,
            tuple(event.refund for event in events if isinstance(event, SaleRefunded)),
            fold([event for event in events if isinstance(event, PaymentEvent)]),
            {e.refund_id: e for e in events if isinstance(e, RefundAcknowledged | RefundDeclined)},
            stand(events),
        )


def _check_payments(standing: SaleStanding, record: RefundRecord) -> None:
    """Refuse what no rule can settle: a declined payment that a person closed already."""
    for each in record.returns:
        if isinstance(each, CardReturn):
            payment = standing.payments.get(each.payment_id)
            if payment is None or payment.state is PaymentState.RECEIVABLE_CLOSED:
                raise RefundByHand(number=standing.sale.receipt_number)
