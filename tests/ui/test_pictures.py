"""The selling screen looks as it did: `pytest --snapshot-update` after a change that is meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from pos.ui.app import IeumApp
from tests.ui.till import LARGE, MILK, RICE_CAKE, SMALL, SNACK
from tests.world import World

Compare = Callable[..., bool]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_a_sale_being_rung_up(snap_compare: Compare, size: tuple[int, int]) -> None:
    world = World()
    for code in (SNACK, MILK, RICE_CAKE):
        world.counter.scan(code)
    assert snap_compare(IeumApp(world.terminal()), terminal_size=size)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_an_offline_sale_that_is_paid(snap_compare: Compare, size: tuple[int, int]) -> None:
    world = World()
    world.counter.scan(RICE_CAKE)
    world.line.failed(world.clock.now())

    async def pay(pilot: Pilot[Any]) -> None:
        await pilot.press("f5")
        await pilot.pause(0.1)

    assert snap_compare(IeumApp(world.terminal()), terminal_size=size, run_before=pay)
