"""Training cards: a key stands for a tap. Never a reader's; nothing of them means anything to a real ledger."""

from __future__ import annotations

import asyncio

from pos.domain.card import CardEntry, CardRead, CardUpdate, Cryptogram
from pos.domain.errors import CardCancelled, ForeignCard, NoCardInTime
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won
from pos.ports import CardRequest, DeviceStatus

BANK_CARD = "bank"
SEALED = "training:"  # What the stand-in for the ledger reads the card's name behind.
BALANCES = {"full": Won(100_000), "small": Won(1_000)}
PANS = {
    "full": "999900******0001",
    "small": "999900******0002",
}  # Of no issuer: none begins with 9999.


class TrainingCards:
    """A reader whose cards are taps of a key."""

    def __init__(self) -> None:
        self._tapped: asyncio.Future[str] | None = None

    def tap(self, name: str) -> None:
        """Hold a card to the reader; without anybody waiting for one nothing happens."""
        if self._tapped is not None and not self._tapped.done():
            self._tapped.set_result(name)

    async def present(self, request: CardRequest) -> CardRead:
        """Wait for a tap.

        Raises:
            CardCancelled, NoCardInTime, ForeignCard: as of a real reader.
        """
        tapped = self._tapped = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(request.deadline_ms / 1_000):
                name = await tapped
        except TimeoutError as error:
            raise NoCardInTime() from error
        finally:
            self._tapped = None
        if not name:
            raise CardCancelled()
        if name == BANK_CARD:
            raise ForeignCard(brand="교육용 / training")
        return CardRead(
            masked_pan=PANS[name],
            card_ref=name.rjust(32, "0"),
            sealed=f"{SEALED}{name}",
            entry=CardEntry.CONTACTLESS_CHIP,
            cryptogram=Cryptogram.ARQC if request.online else Cryptogram.TC,
            genuine=True,
            expired=False,
            offline_available=Won(50_000),
        )

    async def complete(self, payment_id: TransactionId, for_card: bytes | None) -> CardUpdate:
        """Take nothing: a training card has nothing to refill."""
        return CardUpdate()

    async def cancel(self) -> None:
        """End the waiting."""
        self.tap("")

    async def status(self) -> DeviceStatus:
        """Say what it is."""
        return DeviceStatus("교육용 카드 / training cards", ready=True)
