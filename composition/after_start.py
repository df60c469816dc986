"""What a till gets ready once its first screen stands, before a customer waits for it. Never sells."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pos.ports import CardReader, Clock

WARM_UP_AFTER_MS = 1_000  # The first screen and the first key come first.
# A secure reader is checked at the start and on each day, sales or none.
READER_LOOK_MS = 3_600_000


async def warm_up(clock: Clock, *jobs: Callable[[], object]) -> None:
    """Load what draws paper, finds names and the like, each beside the screens."""
    await clock.sleep_ms(WARM_UP_AFTER_MS)
    for each in jobs:
        await asyncio.to_thread(each)


async def look_at_reader(reader: CardReader, clock: Clock) -> None:
    """Have the reader connected before the first customer, and checked each day."""
    await clock.sleep_ms(WARM_UP_AFTER_MS)
    while True:
        await reader.status()
        await clock.sleep_ms(READER_LOOK_MS)
