"""Marks where a journal begins to be counted by shifts. Never a second time."""

from __future__ import annotations

from pos.domain.events import to_record
from pos.domain.shift import CountingBegan
from pos.ports import Change, Clock, Store


async def begin_counting(store: Store, clock: Clock) -> None:
    """Mark, once, where a journal begins to be counted by shifts; what lies before is in none.

    Raises:
        StoreError: it can't be read or written.
    """
    if await store.last_record("shift.counting_began") is None:
        began = CountingBegan(clock.now())
        await store.commit(Change(records=(to_record(began),)))
