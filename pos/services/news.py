"""Keeps the ledger's notices, next keys and rates at hand. Never believes a key that was not checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pos.domain.news import News, NextKey, Notice, merged
from pos.domain.rates import Rates
from pos.ports import FeedItem, Store


class NewsDesk:
    """What came down and holds on, in memory, as it stands in the store."""

    def __init__(self) -> None:
        self._news = News()

    async def load(self, store: Store) -> None:
        """Read what the terminal has been told so far.

        Raises:
            StoreError: it can't be read.
        """
        self._news = await store.news()

    def after(self, items: Sequence[FeedItem]) -> News | None:
        """Return what will hold after a page; None if it changes nothing."""
        news = self._news
        for item in items:
            if item.notice is not None:
                news = news.with_notice(item.notice)
            if item.next_key is not None:
                news = news.with_key(item.next_key)
            if item.rates:
                news = news.with_rates(item.rates)
        return None if news == self._news else news

    def take_in(self, news: News | None) -> None:
        """Take in what is durable already."""
        if news is not None:
            self._news = news

    @property
    def keys(self) -> tuple[NextKey, ...]:
        """The keys of the ledger's that were announced, oldest first."""
        return self._news.keys

    def notice(self, now: datetime) -> Notice | None:
        """Return the notice that is to be shown now."""
        return self._news.notice(now)

    def over(self, rates: tuple[Rates, ...]) -> tuple[Rates, ...]:
        """Return the shop's rates with the ledger's over them."""
        return merged(rates, self._news.rates)
