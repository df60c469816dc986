"""Erases what is the customers' own of orders, at the set time after their end. Never an open order's.

The journal keeps only its commitment to the words, so it stays whole and verifiable.
"""

from __future__ import annotations

from datetime import timedelta

from pos.domain.events import to_record
from pos.domain.order import ENDED
from pos.domain.order_events import OrderErased
from pos.ports import Change, Clock, Store
from pos.services.handle_orders import OrderDesk
from pos.services.order_book import ORDERS_KEPT

EVERY_MS = 600_000


class EraseOrders:
    """`run` is a task of the composition root's; `erase` does it once."""

    def __init__(self, *, store: Store, orders: OrderDesk, clock: Clock, after: timedelta) -> None:
        self._store = store
        self._orders = orders
        self._clock = clock
        self._after = after

    async def run(self) -> None:
        """Erase what is due, for ever.

        Raises:
            StoreError: the terminal's own record fails; selling stops.
        """
        while True:
            await self.erase()
            await self._clock.sleep_ms(EVERY_MS)

    async def erase(self) -> int:
        """Erase what is due now, free pages and log included; return of how many orders.

        What the desk does not hold any more is due whatever became of it.

        Raises:
            StoreError: nothing was erased, or the log could not be emptied; the next time does it.
        """
        now = self._clock.now()
        due: list[str] = []
        for words in await self._store.personal():
            order = self._orders.find(words.order_key)
            if order is None or order.state not in ENDED:
                if now - words.received_at >= max(ORDERS_KEPT, self._after):
                    due.append(words.order_key)
            elif now - (order.ended_at or words.received_at) >= self._after:
                due.append(words.order_key)
        if due:
            events = [OrderErased(key, now) for key in due]
            change = Change(records=tuple(map(to_record, events)), erased=tuple(due))
            await self._store.commit(change)
            self._orders.take_in(events)
        await self._store.scrub()  # Also what an earlier time could not.
        return len(due)
