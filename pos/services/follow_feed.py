"""Takes in what comes down from the ledger, and keeps the line's state true. Never answers an order."""

from __future__ import annotations

from pos.domain.catalogue import Catalogue
from pos.domain.errors import LedgerError, TerminalNotAccepted
from pos.domain.events import to_record
from pos.domain.order import OrderClosed, OrderEvent, OrderReceived, advance
from pos.ports import Change, Clock, FeedPage, Ledger, Store, SyncEngine
from pos.services.handle_orders import OrderDesk
from pos.services.hotlist import Hotlist
from pos.services.line import Line
from pos.services.news import NewsDesk

BACK_OFF_MS = (500, 1_000, 2_000, 5_000)  # A shop waits for the line; the ledger must not drown.


class FollowFeed:
    """Reads what is new, for ever; a task of the composition root's."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        store: Store,
        orders: OrderDesk,
        hotlist: Hotlist,
        catalogue: Catalogue,
        news: NewsDesk,
        line: Line,
        sync: SyncEngine,
        clock: Clock,
        wait_ms: int,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._orders = orders
        self._hotlist = hotlist
        self._catalogue = catalogue
        self._news = news
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
            except LedgerError as error:
                # An answer, if a bad one: offline payments of a terminal that the ledger does not
                # know could never be forwarded, so the line does not count as down.
                if isinstance(error, TerminalNotAccepted):
                    self._line.refused(error, self._clock.now())
                else:
                    self._line.failed(self._clock.now())
                await self._clock.sleep_ms(BACK_OFF_MS[min(failures, len(BACK_OFF_MS) - 1)])
                failures += 1
                continue
            failures = 0
            self._line.accepted()
            if page.at is not None:
                self._line.heard_clock(page.at, self._clock.now())
            if not self._line.up:
                self._line.answered(self._clock.now())
                self._sync.wake()
            await self._take_in(cursor, page)

    async def _take_in(self, cursor: str, page: FeedPage) -> None:
        if page.cursor == cursor and not page.items:
            return
        events = self._order_events(page)
        stopped = tuple(item.hotlist for item in page.items if item.hotlist is not None)
        records = tuple(to_record(event) for event in events)
        news = self._news.after(page.items)
        changed = tuple(item.catalogue for item in page.items if item.catalogue is not None)
        await self._store.commit(
            Change(
                records=records,
                feed_cursor=page.cursor,
                hotlist=stopped,
                catalogue=changed,
                news=news,
            )
        )
        self._orders.take_in(events)
        self._hotlist.take_in(stopped)
        self._news.take_in(news)
        for each in changed:
            self._catalogue.apply(each)

    def _order_events(self, page: FeedPage) -> list[OrderEvent]:
        """Return what is new on a page: the feed repeats itself, also within one page."""
        now = self._clock.now()
        known = {order.key: order for order in self._orders.recent()}
        events: list[OrderEvent] = []
        for item in page.items:
            if item.order is not None and item.order.key not in known:
                known[item.order.key] = item.order
                events.append(OrderReceived(item.order, now))
            elif item.state is not None and item.order_key in known:
                moved = advance(known[item.order_key], item.state)
                if moved != known[item.order_key]:
                    known[item.order_key] = moved
                    events.append(OrderClosed(item.order_key, item.state, now))
        return events
