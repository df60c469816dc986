"""The cards that the ledger has stopped, in memory for the reader's driver. Never a card's number."""

from __future__ import annotations

from collections.abc import Iterable

from pos.ports import HotlistChange, Store


class Hotlist:
    """Stopped cards by a keyed hash that only the driver can compute."""

    def __init__(self) -> None:
        self._stopped: set[str] = set()

    async def load(self, store: Store) -> None:
        """Read what the terminal has been told so far.

        Raises:
            StoreError: it can't be read.
        """
        self._stopped = set(await store.hotlist())

    def take_in(self, changes: Iterable[HotlistChange]) -> None:
        """Apply changes that are durable already."""
        for each in changes:
            (self._stopped.add if each.stopped else self._stopped.discard)(each.hot_ref)

    def is_stopped(self, hot_ref: str) -> bool:
        """Tell whether the ledger has stopped this card."""
        return hot_ref in self._stopped

    def __len__(self) -> int:
        return len(self._stopped)
