"""What the demo puts beside the till: cards to tap, a line to cut, a printer to jam. Never in a shop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class SidePanel(Protocol):
    """The world around the terminal, by hand. Implemented by the demo; no shop has one."""

    def cards(self) -> Sequence[tuple[str, str]]:
        """Return the cards at hand as (id, label)."""
        ...

    async def tap(self, card_id: str) -> None:
        """Hold a card to the reader."""
        ...

    async def pull_network(self, down: bool) -> None:
        """Cut the line to the ledger, or join it again."""
        ...

    async def jam_printer(self, jammed: bool) -> None:
        """Make the printer fail, or work again."""
        ...

    async def send_order(self) -> None:
        """Let a customer order."""
        ...

    async def show_phone(self) -> None:
        """Let the customer's phone show a code, and have it scanned."""
        ...

    async def pay_by_phone(self) -> None:
        """Let the customer's phone pay the shop's code."""
        ...

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """Lines worth knowing as (label, value): where the receipts and the ledger are."""
        ...
