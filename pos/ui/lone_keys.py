"""Tells a finger from a scanner: an answer by one key counts only if no other follows at once.

A barcode scanned while a question is open is a row of digits and an Enter; none of them may
accept an order or choose a payment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.events import Key
from textual.screen import Screen
from textual.timer import Timer

from pos.ui.hangul_keys import letter

QUIET_SECONDS = 0.05  # Scanners send a character every 1 to 20 ms; fingers take 60 and more.


class LoneKeys:
    """Collects printable keys and Enter, and hands on those that came alone."""

    def __init__(self, screen: Screen[Any], on_key: Callable[[str], None]) -> None:
        self._screen = screen
        self._on_key = on_key
        self._waiting: list[str] = []
        self._timer: Timer | None = None

    def press(self, event: Key) -> bool:
        """Take a key if it is one of those; `on_key` gets `enter`, or a lower-case character."""
        if event.key == "ctrl+j":
            event.stop()
            return True
        if event.key != "enter" and not event.is_printable:
            return False
        event.stop()
        event.prevent_default()
        self._waiting.append("enter" if event.key == "enter" else letter(event.character))
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(QUIET_SECONDS, self._quiet)
        return True

    def _quiet(self) -> None:
        keys, self._waiting = self._waiting, []
        if self._screen.app.screen is not self._screen:
            return  # It was closed, or asked something, in the meantime: no answer to that.
        if len(keys) == 1:
            self._on_key(keys[0])
        else:
            self._screen.app.bell()
