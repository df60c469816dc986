"""The dialogs for a sale's papers and the list of cash receipts look as they did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from pos.domain.cash_receipt import CashReceiptUse
from pos.ui import i18n
from pos.ui.app import IeumApp
from tests.ui.test_refund import sold
from tests.ui.till import LARGE, RICE_CAKE, ROLL, SMALL
from tests.world import World

Compare = Callable[..., bool]
WAYS = {"papers": ("f7", "/"), "cash_receipt": ("f7", "/", "6"), "due": ("f4", "7")}


async def made(language: str) -> World:
    world = World(language=language)
    await sold(world, ROLL, card=4_500)
    record = await sold(world, RICE_CAKE)
    await world.cash_receipts.ask(record, CashReceiptUse.INCOME, "010-9876-1234")
    return world


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("way", WAYS)
def test_it_looks_as_it_did(
    snap_compare: Compare, way: str, size: tuple[int, int], language: str
) -> None:
    world = asyncio.run(made(language))

    async def look(pilot: Pilot[Any]) -> None:
        for key in WAYS[way]:
            await pilot.press(key)
            await pilot.pause(0.3)

    try:
        assert snap_compare(IeumApp(world.terminal()), terminal_size=size, run_before=look)
    finally:
        i18n.use("ko")
