"""The virtual card as a state machine: what comes out of order is refused, nothing is counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.cards import apdu
from drivers.cards.scheme import INCHEON, PPSE
from drivers.simulators.card.applet import Command
from drivers.simulators.card.memory import CardMemory, MemoryFile
from drivers.simulators.card.wallet import VirtualCard
from pos.domain.won import Won
from tests.drivers.cards.cardworld import CardWorld

NO_CONDITIONS = b"\x69\x85"
PDOL_DATA = bytes(4) + bytes.fromhex("000000004500041026112401020304")
CDOL_DATA = bytes.fromhex("00000000450004100000000000041026112401020304")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> CardWorld:
    folder = tmp_path_factory.mktemp("applet")
    return CardWorld(folder, folder / "state.json")


@pytest.fixture
def card(world: CardWorld) -> VirtualCard:
    return world.card("offline")


def test_commands_out_of_order_are_refused(card: VirtualCard) -> None:
    start, read = apdu.get_processing_options(PDOL_DATA), apdu.read_record(1, 1)
    generate = apdu.generate_ac(0x50, CDOL_DATA)
    for early in (start, read, generate):
        assert card.transmit(early) == NO_CONDITIONS
    card.transmit(apdu.select(INCHEON.aid))
    for early in (read, generate):
        assert card.transmit(early) == NO_CONDITIONS
    assert card.transmit(start)[-2:] == b"\x90\x00"
    assert card.transmit(start) == NO_CONDITIONS


def test_one_cryptogram_a_transaction(card: VirtualCard) -> None:
    card.transmit(apdu.select(INCHEON.aid))
    card.transmit(apdu.get_processing_options(PDOL_DATA))
    generate = apdu.generate_ac(0x50, CDOL_DATA)
    assert card.transmit(generate)[-2:] == b"\x90\x00"
    assert card.done.is_set()
    assert card.transmit(generate) == NO_CONDITIONS


def test_a_reset_forgets_the_transaction(card: VirtualCard) -> None:
    card.transmit(apdu.select(INCHEON.aid))
    card.transmit(apdu.get_processing_options(PDOL_DATA))
    card.power_on()
    assert card.transmit(apdu.generate_ac(0x50, CDOL_DATA)) == NO_CONDITIONS


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (b"", "6700"),
        (bytes.fromhex("00A4040005AA"), "6700"),
        (bytes.fromhex("00FF000000"), "6d00"),
        (apdu.select(b"another"), "6a82"),
        (apdu.get_data(0x9F17), "6a88"),
    ],
)
def test_what_the_card_does_not_know_it_says(
    card: VirtualCard, command: bytes, status: str
) -> None:
    assert card.transmit(command).hex() == status


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=5))
def test_any_bytes_get_an_answer(world: CardWorld, commands: list[bytes]) -> None:
    card = world.card("offline")
    card.transmit(apdu.select(PPSE))
    card.transmit(apdu.select(INCHEON.aid))
    for command in commands:
        assert len(card.transmit(command)) >= 2


@given(st.binary(min_size=1, max_size=200))
def test_a_command_is_taken_apart_as_it_was_built(data: bytes) -> None:
    assert Command.parse(apdu.generate_ac(0x50, data)) == Command(0x80, 0xAE, 0x50, 0x00, data)


def test_memory_is_kept_in_the_file_and_by_card(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    MemoryFile(path).count_tap("one")
    MemoryFile(path).spend("one", Won(700))
    MemoryFile(path).spend("one", Won(300))
    assert MemoryFile(path).load("one") == CardMemory(1, Won(1_000))
    assert MemoryFile(path).load("two") == CardMemory()
