"""Takes in what comes down from the ledger, and keeps the line's state true. Never answers an order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from pos.domain.catalogue import Catalogue
from pos.domain.errors import LedgerError, TerminalNotAccepted
from pos.domain.events import to_record
from pos.domain.order import ENDED, ENDED_WITHOUT_FOOD, Order, OrderState
from pos.domain.order_events import (
    OrderClosed,
    OrderDoorTaken,
    OrderEvent,
    OrderReceived,
    OrderRefunded,
    without_personal,
)
from pos.domain.order_personal import Personal, personal_of
from pos.ports import (
    Change,
    Clock,
    FeedItem,
    FeedPage,
    Ledger,
    NewPrintJob,
    PrintSpool,
    Store,
    SyncEngine,
)
from pos.services.handle_orders import OrderDesk
from pos.services.hotlist import Hotlist
from pos.services.line import Line
from pos.services.news import NewsDesk
from pos.services.order_papers import stop_ticket

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
        spool: PrintSpool,
        clock: Clock,
        salt: Callable[[], str],
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
        self._spool = spool
        self._clock = clock
        self._salt = salt
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
        events, stops = self._order_events(page)
        personal = tuple(
            personal_of(event.order, self._salt(), event.at)
            for event in events
            if isinstance(event, OrderReceived)
        )
        stopped = tuple(item.hotlist for item in page.items if item.hotlist is not None)
        news = self._news.after(page.items)
        changed = tuple(item.catalogue for item in page.items if item.catalogue is not None)
        await self._store.commit(
            Change(
                records=tuple(map(to_record, _without_words(events, personal))),
                print_jobs=stops,
                feed_cursor=page.cursor,
                hotlist=stopped,
                catalogue=changed,
                news=news,
                personal=personal,
            )
        )
        self._orders.take_in(events)
        if stops:
            self._spool.wake()
        self._hotlist.take_in(stopped)
        self._news.take_in(news)
        for each in changed:
            self._catalogue.apply(each)

    def _order_events(self, page: FeedPage) -> tuple[list[OrderEvent], tuple[NewPrintJob, ...]]:
        """Return what is new on a page, and what the kitchen has to hear.

        The feed repeats itself, also within one page, and tells of this till's own steps.
        """
        now = self._clock.now()
        trial = self._orders.trial()
        events: list[OrderEvent] = []
        stops: list[NewPrintJob] = []
        for item in page.items:
            event = _event_of(item, now)
            if event is None:
                continue
            key = item.order_key
            before = trial.by_key.get(key)
            if not trial.apply(event):
                continue
            events.append(event)
            after = trial.by_key.get(key)
            if before is not None and after is not None and _stops(before, after):
                stops.append(stop_ticket(before))
        return events, tuple(stops)


def _event_of(item: FeedItem, now: datetime) -> OrderEvent | None:
    if item.order is not None:
        return OrderReceived(replace(item.order, too_late=now > item.order.accept_by), now)
    if item.door is not None:
        return OrderDoorTaken(item.order_key, item.door, now)
    if item.state is not None:
        return OrderClosed(item.order_key, item.state, now)
    if item.amount is not None and item.commission_back is not None:
        return OrderRefunded(item.reference, item.order_key, item.amount, item.commission_back, now)
    return None


def _stops(before: Order, after: Order) -> bool:
    """Tell whether an order has ended that somebody may be cooking."""
    cooking = before.state not in (OrderState.NEW, *ENDED)
    return cooking and after.state in ENDED_WITHOUT_FOOD


def _without_words(events: list[OrderEvent], personal: tuple[Personal, ...]) -> list[OrderEvent]:
    """Return the events as the journal may hold them for ever."""
    commitments = {each.order_key: each.commitment for each in personal}
    return [
        OrderReceived(without_personal(event.order), event.at, commitments[event.order.key])
        if isinstance(event, OrderReceived)
        else event
        for event in events
    ]
