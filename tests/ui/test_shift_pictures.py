"""The screens of people, shift, training and help look as they did, in both languages and at both sizes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from pos.domain.people import Grant, Permission, Role
from pos.domain.shift import CashMove
from pos.domain.won import Won
from pos.ui import i18n
from pos.ui.app import IeumApp
from tests.ui.till import LARGE, RICE_CAKE, ROLL, SMALL, SNACK
from tests.world import World

Compare = Callable[..., bool]
FREE = Grant(Permission.PEOPLE, "shop")
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
LANGUAGES = pytest.mark.parametrize("language", ["ko", "en"])


@pytest.fixture(autouse=True)
def korean_again() -> Iterator[None]:
    yield
    i18n.use("ko")


async def day(world: World) -> None:
    await world.staff.add(FREE, "김사장", Role.MANAGER, "2580")
    await world.staff.add(FREE, "이하늘", Role.CASHIER, "4569")
    await world.staff.add(FREE, "박선임", Role.SENIOR, "7310")
    await world.staff.change(FREE, 3, active=False)
    await world.staff.sign_in("24569")
    await world.shift.open(Won(100_000), by="이하늘")
    for codes in ((SNACK, ROLL), (RICE_CAKE,), (ROLL, ROLL)):
        for code in codes:
            world.counter.scan(code)
        await (world.card.pay() if len(codes) == 1 else world.cash.pay(None))
        world.clock.time += timedelta(minutes=7)
    await world.staff.sign_in("12580")
    cash = Grant(Permission.CASH_IN_OUT, "김사장")
    await world.shift.move(cash, CashMove.PAID_OUT, Won(3_000), "얼음")
    world.counter.scan(SNACK)
    await world.cash.pay(None)


def keys(*pressed: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    async def run(pilot: Pilot[Any]) -> None:
        for key in pressed:
            await pilot.press(key)
            await pilot.pause(0.08)
        await pilot.pause(0.1)

    return run


def a_day(language: str) -> World:
    world = World(language=language)
    asyncio.run(day(world))
    return world


COUNTS = ("2", "enter", "enter", "1", "enter", *("enter",) * 5)
SCENES = {
    "shift": ("f9", "1"),
    "paid_out": ("f9", "3", *"3000", "enter"),
    "count": ("f9", "6", "2", "enter", "enter", "1"),
    "counted": ("f9", "6", *COUNTS),
    "difference": ("f9", "6", *("enter",) * 8, "1"),
    "closed": ("f9", "6", "2", *("enter",) * 2, "1", *("enter",) * 2, "4", *("enter",) * 4, "1"),
    "people": ("f8", "6"),
    "sign_in": ("f11", "2", "4"),
    "help": ("f9", "f1"),
}


@LANGUAGES
@SIZES
@pytest.mark.parametrize("scene", SCENES)
def test_it_looks_as_agreed(
    snap_compare: Compare, scene: str, size: tuple[int, int], language: str
) -> None:
    app = IeumApp(a_day(language).terminal())
    assert snap_compare(app, terminal_size=size, run_before=keys(*SCENES[scene]))


@LANGUAGES
@SIZES
def test_somebody_who_may_is_asked(
    snap_compare: Compare, size: tuple[int, int], language: str
) -> None:
    world = a_day(language)
    asyncio.run(world.staff.sign_in("24569"))
    app = IeumApp(world.terminal())
    assert snap_compare(app, terminal_size=size, run_before=keys("f9", "5"))


@LANGUAGES
@SIZES
def test_training_says_so(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    world = World(language=language, training=True)
    assert snap_compare(IeumApp(world.terminal()), terminal_size=size, run_before=keys("f7"))
