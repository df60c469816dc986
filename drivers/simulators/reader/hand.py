"""A hand with cards and a phone at a simulated reader. Never knows what a tap pays for."""

from __future__ import annotations

import asyncio

from drivers.simulators.card.leaving import LeavingCard
from drivers.simulators.card.virtual_cards import HOLD_MS, Tapped, until_done
from drivers.simulators.card.wallet import Wallet
from drivers.simulators.reader.pty_reader import PtyReader
from drivers.simulators.reader.swipes import phone_swipe, stripe_swipe
from pos.domain.card import CardEntry
from pos.domain.card import Wallet as PhoneWallet

SWIPE_S = 0.05  # A phone's field is on for seconds; the reader takes it in a moment.


class ReaderHand:
    """VirtualCards at a reader on a line, and what only such a reader has: stripes and MST."""

    def __init__(self, reader: PtyReader, wallet: Wallet) -> None:
        self._reader = reader
        self._wallet = wallet
        self._card: Tapped | None = None

    async def insert(self, card_id: str, entry: CardEntry = CardEntry.CONTACTLESS_CHIP) -> None:
        """Lay a card on the reader. Raises KeyError where there is no such card."""
        card = self._wallet.card(card_id)
        self._card = card
        await asyncio.to_thread(self._reader.insert, card, entry)

    async def insert_leaving(self, card_id: str, commands: int, *, took_it: bool) -> None:
        """Lay a card on the reader that leaves it by itself. Raises KeyError."""
        card = self._card = LeavingCard(self._wallet.card(card_id), commands, took_it=took_it)
        await asyncio.to_thread(self._reader.insert, card)

    async def remove(self) -> None:
        """Take the card away."""
        await asyncio.to_thread(self._reader.remove)

    async def tap(self, card_id: str, hold_ms: int = HOLD_MS) -> None:
        """Lay a card down until it has answered, or for `hold_ms`."""
        await self.insert(card_id)
        await self.hold(hold_ms)

    async def hold(self, hold_ms: int = HOLD_MS) -> None:
        """Wait until the card that lies there has answered, or for `hold_ms`; take it away."""
        try:
            await until_done(self._card, lambda: self._reader.occupied, hold_ms)
        finally:
            await self.remove()

    async def swap(self, card_id: str) -> None:
        """Put another card in the place of the one that lies there, faster than any sensor."""
        await asyncio.to_thread(self._reader.swap_silently, self._wallet.card(card_id))

    async def swipe(self, card_id: str) -> None:
        """Hold a phone to the reader (MST), or pull a plastic through. Raises KeyError."""
        profile = self._wallet.profile(card_id)
        if profile.wallet is PhoneWallet.NONE:
            swipe = stripe_swipe(profile)
        else:
            swipe = phone_swipe(profile, self._wallet.keys, self._wallet.memory)
        await asyncio.to_thread(self._reader.swipe, swipe)
        await asyncio.sleep(SWIPE_S)

    async def break_chip(self) -> None:
        """Put a card in whose chip can't be read."""
        await asyncio.to_thread(self._reader.fail_chip)
