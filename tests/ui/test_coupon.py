"""A coupon at the till: one scan, or three keys and its letters, and every way it can end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from pos.domain.benefit import Benefit, BenefitKind
from pos.domain.coupon import CouponRefusal
from pos.domain.payment_answers import DeclineReason
from pos.domain.won import Won
from pos.ui import i18n
from pos.ui.app import IeumApp
from pos.ui.widgets.figures import Figures
from tests.fakes import NOON, ScriptedLedger, ScriptedReader
from tests.pos.services.test_take_coupon import CODE, PRINTED
from tests.ui.till import LARGE, RICE_CAKE, SMALL, a_till
from tests.world import World

Compare = Callable[..., bool]


async def test_a_scanned_coupon_pays_its_part_at_once_and_cash_the_rest() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.write(f"{PRINTED}\r")
        assert till.screen == "SellingScreen"
        assert till.world.counter.sale.due == Won(2_000)
        assert "장보는 날" in till.rows()["쿠폰"]
        await till.keys("f6")
        assert till.sold == 1


async def test_three_keys_and_a_typed_code_do_the_same_with_hangul_left_on() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f5", "slash")
        assert till.screen == "PickScreen"
        await till.keys("1")
        assert till.screen == "CouponScreen"
        await till.write(f"{CODE.lower()}\r")
        assert till.screen == "SellingScreen"
        assert till.world.counter.sale.due == Won(2_000)
        assert till.world.store.kinds().count("payment.approved") == 1


async def test_a_refused_coupon_says_why_keeps_the_sale_and_can_be_tried_again() -> None:
    said = CouponRefusal(DeclineReason.COUPON_MINIMUM, Won(20_000))
    async with a_till(World(ledger=ScriptedLedger(coupon_said=said))) as till:
        await till.write(f"{RICE_CAKE}\r{PRINTED}\r")
        await till.settle()
        assert till.screen == "CouponScreen"
        assert "20,000원부터" in till.text()
        assert till.world.store.kinds() == []
        await till.write("ABC\r")
        assert "U01" in till.text()
        await till.keys("escape")
        assert till.screen == "SellingScreen"
        assert till.world.counter.sale.due == Won(5_000)


async def test_without_the_line_it_says_so_plainly() -> None:
    world = World()
    async with a_till(world) as till:
        world.line.failed(NOON)
        await till.write(f"{RICE_CAKE}\r{PRINTED}\r")
        await till.settle()
        assert "통신이 끊겨 쿠폰을 받을 수 없습니다" in till.text()
        assert world.store.kinds() == []


async def test_nothing_to_pay_takes_no_coupon() -> None:
    async with a_till() as till:
        await till.write(f"{PRINTED}\r")
        assert till.screen == "SellingScreen"
        assert till.world.store.kinds() == []


async def test_while_the_answer_is_awaited_no_key_goes_back_and_no_second_coupon_goes_out() -> None:
    answered = asyncio.Event()

    class Slow(ScriptedLedger):
        async def coupon(self, code, total, *, deadline_ms):  # type: ignore[no-untyped-def]
            await answered.wait()
            return await super().coupon(code, total, deadline_ms=deadline_ms)

    async with a_till(World(ledger=Slow())) as till:
        await till.write(f"{RICE_CAKE}\r{PRINTED}\r")
        await till.keys("escape")
        await till.write(f"{PRINTED}\r")
        assert till.screen == "CouponScreen"
        answered.set()
        await till.settle()
        await till.settle()
        assert till.screen == "SellingScreen"
        assert till.world.store.kinds().count("payment.intended") == 1


async def test_the_pay_screen_and_the_result_say_what_the_shop_gives_on_top() -> None:
    ledger = ScriptedLedger(benefits=(Benefit(BenefitKind.PLUS, "3%", Won(150)),))
    world = World(ledger=ledger, plus_bp=300)
    world.reader.script = [None]
    async with a_till(world) as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f5")
        rows = dict(till.app.screen.query_one(Figures).rows)
        assert rows == {"혜택플러스 3% (매장)": "캐시 최대 150원"}
        await till.keys("escape", "f5")
        assert till.rows()[" 그중 혜택플러스(매장)"] == "150원"


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_coupon_that_is_refused_looks_so(
    snap_compare: Compare, size: tuple[int, int], language: str
) -> None:
    said = CouponRefusal(DeclineReason.COUPON_MINIMUM, Won(20_000))
    world = World(
        ledger=ScriptedLedger(coupon_said=said), reader=ScriptedReader(None), language=language
    )
    world.counter.scan(RICE_CAKE)

    async def scan(pilot: Pilot[Any]) -> None:
        await pilot.press("f5", "slash")
        await pilot.pause(0.2)
        await pilot.press("1")
        await pilot.pause(0.2)
        await pilot.press(*CODE, "enter")
        await pilot.pause(0.2)

    try:
        assert snap_compare(IeumApp(world.terminal()), terminal_size=size, run_before=scan)
    finally:
        i18n.use("ko")
