"""A rider agency (배달 대행), as a Protocol. Never an implementation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pos.domain.rider import RiderState


class AgencySilent(Exception):
    """No answer: nobody knows whether a rider was called. The same request goes again, and is safe to."""


@dataclass(frozen=True, slots=True)
class RiderWish:
    """What an agency has to know; who lives where it learns from the channel, by the order's number.

    Attributes:
        order_key: names the request for ever: asked twice, it is one.
        collect: won to be taken at the door; 0 if paid.
    """

    order_key: str
    short_number: str
    ready_in_minutes: int
    collect: int


@dataclass(frozen=True, slots=True)
class RiderWord:
    """Where the rider is, in the agency's word; `name` as the agency shows it."""

    state: RiderState
    name: str = ""


class RiderAgency(Protocol):
    """One agency.

    Guarantee: `request` is idempotent by the order's key, and `cancel` does nothing once the rider
    has the food: it answers where he is. All raise `AgencySilent` where no answer came.
    """

    async def request(self, wish: RiderWish) -> RiderWord:
        """Call a rider, or say how far the one is that was called before."""
        ...

    async def cancel(self, order_key: str) -> RiderWord:
        """Cancel the rider, and say what became of it."""
        ...

    async def status(self, order_key: str) -> RiderWord:
        """Say where the rider is."""
        ...
