"""Another terminal's card at the till: a few keys, off its slip, and what every screen says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from pos.domain.won import Won
from pos.ui import i18n
from pos.ui.app import IeumApp
from pos.ui.i18n import _
from pos.ui.widgets.touch_keys import TouchKeys, key_at
from tests.fakes import ScriptedReader
from tests.ui.till import LARGE, RICE_CAKE, SMALL, Till, a_till
from tests.world import World

Compare = Callable[..., bool]


async def opened(till: Till) -> None:
    await till.write(f"{RICE_CAKE}\r")
    await till.keys("f5", "slash", "2")
    assert till.screen == "ExternalScreen"


async def test_enter_the_number_and_a_digit_close_the_sale() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await opened(till)
        await till.keys("enter")
        await till.write("00812345\r")
        await till.write("2\r")
        assert till.screen == "SellingScreen"
        assert till.sold == 1
        assert till.rows()["국민"] == "00812345"
        assert "기록만 함(승인 아님)" in till.text()


async def test_a_part_leaves_the_rest_due_and_dropping_says_where_the_money_is() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await opened(till)
        await till.write("2,000\r")
        await till.write("ab12\r")
        await till.write("카카오\r")
        assert till.world.counter.sale.due == Won(3_000)
        assert till.big.amount == Won(3_000)
        await till.keys("escape")
        assert "2,000원은 다른 단말기에서 취소해야 합니다" in till.message
        await till.keys("f6")
        assert till.sold == 1


async def test_a_cards_number_is_refused_in_words_and_nothing_is_noted() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await opened(till)
        await till.keys("enter")
        await till.write("4111111111111111\r")
        await till.write("1\r")
        assert till.screen == "ExternalScreen"
        assert "카드번호는" in till.text()
        assert "payment.external_noted" not in till.world.store.kinds()
        await till.keys("escape", "escape")
        assert till.screen == "SellingScreen"
        assert till.world.counter.sale.due == Won(5_000)


async def test_too_much_is_asked_again() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await opened(till)
        await till.write("5,001\r")
        assert "1원부터" in till.text()
        await till.keys("escape")
        assert till.screen == "SellingScreen"


async def test_giving_back_says_that_the_other_terminal_has_to() -> None:
    world = World()
    world.counter.scan(RICE_CAKE)
    await world.external.note("국민", "00812345")
    async with a_till(world) as till:
        await till.keys("f7", "enter")
        await till.settle()
        assert "타 단말기에서 취소" in till.text()


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_what_is_asked_of_a_slip_looks_so(
    snap_compare: Compare, size: tuple[int, int], language: str
) -> None:
    world = World(reader=ScriptedReader(None), language=language)
    world.counter.scan(RICE_CAKE)

    async def ask(pilot: Pilot[Any]) -> None:
        await pilot.press("f5", "slash")
        await pilot.pause(0.2)
        await pilot.press("2")
        await pilot.pause(0.2)
        await pilot.press("enter", *"00812345", "enter")
        await pilot.pause(0.2)

    try:
        assert snap_compare(IeumApp(world.terminal()), terminal_size=size, run_before=ask)
    finally:
        i18n.use("ko")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_the_keys_under_a_dialog_can_be_touched(language: str) -> None:
    try:
        async with a_till(World(reader=ScriptedReader(None), language=language)) as till:
            await till.write(f"{RICE_CAKE}\r")
            await till.keys("f5")
            other = _("Esc cancel   F6 cash instead   / other ways")
            await touch(till, other, "/ ")
            assert till.screen == "PickScreen"
            await till.keys("2", "enter")
            await touch(till, _("Type, then Enter   Esc a step back"), "Esc")
            await touch(till, _("Type, then Enter   Esc a step back"), "Esc")
            assert till.screen == "SellingScreen"
    finally:
        i18n.use("ko")


async def touch(till: Till, keys: str, words: str) -> None:
    column = cell_len(f" {keys[: keys.index(words)]}") + 1
    keys_row = till.app.screen.query_one(TouchKeys)
    await till.pilot.click(keys_row, offset=(column, 0))
    await till.settle()


def test_words_without_a_key_press_nothing() -> None:
    text = " Please wait   Esc(0) back"

    assert [key_at(text, at) for at in (-1, 0, 5, 13, 15, 25, 90)] == [
        "",
        "",
        "",
        "",
        "escape",
        "escape",
        "",
    ]
