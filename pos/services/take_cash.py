"""Takes cash for what is due. Never knows a drawer: the receipt's job opens it."""

from __future__ import annotations

from pos.domain.sale import SaleRecord
from pos.domain.tender import take_cash
from pos.domain.won import Won
from pos.services.build_sale import Counter
from pos.services.finish_sale import FinishSale


class TakeCash:
    """The cash key."""

    def __init__(self, *, counter: Counter, finish: FinishSale) -> None:
        self._counter = counter
        self._finish = finish

    async def pay(self, received: Won | None = None) -> SaleRecord:
        """Close the sale with cash; None is the exact amount.

        Raises:
            SaleError: nothing is due, too little was handed over, or a payment is under way.
            StoreUnavailable: nothing was written; the sale stays open.
        """
        with self._counter.payment() as sale:
            tender = take_cash(sale.due, sale.due if received is None else received)
            return await self._finish.finish(sale.with_tender(tender))
