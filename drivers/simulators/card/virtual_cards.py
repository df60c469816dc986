"""Taps virtual cards, in this process or at the virtual reader. Never knows what a tap pays for."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from drivers.cards.slot import Slot
from drivers.simulators.card.leaving import LeavingCard
from drivers.simulators.card.wallet import Wallet
from pos.domain.errors import ReaderUnavailable

HOLD_MS = 1_500  # As long as people hold a card; longer than the virtual reader's 400 ms poll.
ANSWER_MS = 800  # How long a hand keeps a card down that has asked for the ledger.
LINGER_MS = 150  # Between the card's answer and its leaving, so that the answer arrives.
CONTROL_TIMEOUT_MS = 3_000
_POLL_S = 0.02


class VirtualCards(Protocol):
    """A hand with cards at the reader."""

    async def insert(self, card_id: str) -> None:
        """Lay a card on the reader; one that lies there is taken away first.

        Raises:
            KeyError: there is no such card.
            ReaderUnavailable: the virtual reader does not answer.
        """
        ...

    async def remove(self) -> None:
        """Take the card away. No-op without one."""
        ...

    async def tap(self, card_id: str, hold_ms: int = HOLD_MS) -> None:
        """Lay a card on the reader until it has answered, or for `hold_ms`; then take it away."""
        ...


class Tapped(Protocol):
    """A card as the hand that holds it sees it: it beeps when it is done."""

    @property
    def done(self) -> threading.Event:
        """Set when nothing more comes."""
        ...

    @property
    def asked(self) -> threading.Event:
        """Set while it waits for the ledger's answer."""
        ...


class SlotCards:
    """VirtualCards over the slot of an `InProcessReader`."""

    def __init__(self, slot: Slot, wallet: Wallet) -> None:
        self._slot = slot
        self._wallet = wallet
        self._card: Tapped | None = None

    async def insert(self, card_id: str) -> None:
        """Lay a card on the reader. Raises KeyError where there is no such card."""
        card = self._wallet.card(card_id)
        self._card = card
        self._slot.insert(card)

    async def insert_leaving(self, card_id: str, commands: int, *, took_it: bool) -> None:
        """Lay a card on the reader that leaves it by itself. Raises KeyError."""
        card = self._card = LeavingCard(self._wallet.card(card_id), commands, took_it=took_it)
        self._slot.insert(card)

    async def remove(self) -> None:
        """Take the card away."""
        self._slot.remove()

    async def tap(self, card_id: str, hold_ms: int = HOLD_MS) -> None:
        """Lay a card down until it has answered, or for `hold_ms`."""
        await self.insert(card_id)
        try:
            await until_done(self._card, lambda: self._slot.occupied, hold_ms)
        finally:
            await self.remove()


class SocketCards:
    """VirtualCards over the control socket of the card process."""

    def __init__(self, control: Path) -> None:
        self._control = control

    async def insert(self, card_id: str) -> None:
        """Lay a card on the reader. Raises KeyError or ReaderUnavailable."""
        await self._ask({"insert": card_id})

    async def insert_leaving(self, card_id: str, commands: int, *, took_it: bool) -> None:
        """Lay a `LeavingCard` on the reader. Raises KeyError or ReaderUnavailable."""
        await self._ask({"insert": card_id, "leave_after": commands, "took_it": took_it})

    async def remove(self) -> None:
        """Take the card away."""
        await self._ask({"remove": True})

    async def tap(self, card_id: str, hold_ms: int = HOLD_MS) -> None:
        """Lay a card down until it has answered, or for `hold_ms`."""
        await self.insert(card_id)
        try:
            await self._ask({"wait_done_ms": hold_ms}, timeout_ms=hold_ms + CONTROL_TIMEOUT_MS)
        finally:
            await self.remove()

    async def _ask(self, message: dict[str, object], timeout_ms: int = CONTROL_TIMEOUT_MS) -> None:
        try:
            async with asyncio.timeout(timeout_ms / 1000):
                reader, writer = await asyncio.open_unix_connection(self._control)
                try:
                    writer.write(json.dumps(message).encode("utf-8") + b"\n")
                    answer = json.loads(await reader.readline())
                finally:
                    writer.close()
        except (OSError, TimeoutError, ValueError):
            raise ReaderUnavailable() from None
        if not answer.get("ok"):
            if answer.get("error") == "no_such_card":
                raise KeyError(message.get("insert"))
            raise ReaderUnavailable()


async def until_done(card: Tapped | None, is_lying: Callable[[], bool], limit_ms: int) -> None:
    """Wait until the card has answered and that has arrived, or it is gone, or time is up.

    A card that waits for the ledger is held for it, but not for ever.
    """
    give_up_s = time.monotonic() + limit_ms / 1000
    waits = False
    while card is not None and is_lying() and time.monotonic() < give_up_s:
        if card.done.is_set():
            await asyncio.sleep(LINGER_MS / 1000)
            return
        if card.asked.is_set() and not waits:
            waits = True
            give_up_s = min(give_up_s, time.monotonic() + ANSWER_MS / 1000)
        await asyncio.sleep(_POLL_S)
