"""Sums up days that are over, hour by hour. Never touches a day that payments may still post into."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from functools import partial

from ledger.server import books
from ledger.server.database import (
    ConstraintBroken,
    Database,
    DatabaseUnfit,
    LedgerUnavailable,
    Tx,
    is_postgres,
    open_engine,
)
from ledger.server.writer import Writer
from pos.domain.business_day import business_day

EVERY_S = 3_600.0


async def keep(database: Database, writer: Writer, now: Callable[[], datetime]) -> None:
    """Roll up for ever; a task of the server's."""
    while True:
        today = business_day(now())
        # A day that another server has just rolled up breaks a key here: it is done.
        with suppress(LedgerUnavailable, ConstraintBroken, DatabaseUnfit):
            if is_postgres(database):
                await asyncio.to_thread(_apart, database, today)
            else:
                await writer.run(partial(books.roll_up, today=today), heavy=True)
        await asyncio.sleep(EVERY_S)


def _apart(database: Database, today: date) -> None:
    """Roll up over a line of its own, so that no payment waits for a city's whole day."""

    def roll_up(tx: Tx) -> None:
        tx.execute("SET LOCAL enable_seqscan = on")  # A whole day is read from end to end.
        books.roll_up(tx, today)

    engine = open_engine(database)
    try:
        engine.run_now(roll_up)
    finally:
        engine.close()
