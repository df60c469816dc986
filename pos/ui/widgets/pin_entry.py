"""A field for a number and PIN: shows dots, and takes fingers alone. Never keeps what was typed."""

from __future__ import annotations

from textual.events import Key, Paste

from pos.domain.people import PIN_DIGITS_MAX
from pos.ui.burst import Burst
from pos.ui.widgets.entry import Entry

LONGEST = PIN_DIGITS_MAX + 2  # With the longest number before it.
SCAN_MIN = 7  # Characters; the shortest code on goods has eight.
FINGERS_SECONDS = (
    0.03  # A key, on average; nobody types six in a sixth of a second, a scanner does.
)


class PinEntry(Entry):
    """An `Entry` that a scanner can't type into: its code would count as somebody's wrong PIN."""

    def __init__(self) -> None:
        super().__init__(longest=LONGEST)
        self.password = True
        self._began = 0.0
        self._typed = 0

    def on_burst(self, event: Burst) -> None:
        """Refuse a code that comes in one read of the terminal, and what stood there with it.

        A few keys may come so where the machine was busy for a moment: they are fingers'.
        """
        if len(event.text) < SCAN_MIN:
            if not self._typed:
                self._began = event.time
            self._typed += len(event.text)
            return
        event.stop()
        event.prevent_default()  # Or the class below would hold it back and show it.
        self._refuse()

    def _on_paste(self, event: Paste) -> None:
        """A PIN is typed, not pasted."""
        event.stop()
        event.prevent_default()
        self._refuse()

    def _on_key(self, event: Key) -> None:  # type: ignore[override]
        """Count the keys and their time; an Enter behind a scan's letters is none."""
        if not self._typed:
            self._began = event.time
        self._typed += 1
        if event.key == "enter":
            keys, self._typed = self._typed, 0
            if keys > 1 and event.time - self._began < FINGERS_SECONDS * keys:
                event.stop()
                event.prevent_default()
                self._refuse()
                return
        super()._on_key(event)

    def _refuse(self) -> None:
        self._typed = 0
        self.take()
        self.app.bell()
