"""Tapping: how long a card lies, and what the card process understands."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from drivers.cards.in_process_reader import InProcessReader
from drivers.cards.slot import Slot
from drivers.simulators.card.control import CardControl
from drivers.simulators.card.virtual_cards import LINGER_MS, SlotCards, SocketCards
from drivers.simulators.card.vpcd import VpcdSlot
from pos.domain.errors import ReaderUnavailable
from tests.drivers.cards.cardworld import CardWorld, request

NO_PORT = 1  # Nothing listens there.


@pytest.fixture
def world(tmp_path: Path) -> CardWorld:
    return CardWorld(tmp_path, tmp_path / "state.json")


async def test_a_tapped_card_leaves_soon_after_it_has_answered(world: CardWorld) -> None:
    slot = Slot()
    reader, cards = InProcessReader(world.kernel, slot), SlotCards(slot, world.wallet)
    waiting = asyncio.create_task(reader.present(request()))
    began = time.monotonic()
    await cards.tap("rich", hold_ms=5_000)
    assert (await waiting).genuine
    assert LINGER_MS / 1000 <= time.monotonic() - began < 2
    assert not slot.occupied
    reader.close()


async def test_a_tapped_card_that_nobody_reads_leaves_in_time(world: CardWorld) -> None:
    slot = Slot()
    await SlotCards(slot, world.wallet).tap("rich", hold_ms=60)
    assert not slot.occupied


async def test_a_card_is_taken_away(world: CardWorld) -> None:
    slot = Slot()
    cards = SlotCards(slot, world.wallet)
    await cards.insert("rich")
    assert slot.occupied
    await cards.remove()
    await cards.remove()
    assert not slot.occupied


@pytest.mark.parametrize(
    ("order", "answer"),
    [
        ({"insert": "nobody"}, {"ok": False, "error": "no_such_card"}),
        ({"insert": "rich"}, {"ok": False, "error": "no_reader"}),
        ({"remove": True}, {"ok": True}),
        ({"wait_done_ms": 5}, {"ok": True}),
        ({"wait_done_ms": -5}, {"ok": False, "error": "not_understood"}),
        ({"dance": True}, {"ok": False, "error": "not_understood"}),
        (None, {"ok": False, "error": "not_understood"}),
    ],
)
async def test_the_card_process_understands_its_orders(
    world: CardWorld, order: object, answer: object
) -> None:
    assert await CardControl(world.wallet, VpcdSlot(NO_PORT)).obey(order) == answer


async def test_without_a_card_process_the_reader_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ReaderUnavailable):
        await SocketCards(tmp_path / "none").tap("rich")


async def test_the_socket_is_its_owners_only_and_outlives_nonsense(
    world: CardWorld, tmp_path: Path
) -> None:
    path = tmp_path / "c"
    serving = asyncio.create_task(CardControl(world.wallet, VpcdSlot(NO_PORT)).serve(path))
    while not path.exists():
        await asyncio.sleep(0.01)
    assert path.stat().st_mode & 0o777 == 0o600
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"nonsense\n")
    assert b"not_understood" in await reader.readline()
    writer.close()
    await SocketCards(path).remove()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
