"""What only a slot in this process can show: hung cards and swaps in the middle."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from drivers.cards import threaded_reader
from drivers.cards.in_process_reader import InProcessReader
from drivers.cards.slot import Slot
from drivers.simulators.card.wallet import VirtualCard
from pos.domain.card import CardUpdate
from pos.domain.errors import CardRemoved, CardUnreadable, ReaderUnavailable
from tests.drivers.cards.cardworld import PAYMENT, CardWorld, request

GENERATE_AC = 0xAE


class MeddledCard:
    """A real card with something done at one command."""

    def __init__(self, card: VirtualCard, ins: int, meddle: object) -> None:
        self._card = card
        self._ins = ins
        self._meddle = meddle
        self.atr = card.atr

    def power_on(self) -> None:
        self._card.power_on()

    def transmit(self, raw: bytes) -> bytes:
        reply = self._card.transmit(raw)
        if raw[1] == self._ins:
            self._meddle()  # type: ignore[operator]
        return reply


@pytest.fixture
def slot() -> Slot:
    return Slot()


@pytest.fixture
def reader(world: CardWorld, slot: Slot) -> Iterator[InProcessReader]:
    made = InProcessReader(world.kernel, slot)
    yield made
    made.close()


@pytest.mark.parametrize("ins", [0xA4, 0xA8, 0xB2, GENERATE_AC])
async def test_a_swap_in_the_middle_ends_the_transaction(
    world: CardWorld, slot: Slot, reader: InProcessReader, ins: int
) -> None:
    other = world.card("poor")
    slot.insert(MeddledCard(world.card("rich"), ins, lambda: slot.insert(other)))
    with pytest.raises(CardRemoved):
        await reader.present(request())
    assert (await reader.present(request())).masked_pan.endswith(world.profile("poor").pan[-4:])


async def test_the_same_card_put_back_in_the_middle_is_another_stay(
    world: CardWorld, slot: Slot, reader: InProcessReader
) -> None:
    card = world.card("rich")
    slot.insert(MeddledCard(card, 0xA8, lambda: slot.insert(card)))
    with pytest.raises(CardRemoved):
        await reader.present(request())


async def test_a_card_that_hangs_is_written_off_and_the_next_one_is_read(
    world: CardWorld, slot: Slot, reader: InProcessReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threaded_reader, "TRANSACTION_LIMIT_MS", 100)
    released = threading.Event()
    slot.insert(MeddledCard(world.card("rich"), 0xB2, released.wait))
    with pytest.raises(ReaderUnavailable):
        await asyncio.wait_for(reader.present(request()), 2)
    slot.insert(world.card("poor"))
    assert (await reader.present(request())).genuine
    released.set()


async def test_a_card_that_hangs_over_its_answer_holds_nobody_up(
    world: CardWorld, slot: Slot, reader: InProcessReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threaded_reader, "COMPLETE_LIMIT_MS", 100)
    released = threading.Event()
    slot.insert(MeddledCard(world.card("rich"), 0x82, released.wait))
    assert (await reader.present(request())).genuine
    answer = bytes.fromhex("91080000000000800000")
    update = await asyncio.wait_for(reader.complete(PAYMENT, answer), 2)
    assert update == CardUpdate()
    slot.insert(world.card("poor"))
    assert (await reader.present(request())).genuine
    released.set()


async def test_a_card_put_back_for_its_answer_is_another_stay(
    world: CardWorld, slot: Slot, reader: InProcessReader
) -> None:
    card = world.card("rich")
    slot.insert(card)
    assert (await reader.present(request())).genuine
    slot.insert(card)
    assert await reader.complete(PAYMENT, b"") == CardUpdate()
    assert card.trace[-1][1] == GENERATE_AC
    assert not card.done.is_set()


async def test_a_mute_card_is_unreadable(
    world: CardWorld, slot: Slot, reader: InProcessReader
) -> None:
    class Mute:
        atr = b"\x3b\x00"

        def power_on(self) -> None: ...

        def transmit(self, raw: bytes) -> bytes:
            return b""

    slot.insert(Mute())
    with pytest.raises(CardUnreadable):
        await reader.present(request())
