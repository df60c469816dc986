"""Desks for the reader contract: one reader and a hand with cards, in process or over pcscd."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from drivers.cards.in_process_reader import InProcessReader
from drivers.cards.pcsc_reader import PcscReader
from drivers.cards.slot import Slot
from drivers.cards.threaded_reader import ThreadedReader
from drivers.simulators.card.card_process import CardFiles, CardProcess
from drivers.simulators.card.keys import CARD_FILE
from drivers.simulators.card.pcscd import PrivatePcscd, why_not
from drivers.simulators.card.virtual_cards import SlotCards, VirtualCards
from pos.domain.card import CardRead
from pos.ports import CardRequest
from tests.drivers.cards.cardworld import CARD_FILE_PATH, CardWorld

POLL_S = 0.45  # pcscd looks at the virtual reader every 400 ms.


@dataclass
class Desk:
    """A reader and the hand that taps cards on it."""

    reader: ThreadedReader
    cards: VirtualCards
    settle_s: float

    async def present_tapped(self, card_id: str, request: CardRequest) -> CardRead:
        """Present while a card is tapped once the reader waits."""
        waiting = asyncio.create_task(self.reader.present(request))
        await asyncio.sleep(0.02)
        tap = asyncio.create_task(self.cards.tap(card_id))
        try:
            return await waiting
        finally:
            await tap

    async def lift(self) -> None:
        """Take the card away and wait until the reader has noticed."""
        await self.cards.remove()
        await asyncio.sleep(self.settle_s)


@contextlib.contextmanager
def in_process_desk(world: CardWorld) -> Iterator[Desk]:
    slot = Slot()
    reader = InProcessReader(world.kernel, slot)
    yield Desk(reader, SlotCards(slot, world.wallet), 0.0)
    reader.close()


@dataclass
class VirtualReader:
    """pcscd and the card process, for one test."""

    pcscd: PrivatePcscd
    process: CardProcess


@contextlib.contextmanager
def virtual_reader(world: CardWorld) -> Iterator[VirtualReader]:
    """Start both in a folder with a short name: a unix socket's path has 107 characters."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with TemporaryDirectory(prefix="ieum") as name:
        folder = Path(name)
        pcscd = PrivatePcscd(folder)
        pcscd.start()
        files = CardFiles(CARD_FILE_PATH, world.keys / CARD_FILE, world.state)
        process = CardProcess(pcscd, files, folder / "cards.sock")
        try:
            process.start()
            yield VirtualReader(pcscd, process)
        finally:
            process.stop()
            pcscd.stop()


@contextlib.contextmanager
def pcsc_desk(world: CardWorld) -> Iterator[Desk]:
    with virtual_reader(world) as virtual:
        reader = PcscReader(world.kernel, "Virtual PCD")
        yield Desk(reader, virtual.process.cards, POLL_S)
        reader.close()
