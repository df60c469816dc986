"""Prints a document once more, or a test page. Never changes a sale."""

from __future__ import annotations

from pos.domain.card_slip import CardSlip, SlipFor, cards_of
from pos.domain.codec import Json, encode
from pos.domain.events import sale_in
from pos.domain.report import DaySummary
from pos.domain.sale import SaleRecord
from pos.domain.shop_code import ShopCode
from pos.ports import Change, NewPrintJob, PrintKind, PrintSpool, Store
from pos.services.finish_sale import receipt_job, slip_job
from pos.services.told import advices_in, benefits_in, fee_in, told_of


class Reprint:
    """The reprint key and the technician's test print."""

    def __init__(self, *, store: Store, spool: PrintSpool) -> None:
        self._store = store
        self._spool = spool

    async def last_sale(self) -> SaleRecord | None:
        """Return the newest finished sale, or None."""
        record = await self._store.last_record("sale.completed")
        return None if record is None else sale_in(record)

    async def last_receipt(self) -> SaleRecord | None:
        """Queue a marked copy of the last receipt; None if there is no sale yet."""
        sale = await self.last_sale()
        if sale is not None:
            await self.receipt(sale)
        return sale

    async def receipt(self, sale: SaleRecord) -> None:
        """Queue a marked copy of a sale's receipt."""
        told = await told_of(self._store, sale)
        job = receipt_job(sale, advices_in(told, sale), benefits_in(sale), reprint=True)
        await self._queue(job)

    async def gift_receipt(self, sale: SaleRecord) -> None:
        """Queue a receipt of a sale without prices, for a present; a second one is a marked copy."""
        job = receipt_job(sale, ())
        await self._queue(NewPrintJob(PrintKind.GIFT_RECEIPT, job.subject, job.body))

    async def card_slips(self, sale: SaleRecord, audience: SlipFor) -> int:
        """Queue marked copies of a sale's card slips; return how many there are."""
        told, shop = await told_of(self._store, sale), audience is SlipFor.MERCHANT
        slips = [
            CardSlip(
                sale, card.payment_id, audience, fee_in(told, card.payment_id) if shop else None
            )
            for card in cards_of(sale)
        ]
        for slip in slips:
            await self._queue(slip_job(slip, reprint=True))
        return len(slips)

    async def test_page(self) -> None:
        """Queue the printer's test page, which opens the drawer too."""
        await self._queue(NewPrintJob(PrintKind.TEST_PAGE, "test", {}, open_drawer=True))

    async def shop_code(self, code: ShopCode) -> None:
        """Queue the shop's payment code on paper."""
        body: dict[str, Json] = {"code": code.text}
        await self._queue(NewPrintJob(PrintKind.PAY_CODE, code.payment_id.hex, body))

    async def day_report(self, summary: DaySummary) -> None:
        """Queue the day's figures."""
        body = encode(summary)
        assert isinstance(body, dict)
        await self._queue(NewPrintJob(PrintKind.DAY_REPORT, summary.day.isoformat(), body))

    async def _queue(self, job: NewPrintJob) -> None:
        await self._store.commit(Change(print_jobs=(job,)))
        self._spool.wake()
