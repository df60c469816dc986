"""Benches for the conformance checks: every reader that the product has, real line or none."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from drivers.cards.in_process_reader import InProcessReader
from drivers.cards.pcsc_reader import PcscReader
from drivers.cards.serial.integrity import IntegrityLog
from drivers.cards.serial.kernel import SerialKernel
from drivers.cards.serial.port import open_port
from drivers.cards.serial.profiles import PROFILES, Profile
from drivers.cards.serial.serial_reader import SerialReader
from drivers.cards.slot import Slot
from drivers.cards.terminal_keys import load_terminal_keys
from drivers.conformance.bench import CardBench, Role
from drivers.simulators.card.keys import TERMINAL_FILE
from drivers.simulators.card.virtual_cards import VirtualCards
from drivers.simulators.reader.hand import ReaderHand
from drivers.simulators.reader.keys import READER_FILE, inject, load_reader_keys
from drivers.simulators.reader.machine import ReaderMachine
from drivers.simulators.reader.pty_reader import PtyReader
from pos.ports import CardReader
from tests.drivers.cards.cardworld import CardWorld
from tests.drivers.cards.readers import POLL_S, VirtualReader, virtual_reader

IDS = {Role.GOOD: "rich", Role.OTHER: "poor", Role.TORN: "torn", Role.FOREIGN: "visa"}


def numbers_of(world: CardWorld) -> Mapping[Role, str]:
    return {role: world.profile(card_id).pan for role, card_id in IDS.items()}


class LeavingHand(VirtualCards, Protocol):
    """A hand that can also tear a card away."""

    async def insert_leaving(self, card_id: str, commands: int, *, took_it: bool) -> None: ...


class HandBench(CardBench):
    """A bench whose cards are tapped by a `VirtualCards`."""

    def __init__(
        self,
        world: CardWorld,
        reader: CardReader,
        cards: LeavingHand,
        notice_s: float = 0.02,
    ) -> None:
        self.world = world
        self.reader = reader
        self.cards = cards
        self.numbers = numbers_of(world)
        self.notice_s = notice_s

    async def lay(self, role: Role) -> None:
        await self.cards.insert(IDS[role])

    async def lift(self) -> None:
        await self.cards.remove()

    async def tear_after(self, role: Role, commands: int) -> None:
        await self.cards.insert_leaving(IDS[role], commands, took_it=False)


class PcscBench(HandBench):
    """A bench over pcscd, whose service can end and begin again."""

    def __init__(self, world: CardWorld, reader: PcscReader, virtual: VirtualReader) -> None:
        super().__init__(world, reader, virtual.process.cards, notice_s=POLL_S)
        self._virtual = virtual

    async def unplug(self) -> None:
        self._virtual.process.stop()
        self._virtual.pcscd.stop()

    async def plug_in(self) -> None:
        self._virtual.pcscd.start()
        self._virtual.process.start()


class SerialBench(HandBench):
    """A bench with a reader on a pseudo-terminal."""

    def __init__(
        self, world: CardWorld, reader: SerialReader, line: PtyReader, hand: ReaderHand
    ) -> None:
        super().__init__(world, reader, hand)
        self.serial = reader
        self.line = line
        self.hand = hand

    async def unplug(self) -> None:
        self.line.unplug()

    async def plug_in(self) -> None:
        self.line.plug_in()


@contextlib.contextmanager
def in_process_bench(world: CardWorld) -> Iterator[HandBench]:
    from drivers.simulators.card.virtual_cards import SlotCards

    slot = Slot()
    reader = InProcessReader(world.kernel, slot)
    yield HandBench(world, reader, SlotCards(slot, world.wallet))
    reader.close()


@contextlib.contextmanager
def pcsc_bench(world: CardWorld) -> Iterator[HandBench]:
    with virtual_reader(world) as virtual:
        reader = PcscReader(world.kernel, "Virtual PCD")
        yield PcscBench(world, reader, virtual)
        reader.close()


@contextlib.contextmanager
def serial_bench(world: CardWorld, profile: Profile) -> Iterator[SerialBench]:
    inject(world.keys)
    with TemporaryDirectory(prefix="ieum") as name:
        link = Path(name) / "reader"
        line = PtyReader(profile, ReaderMachine(load_reader_keys(world.keys / READER_FILE)), link)
        reader = SerialReader(
            SerialKernel(load_terminal_keys(world.keys / TERMINAL_FILE)),
            profile,
            lambda: open_port(str(link), profile.baud),
            IntegrityLog(Path(name) / "reader_integrity.log"),
        )
        try:
            yield SerialBench(world, reader, line, ReaderHand(line, world.wallet))
        finally:
            reader.close()
            line.close()


@contextlib.contextmanager
def tl3500_bench(world: CardWorld) -> Iterator[SerialBench]:
    with serial_bench(world, PROFILES["tl3500"]) as bench:
        yield bench


@contextlib.contextmanager
def fs_tagged_bench(world: CardWorld) -> Iterator[SerialBench]:
    with serial_bench(world, PROFILES["fs-tagged"]) as bench:
        yield bench


BENCHES = {
    "in_process": in_process_bench,
    "pcsc": pcsc_bench,
    "tl3500": tl3500_bench,
    "fs-tagged": fs_tagged_bench,
}
