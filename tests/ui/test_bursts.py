"""What one read of the terminal brings stays whole and in order, on every screen."""

from __future__ import annotations

from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.message import Message

from pos.ui.burst import Burst
from pos.ui.terminal_driver import in_bursts
from pos.ui.typed import ENTRY_MAX
from pos.ui.widgets.entry import Entry
from tests.ui.till import ROLL, SNACK, Till, a_till


def read(data: str) -> list[Message]:
    """Return what the driver makes of one read."""
    return list(in_bursts(XTermParser().feed(data)))


async def send(till: Till, *reads: str) -> None:
    for data in reads:
        for message in read(data):
            till.app.post_message(message)
    await till.settle()


def test_a_code_is_one_event_and_its_enter_another() -> None:
    burst, enter = read(f"{SNACK}\r")
    assert isinstance(burst, Burst)
    assert burst.text == SNACK
    assert isinstance(enter, Key)
    assert enter.key == "enter"


def test_signs_and_single_letters_stay_keys() -> None:
    found = read("++7*88\x1b[17~ab c")
    shown = [each.text if isinstance(each, Burst) else getattr(each, "key", "") for each in found]
    assert shown == ["plus", "plus", "7", "asterisk", "88", "f6", "ab", "space", "c"]


async def test_codes_in_one_read_are_scans_in_order() -> None:
    async with a_till() as till:
        await send(till, f"{SNACK}\r{ROLL}\r3*{SNACK}\r")
        lines = till.world.counter.sale.lines
        assert [(SNACK, 4), (ROLL, 1)] == [(line.code, line.quantity) for line in lines]


async def test_a_code_that_came_in_two_reads_is_one_scan() -> None:
    async with a_till() as till:
        await send(till, SNACK[:5], SNACK[5:] + "\r")
        assert [SNACK] == [line.code for line in till.world.counter.sale.lines]


async def test_a_code_without_its_enter_is_shown_and_can_be_changed() -> None:
    async with a_till() as till:
        await send(till, SNACK + "1")
        assert SNACK + "1" == till.app.screen.query_one(Entry).value
        await send(till, "\x7f")
        await send(till, "\r")
        assert [SNACK] == [line.code for line in till.world.counter.sale.lines]


async def test_a_code_behind_a_typed_quantity_counts() -> None:
    async with a_till() as till:
        await send(till, "3", "*", f"{SNACK}\r")
        assert [3] == [line.quantity for line in till.world.counter.sale.lines]


async def test_an_endless_code_stops_where_the_field_ends() -> None:
    async with a_till() as till:
        await send(till, "7" * (ENTRY_MAX + 20))
        assert "7" * ENTRY_MAX == till.app.screen.query_one(Entry).value


async def test_a_code_over_a_question_is_keys_and_answers_nothing() -> None:
    async with a_till() as till:
        await send(till, "\r")
        assert "MenuScreen" == till.screen
        await send(till, f"{SNACK}\r")
        assert "MenuScreen" == till.screen
        assert () == till.world.counter.sale.lines
