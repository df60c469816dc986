"""A taxi service, as a Protocol. Never an implementation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pos.domain.identifiers import TransactionId
from pos.domain.taxi import TaxiState


class TaxiSilent(Exception):
    """No answer: the same call goes again, and is safe to."""


@dataclass(frozen=True, slots=True)
class TaxiWord:
    """Where the taxi is, in the service's word."""

    state: TaxiState
    plate: str = ""
    minutes: int = 0


class TaxiService(Protocol):
    """Calls taxis to the shop's own address.

    Guarantee: `call` is idempotent by its id; `cancel` does nothing once the customer is in. All
    raise `TaxiSilent` where no answer came.
    """

    async def call(self, call_id: TransactionId) -> TaxiWord:
        """Call one, or say how far the one is that was called by this id."""
        ...

    async def cancel(self, call_id: TransactionId) -> TaxiWord:
        """Cancel it, and say what became of it."""
        ...
