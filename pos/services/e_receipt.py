"""A receipt as a link for the customer's phone. Never prints; never keeps a page itself."""

from __future__ import annotations

from pos.domain.events import sale_in
from pos.domain.sale import SaleRecord
from pos.ports import ReceiptLinks, Store
from pos.services.finish_sale import receipt_job
from pos.services.told import advices_in, benefits_in, told_of


class EReceipt:
    """What a customer's display asks for the code that it shows."""

    def __init__(self, *, store: Store, links: ReceiptLinks) -> None:
        self._store = store
        self._links = links

    async def last_link(self) -> str:
        """Return the link to the last sale's receipt; empty if there is no sale yet."""
        record = await self._store.last_record("sale.completed")
        return "" if record is None else await self.link(sale_in(record))

    async def link(self, sale: SaleRecord) -> str:
        """Return a link to a sale's receipt; each one is new."""
        told = await told_of(self._store, sale)
        job = receipt_job(sale, advices_in(told, sale), benefits_in(sale))
        return self._links.put(job.kind, job.body)
