"""When the bell sounds for orders: until each is answered, once, or never. Pure: no widget, no clock."""

from __future__ import annotations

from collections.abc import Iterable

UNTIL_ANSWERED, ONCE, NEVER = "until_answered", "once", "off"


class OrderBell:
    """Asked again and again; says when to sound.

    Args:
        mode: `until_answered`, `once` or `off`.
        every_ms: between two sounds while somebody has to answer.
    """

    def __init__(self, mode: str = UNTIL_ANSWERED, every_ms: int = 3_000) -> None:
        self._mode = mode
        self._every_ms = every_ms
        self._heard: set[str] = set()
        self._last_ms: int | None = None

    def sounds(self, keys: Iterable[str], now_ms: int) -> bool:
        """Tell whether to sound now, for the orders that wait for a person."""
        waiting = set(keys)
        new = waiting - self._heard
        self._heard = waiting
        if self._mode == NEVER or not waiting:
            return False
        again = (
            self._mode == UNTIL_ANSWERED
            and self._last_ms is not None
            and now_ms - self._last_ms >= self._every_ms
        )
        if new or again:
            self._last_ms = now_ms
            return True
        return False
