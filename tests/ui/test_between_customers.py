"""What one customer leaves on the screen, and what keys in the wrong moment must not do."""

from __future__ import annotations

from pos.domain.won import Won
from pos.ui.screens.selling import SellingScreen
from tests.fakes import ScriptedLedger, ScriptedReader
from tests.ui.till import RICE_CAKE, SNACK, a_till
from tests.world import World


async def test_a_scan_right_behind_the_card_key_is_the_next_customers() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.write(f"\x1b[15~{SNACK}\r")
        await till.settle()
        assert "PaymentScreen" == till.screen
        assert till.world.reader.requests[0].amount == Won(5_000)


async def test_the_last_customers_card_is_gone_with_the_next_ones_first_line() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f5")
        assert "잔액" in till.rows()
        await till.write(f"{SNACK}\r")
        assert "잔액" not in till.rows()
        assert ("합계", Won(1_500)) == (till.big.label, till.big.amount)


async def test_a_dropped_sale_shows_nobodys_success() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f5")
        await till.write(f"{SNACK}\r")
        await till.keys("escape", "escape")
        assert "승인 금액" != till.big.label
        assert "승인 금액" not in till.rows()


async def test_a_split_sale_ends_with_its_total() -> None:
    async with a_till(World(ledger=ScriptedLedger(balance=Won(2_000)))) as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f5")
        await till.keys("enter")
        await till.keys("f6")
        assert ("합계", Won(5_000)) == (till.big.label, till.big.amount)
        assert "현금 결제 완료" not in till.text()


async def test_the_question_goes_when_it_is_no_longer_asked() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("escape")
        assert "한 번 더" in till.text()
        await till.keys("up")
        assert "한 번 더" not in till.text()
        await till.keys("escape")
        assert till.world.counter.sale.lines


async def test_ctrl_c_with_an_open_sale_asks_first() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("ctrl+c")
        assert till.app.is_running
        assert isinstance(till.app.screen, SellingScreen)
        assert "F10" in till.text()


async def test_a_quantity_beyond_the_limit_is_named_as_such() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.write("9999999*\r")
        assert "9999" in till.text()
        assert "등록되지 않은" not in till.text()
