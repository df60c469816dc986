"""The sales that were set aside, oldest first. Never pays one; a held sale has no payment on it."""

from __future__ import annotations

from pos.domain.events import SaleHeld, SaleRecalled, from_record
from pos.domain.sale import Sale
from pos.domain.sale_errors import (
    SaleNotHeld,
)
from pos.ports import Store
from pos.services.build_sale import Counter

KINDS = ("sale.held", "sale.recalled")
LOOKED_AT = 400  # Records; a sale set aside so long ago is nobody's.


class HeldSales:
    """Holding and recalling, over the journal."""

    def __init__(self, *, counter: Counter, store: Store) -> None:
        self._counter = counter
        self._store = store

    async def waiting(self) -> list[SaleHeld]:
        """Return what is set aside, the oldest first."""
        held: dict[str, SaleHeld] = {}
        for record in reversed(await self._store.latest_records(KINDS, LOOKED_AT)):
            match from_record(record):
                case SaleHeld(sale=sale) as event:
                    held[sale.id.hex] = event
                case SaleRecalled(sale_id=sale_id):
                    held.pop(sale_id.hex, None)
        return list(held.values())

    async def hold(self) -> Sale:
        """Set the open sale aside; errors as `Counter.hold`."""
        return await self._counter.hold()

    async def recall(self, held: SaleHeld) -> Sale:
        """Take one back to the counter.

        Raises:
            SaleNotHeld: it was taken back before.
            SaleOpen, PaymentPending, StoreUnavailable: as `Counter.recall`.
        """
        if all(each.sale.id != held.sale.id for each in await self.waiting()):
            raise SaleNotHeld()
        await self._counter.recall(held.sale)
        return held.sale
