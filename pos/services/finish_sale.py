"""Closes a paid sale: one durable change with the record, the receipt and the drawer. Never prints itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pos.domain.benefit import Benefit
from pos.domain.business_day import business_day
from pos.domain.card_slip import CardSlip, SlipFor, cards_of
from pos.domain.codec import encode
from pos.domain.events import Event, SaleCompleted, to_record
from pos.domain.payment_events import OfflineApproved
from pos.domain.receipt_body import ReceiptBody
from pos.domain.sale import Sale, SaleRecord, complete
from pos.domain.tender import CashTender, VoucherTender
from pos.ports import Change, Clock, NewPrintJob, PrintKind, PrintSpool, Store, SyncEngine
from pos.services.build_sale import Counter
from pos.services.told import advices_in, benefits_in, fee_in, told_of


class FinishSale:
    """The last step of every payment."""

    def __init__(
        self,
        *,
        counter: Counter,
        store: Store,
        spool: PrintSpool,
        sync: SyncEngine,
        clock: Clock,
        merchant_copy: Callable[[VoucherTender], bool] = lambda _card: False,
        by: Callable[[], str] = lambda: "",
        training: bool = False,
    ) -> None:
        """Take the world.

        Args:
            counter: the open sale.
            store: the journal.
            spool: prints.
            sync: tells the ledger.
            clock: the time.
            merchant_copy: which card payments leave the shop a slip of its own.
            by: names whoever is at the till.
            training: marks each sale as none.
        """
        self._counter = counter
        self._store = store
        self._spool = spool
        self._sync = sync
        self._clock = clock
        self._merchant_copy = merchant_copy
        self._by = by
        self._training = training
        self._listeners: list[Callable[[SaleRecord], None]] = []

    def on_finish(self, listener: Callable[[SaleRecord], None]) -> None:
        """Tell the listener of each sale that is closed."""
        self._listeners.append(listener)

    async def finish(self, sale: Sale, because: tuple[Event, ...] = ()) -> SaleRecord:
        """Write the sale's end together with the events that paid it, and start a new sale.

        Args:
            sale: fully paid.
            because: events not yet written that belong to the same moment (an approval).

        Raises:
            StoreUnavailable: nothing of it stands; the sale stays open.
        """
        now = self._clock.now()
        number = await self._store.next_receipt_number(business_day(now))
        record = complete(sale, receipt_number=number, at=now, by=self._by())
        record = replace(record, training=self._training)
        events = (*because, SaleCompleted(record, now))
        told = await told_of(self._store, record, because)
        await self._store.commit(
            Change(
                records=tuple(to_record(event) for event in events),
                print_jobs=(
                    receipt_job(record, advices_in(told, record), benefits_in(record)),
                    *self._shop_s_slips(record, told),
                ),
                clear_draft=True,
            )
        )
        self._counter.start_new()
        for listener in self._listeners:
            listener(record)
        self._spool.wake()
        self._sync.wake()
        return record

    def _shop_s_slips(self, record: SaleRecord, told: tuple[Event, ...]) -> tuple[NewPrintJob, ...]:
        return tuple(
            slip_job(
                CardSlip(record, card.payment_id, SlipFor.MERCHANT, fee_in(told, card.payment_id))
            )
            for card in cards_of(record)
            if self._merchant_copy(card)
        )


def slip_job(slip: CardSlip, *, reprint: bool = False) -> NewPrintJob:
    """Return the print job for a card slip; its subject tells the two copies of a payment apart."""
    body = encode(slip)
    assert isinstance(body, dict)
    subject = f"{slip.payment_id.hex}:{slip.audience.value}"
    return NewPrintJob(PrintKind.CARD_SLIP, subject, body, reprint=reprint)


def receipt_job(
    record: SaleRecord,
    advices: tuple[OfflineApproved, ...],
    benefits: tuple[Benefit, ...] = (),
    *,
    reprint: bool = False,
) -> NewPrintJob:
    """Return the print job for a sale's receipt; the drawer opens for cash, and not for a reprint."""
    body = encode(ReceiptBody(record, advices, benefits))
    assert isinstance(body, dict)
    cash = any(isinstance(tender, CashTender) for tender in record.tenders)
    return NewPrintJob(
        PrintKind.SALE_RECEIPT,
        record.id.hex,
        body,
        open_drawer=cash and not reprint,
        reprint=reprint,
    )
