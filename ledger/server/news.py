"""Wakes feed readers for what another server on the same database has appended. Never reads an item."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from ledger.server import orders
from ledger.server.database import LedgerUnavailable, Tx

EVERY_S = (
    1.0  # A shop hears of an order that late at the most; its own server's it hears of at once.
)


async def watch(reader: Tx, wake: Callable[[], None]) -> None:
    """Look for ever whether the feed has grown; a task of the server's."""
    seen = 0
    while True:
        with suppress(LedgerUnavailable):  # Those who wait ask again by themselves.
            newest = orders.newest(reader)
            if newest > seen:
                seen = newest
                wake()
        await asyncio.sleep(EVERY_S)
