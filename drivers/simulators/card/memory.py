"""What a virtual card remembers between taps: its counter and what it has spent offline.

Never loses a count: the file is replaced whole before the card answers.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from pos.domain.won import ZERO, Won

COUNTER_MAX = 0xFFFF  # Two bytes (ATC); a card that reaches it is worn out.


@dataclass(frozen=True, slots=True)
class CardMemory:
    """One card's state: transaction counter, and won spent out of its offline amount."""

    counter: int = 0
    offline_spent: Won = ZERO


class MemoryFile:
    """All cards' states in one small JSON file; a missing file is new cards."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()

    def load(self, card_id: str) -> CardMemory:
        """Return a card's state.

        Raises:
            OSError, ValueError: the file is there and can't be read.
        """
        raw = self._read().get(card_id, {"counter": 0, "offline_spent": 0})
        return CardMemory(raw["counter"], Won(raw["offline_spent"]))

    def count_tap(self, card_id: str) -> CardMemory:
        """Count one transaction and return the new state."""
        with self._lock:
            memory = self.load(card_id)
            counted = replace(memory, counter=min(COUNTER_MAX, memory.counter + 1))
            return self._save(card_id, counted)

    def spend(self, card_id: str, amount: Won) -> CardMemory:
        """Count an offline approval down and return the new state."""
        with self._lock:
            memory = self.load(card_id)
            spent = replace(memory, offline_spent=memory.offline_spent + amount)
            return self._save(card_id, spent)

    def _save(self, card_id: str, memory: CardMemory) -> CardMemory:
        everything = self._read()
        everything[card_id] = {
            "counter": memory.counter,
            "offline_spent": memory.offline_spent.amount,
        }
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(everything, indent=1), "utf-8")
        draft.replace(self._path)
        return memory

    def _read(self) -> dict[str, dict[str, int]]:
        try:
            found: dict[str, dict[str, int]] = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return found
