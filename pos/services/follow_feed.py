"""Takes in what comes down from the ledger, and keeps the line's state true. Never answers an order."""

from __future__ import annotations

from pos.domain.errors import LedgerError
from pos.domain.events import Event, from_record, to_record
from pos.domain.order import OrderClosed, OrderReceived
from pos.ports import Change, Clock, FeedItem, FeedPage, Ledger, Store, SyncEngine
from pos.services.handle_orders import OrderDesk
from pos.services.line import Line

BACK_OFF_MS = (500, 1_000, 2_000, 5_000)  # A shop waits for the line; the ledger must not drown.


class FollowFeed:
    """A long poll that never ends; a task of the composition root's."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        store: Store,
        orders: OrderDesk,
        line: Line,
        sync: SyncEngine,
        clock: Clock,
        wait_ms: int,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._orders = orders
        self._line = line
        self._sync = sync
        self._clock = clock
        self._wait_ms = wait_ms

    async def run(self) -> None:
        """Follow for ever; failures turn the line down and are retried.

        Raises:
            StoreUnavailable: the terminal's own record fails; selling stops.
        """
        failures = 0
        while True:
            cursor = await self._store.feed_cursor()
            # Down, an empty wait would only delay the good news.
            wait_ms = self._wait_ms if self._line.up else 0
            try:
                page = await self._ledger.feed(cursor, wait_ms=wait_ms)
            except LedgerError:
                self._line.failed(self._clock.now())
                await self._clock.sleep_ms(BACK_OFF_MS[min(failures, len(BACK_OFF_MS) - 1)])
                failures += 1
                continue
            failures = 0
            if not self._line.up:
                self._line.answered(self._clock.now())
                self._sync.wake()
            await self._take_in(cursor, page)

    async def _take_in(self, cursor: str, page: FeedPage) -> None:
        if page.cursor == cursor and not page.items:
            return
        events = [event for item in page.items if (event := self._event(item)) is not None]
        records = await self._store.commit(
            Change(records=tuple(to_record(event) for event in events), feed_cursor=page.cursor)
        )
        self._orders.take_in([from_record(record) for record in records])

    def _event(self, item: FeedItem) -> Event | None:
        now = self._clock.now()
        if item.order is not None and not self._orders.knows(item.order.key):
            return OrderReceived(item.order, now)
        if item.state is not None and self._orders.would_move(item.order_key, item.state):
            return OrderClosed(item.order_key, item.state, now)
        return None  # It came before: the feed may repeat itself.
