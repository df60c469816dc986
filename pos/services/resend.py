"""Sends what the ledger could not take once more, when a person asks. Never by itself: it was poison."""

from __future__ import annotations

from pos.ports import Store, SyncEngine


class Resend:
    """The technician's key for parked records, once what was wrong has been put right."""

    def __init__(self, *, store: Store, sync: SyncEngine) -> None:
        self._store = store
        self._sync = sync

    async def resend(self) -> int:
        """Put all parked records back and forward now; return how many.

        Raises:
            StoreUnavailable: they stay parked.
        """
        count = await self._store.release_parked()
        if count:
            self._sync.wake()
        return count
