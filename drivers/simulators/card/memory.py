"""What a virtual card remembers between taps: its counter and its offline amount.

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
    """One card's state.

    Attributes:
        counter: of transactions.
        offline_spent: all that it ever approved by itself; only rises.
        offline_limit: all that was ever set aside for that and reached the card; only rises. None:
            what it was made with.
        last_online: how the last question to the ledger ended, as `issuer_session` says it.
    """

    counter: int = 0
    offline_spent: Won = ZERO
    offline_limit: Won | None = None
    last_online: int = 0


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
        raw = self._read().get(card_id, {})
        limit = raw.get("offline_limit")
        return CardMemory(
            counter=raw.get("counter", 0),
            offline_spent=Won(raw.get("offline_spent", 0)),
            offline_limit=None if limit is None else Won(limit),
            last_online=raw.get("last_online", 0),
        )

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

    def note_online(self, card_id: str, last_online: int, limit: Won | None = None) -> CardMemory:
        """Keep how far a question to the ledger has come, and a new limit if it brought one; both or none."""
        with self._lock:
            memory = replace(self.load(card_id), last_online=last_online)
            if limit is not None:
                memory = replace(memory, offline_limit=limit)
            return self._save(card_id, memory)

    def _save(self, card_id: str, memory: CardMemory) -> CardMemory:
        everything = self._read()
        everything[card_id] = {
            "counter": memory.counter,
            "offline_spent": memory.offline_spent.amount,
            "last_online": memory.last_online,
        }
        if memory.offline_limit is not None:
            everything[card_id]["offline_limit"] = memory.offline_limit.amount
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
