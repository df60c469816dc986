"""What the shop offers in the platform's mall: from its own catalogue, with a stock set aside. Never a price of its own."""

from __future__ import annotations

from pos.domain.catalogue import Catalogue
from pos.domain.errors import ProductUnknown, QuantityOutOfRange
from pos.domain.events import from_record, to_record
from pos.domain.mall import STOCK_MAX, MallProduct, MallPublished, offered
from pos.ports import Change, Clock, Store, SyncEngine

WINDOW_MAX = 1_000


class MallWindow:
    """The window as this till has published it; what was sold of it since, the ledger counts."""

    def __init__(
        self, *, store: Store, catalogue: Catalogue, sync: SyncEngine, clock: Clock
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._sync = sync
        self._clock = clock

    async def products(self) -> tuple[MallProduct, ...]:
        """Return what was published, the newest word on each product, by name."""
        found: dict[str, MallProduct] = {}
        for record in await self._store.latest_records(("mall.published",), WINDOW_MAX):
            event = from_record(record)
            assert isinstance(event, MallPublished)
            for each in event.products:
                found.setdefault(each.code, each)
        return tuple(sorted(found.values(), key=lambda each: each.name))

    async def offer(self, code: str, stock: int) -> MallProduct:
        """Offer a product at the catalogue's price, with so many set aside; 0 sells no more of it.

        Raises:
            ProductUnknown: the catalogue has no such code; nothing was published.
            QuantityOutOfRange: nobody has so many.
            StoreUnavailable: nothing was written.
        """
        product = self._catalogue.by_code(code)
        if product is None:
            raise ProductUnknown(product=code[:40])
        if not 0 <= stock <= STOCK_MAX:
            raise QuantityOutOfRange(quantity=stock, limit=STOCK_MAX)
        made = offered(product, stock)
        published = MallPublished((made,), self._clock.now())
        await self._store.commit(Change(records=(to_record(published),)))
        self._sync.wake()
        return made
