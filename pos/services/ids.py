"""Hands out transaction ids, each once. Never a clock or chance: the sequence comes from the store."""

from __future__ import annotations

from pos.domain.identifiers import TransactionId


class IdSource:
    """Counts up from the highest sequence the store knows.

    An id that was handed out but never written down may come again after a crash; nothing outside
    has seen it, because every id is written before the card or the line is touched.
    """

    def __init__(self, *, device: int, incarnation: int, last_sequence: int) -> None:
        self._device = device
        self._incarnation = incarnation
        self._sequence = last_sequence

    def next(self) -> TransactionId:
        """Return a new id."""
        self._sequence += 1
        return TransactionId(self._device, self._incarnation, self._sequence)
