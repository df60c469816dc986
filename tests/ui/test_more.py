"""Discounts, sales set aside, favourites, prices and options asked for: by keys, as a cashier types them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from pos.domain.catalogue import CatalogueChange, Option, OptionSet, Product
from pos.domain.won import Won
from pos.ui.app import IeumApp
from pos.ui.more import read_discount
from tests.ui.test_people import CASHIER, MANAGER, staffed, typed
from tests.ui.till import LARGE, RICE_CAKE, ROLL, SMALL, SNACK, a_till
from tests.world import World

COFFEE = Product(
    "c",
    "아메리카노",
    Won(3_000),
    options=(
        OptionSet("크기", (Option("레귤러"), Option("라지", Won(500)))),
        OptionSet("추가", (Option("샷", Won(700)), Option("시럽")), one=False),
    ),
    favourite=1,
)
REPAIR = Product("r", "수선비", Won(0), favourite=2)
BEEF = Product("b", "한우", Won(98_000), by_weight=True)


def a_world() -> World:
    world = World()
    world.counter.catalogue.apply(CatalogueChange((COFFEE, REPAIR, BEEF)))
    return world


async def test_ten_percent_off_the_chosen_line_is_four_keys() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r10%\r")
        assert Won(4_500) == till.big.amount
        assert "4,500" in till.message


async def test_a_larger_discount_asks_who_allows_it() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r50%\r")
        assert "AskOneScreen" == till.screen
        await till.keys("enter")  # Nobody is no answer.
        assert "AskOneScreen" == till.screen
        await till.write("점장\r")
        discount = till.world.counter.sale.lines[0].discount
        assert discount is not None
        assert (Won(2_500), "점장") == (till.big.amount, discount.permitted_by)


async def test_a_larger_discount_that_nobody_allows_is_not_given() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r50%\r")
        await till.keys("escape")
        assert Won(5_000) == till.big.amount


async def test_won_off_the_sale_and_back_again() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r{SNACK}\r")
        before = till.big.amount
        await till.keys("slash", "2")
        await till.write("rubbish\r")
        assert "AskOneScreen" == till.screen
        await till.keys(*["backspace"] * 7)
        await till.write("500\r")
        assert before - Won(500) == till.big.amount
        await till.keys("slash", "3")
        assert before == till.big.amount


async def test_a_sale_set_aside_comes_back_after_the_next_customer() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("slash", "4")
        await till.write(f"{ROLL}\r\x1b[17~")
        assert 1 == till.sold
        await till.keys("slash", "5", "1")
        assert [RICE_CAKE] == [each.code for each in till.world.counter.sale.lines]
        await till.keys("f6", "slash", "5")
        assert 2 == till.sold
        assert "보류한 판매가 없습니다" in till.message


async def test_options_are_asked_for_set_by_set() -> None:
    async with a_till(a_world()) as till:
        await till.write("c\r")
        await till.keys("2", "1", "2")  # Large; a shot; nothing more.
        (line,) = till.world.counter.sale.lines
        assert (("라지", "샷"), Won(4_200)) == (line.options, line.total)
        assert "라지" in till.text()


async def test_a_price_and_a_weight_are_asked_for() -> None:
    async with a_till(a_world()) as till:
        await till.write("r\r")
        await till.write("12,000\r")
        await till.write("b\r")
        await till.write(f"{SNACK}\r")  # A code is no weight.
        assert "AskOneScreen" == till.screen
        await till.keys("escape")
        await till.write("b\r")
        await till.write("450\r")
        assert [Won(12_000), Won(44_100)] == [e.total for e in till.world.counter.sale.lines]


async def test_a_favourite_is_three_keys() -> None:
    async with a_till(a_world()) as till:
        await till.keys("slash", "6", "2")
        await till.write("5000\r")
        assert ["r"] == [each.code for each in till.world.counter.sale.lines]


async def test_a_note_and_the_guests_stand_on_the_sale() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("slash", "7")
        await till.write("덜 맵게\r")
        await till.keys("slash", "8")
        await till.write("4\r")
        sale = till.world.counter.sale
        assert ("덜 맵게", 4) == (sale.lines[0].note, sale.guests)


async def test_a_scan_into_a_list_chooses_nothing() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("slash")
        await till.write(f"{SNACK}\r")
        assert "PickScreen" == till.screen
        assert 1 == len(till.world.counter.sale.lines)


@pytest.mark.parametrize("text", ["", "%", "10%%", "-5", "1e3", "١٠", "123456789"])
def test_what_is_no_discount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text itself is the message.
        read_discount(text)


Compare = Callable[..., bool]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_what_slash_offers(snap_compare: Compare, size: tuple[int, int]) -> None:
    world = World()
    world.counter.scan(RICE_CAKE)

    async def open_it(pilot: Pilot[Any]) -> None:
        await pilot.press("1", "0", "%", "enter")
        await pilot.pause(0.3)
        await pilot.press("slash")
        await pilot.pause(0.3)

    assert snap_compare(IeumApp(world.terminal()), terminal_size=size, run_before=open_it)


async def test_where_people_sign_in_a_larger_discount_is_allowed_by_a_pin() -> None:
    async with a_till(await staffed()) as till:
        await typed(till, CASHIER)
        await till.write(f"{RICE_CAKE}\r")
        await till.write("50%\r")
        assert "PinScreen" == till.screen
        await typed(till, CASHIER)  # She may not, herself.
        assert Won(5_000) == till.world.counter.sale.total
        await typed(till, MANAGER)
        discount = till.world.counter.sale.lines[0].discount
        assert discount is not None
        assert (Won(2_500), "김사장") == (till.big.amount, discount.permitted_by)
