"""Which till of a shop takes an order's money at the door. A value only: the ledger decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DoorMoney:
    """Which till of the shop takes an order's door money, by the ledger's word.

    Attributes:
        till: its device number.
        receipt: of the sale that took it; empty while it is being taken.
        at: when the ledger heard of it.
    """

    till: int
    receipt: str
    at: datetime
