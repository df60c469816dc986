"""What a channel is to the ledger, as a Protocol, and the words between them. Never an implementation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledger.server.database import Tx
from pos.domain.order import Order, OrderState
from pos.domain.won import Won


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call of a channel's, as it came."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Placed:
    """A customer ordered. `codes` names the products of the lines, where the channel sells by code."""

    order: Order
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A customer cancelled."""

    order_key: str


@dataclass(frozen=True, slots=True)
class Refunded:
    """The channel gave its customer a part back; `reference` names that for ever."""

    order_key: str
    amount: Won
    reference: str


Incoming = Placed | Cancelled | Refunded


@dataclass(frozen=True, slots=True)
class Note:
    """What a channel is told of one of its orders."""

    order_key: str
    state: OrderState


class Channel(Protocol):
    """One channel for one shop.

    Guarantee: `read` believes nothing that is not signed and never takes the same call twice;
    `tell` is safe to repeat.
    """

    @property
    def name(self) -> str:
        """`baedal-eum` and so on; the first half of its orders' keys."""
        ...

    def read(self, tx: Tx, call: Call, now: datetime) -> Incoming:
        """Read a call.

        Raises:
            Refused: with a code that says what was wrong; nothing was changed.
        """
        ...

    def place(self, tx: Tx, merchant: int, placed: Placed) -> None:
        """Do what the channel has of its own to do with a new order (stock), or refuse it.

        Raises:
            Refused: it can't be served.
        """
        ...

    async def tell(self, note: Note) -> None:
        """Tell the channel.

        Raises:
            OSError: nobody answers; it is told again.
        """
        ...
