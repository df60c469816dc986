"""Closes a paid sale: one durable change with the record, the receipt and the drawer. Never prints itself."""

from __future__ import annotations

from pos.domain.business_day import business_day
from pos.domain.codec import encode
from pos.domain.events import Event, SaleCompleted, to_record
from pos.domain.sale import Sale, SaleRecord, complete
from pos.domain.tender import CashTender
from pos.ports import Change, Clock, NewPrintJob, PrintKind, PrintSpool, Store, SyncEngine
from pos.services.build_sale import Counter


class FinishSale:
    """The last step of every payment."""

    def __init__(
        self, *, counter: Counter, store: Store, spool: PrintSpool, sync: SyncEngine, clock: Clock
    ) -> None:
        self._counter = counter
        self._store = store
        self._spool = spool
        self._sync = sync
        self._clock = clock

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
        record = complete(sale, receipt_number=number, at=now)
        events = (*because, SaleCompleted(record, now))
        await self._store.commit(
            Change(
                records=tuple(to_record(event) for event in events),
                print_jobs=(receipt_job(record),),
                clear_draft=True,
            )
        )
        self._counter.start_new()
        self._spool.wake()
        self._sync.wake()
        return record


def receipt_job(record: SaleRecord, *, reprint: bool = False) -> NewPrintJob:
    """Return the print job for a sale's receipt; the drawer opens for cash, and not for a reprint."""
    body = encode(record)
    assert isinstance(body, dict)
    cash = any(isinstance(tender, CashTender) for tender in record.tenders)
    return NewPrintJob(
        PrintKind.SALE_RECEIPT,
        record.id.hex,
        body,
        open_drawer=cash and not reprint,
        reprint=reprint,
    )
