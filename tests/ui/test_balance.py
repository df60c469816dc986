"""The balance of a card: one key on an empty sale, and never a payment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from pos.domain.won import Won
from pos.ui import i18n
from pos.ui.app import IeumApp
from pos.ui.screens import balance
from tests.fakes import NOON, ScriptedReader, good_card
from tests.ui.till import LARGE, RICE_CAKE, SMALL, a_till
from tests.world import World

Compare = Callable[..., bool]


async def test_one_key_on_an_empty_sale_shows_the_purses_and_pays_nothing() -> None:
    async with a_till() as till:
        await till.keys("f5")
        assert till.screen == "BalanceScreen"
        assert till.big.amount == Won(50_000)
        assert "38,000원" in till.text()
        assert "통신이 끊겼을 때 쓸 금액" in till.text()
        await till.keys("escape")
        assert till.screen == "SellingScreen"
        assert till.world.store.kinds() == []


async def test_during_a_sale_it_is_behind_the_card_key_and_the_sale_stays() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f5", "slash", "3")
        assert till.screen == "BalanceScreen"
        await till.keys("escape")
        assert till.world.counter.sale.due == Won(5_000)
        assert "payment.sent" not in till.world.store.kinds()


async def test_esc_stops_waiting_and_a_scan_meanwhile_does_nothing() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await till.keys("f5")
        assert "결제되지 않습니다" in till.text()
        await till.write(f"{RICE_CAKE}\r")
        assert till.screen == "BalanceScreen"
        await till.keys("escape")
        assert till.screen == "SellingScreen"
        assert not till.world.counter.paying
        assert till.world.counter.sale.lines == ()


async def test_without_the_line_it_says_why_and_that_nothing_was_charged() -> None:
    world = World()
    world.line.failed(NOON)
    async with a_till(world) as till:
        await till.keys("f5")
        assert "U04" in till.text()
        assert "결제되거나" in till.text()


async def test_it_goes_by_itself_and_never_while_the_next_card_is_awaited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(balance, "SHOWN_S", 0.5)
    async with a_till(World(reader=ScriptedReader(good_card(), None))) as till:
        await till.keys("f5", "enter")
        await till.pilot.pause(0.7)
        assert till.screen == "BalanceScreen"
        await till.keys("escape", "f5")
        assert till.screen == "BalanceScreen"
        await till.pilot.pause(0.7)
        await till.settle()
        assert till.screen == "SellingScreen"


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_what_a_card_holds_looks_so(
    snap_compare: Compare, size: tuple[int, int], language: str
) -> None:
    async def ask(pilot: Pilot[Any]) -> None:
        await pilot.press("f5")
        await pilot.pause(0.2)

    try:
        app = IeumApp(World(language=language).terminal())
        assert snap_compare(app, terminal_size=size, run_before=ask)
    finally:
        i18n.use("ko")
