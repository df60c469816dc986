"""Scanning, changing, dropping and paying in cash, as a cashier does it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pos.domain.catalogue import Catalogue, Product
from pos.domain.tender import CashTender
from pos.domain.won import Won
from pos.ui.widgets.entry import Entry
from pos.ui.widgets.pick_list import PickList
from tests.ui.till import LARGE, MILK, RICE_CAKE, ROLL, SMALL, SNACK, a_till


async def test_a_burst_of_four_codes_in_one_write_is_four_scans_in_order() -> None:
    async with a_till() as till:
        await till.write(f"{SNACK}\r{ROLL}\r{MILK}\r{RICE_CAKE}\r")

        lines = till.world.counter.sale.lines
        assert [SNACK, ROLL, MILK, RICE_CAKE] == [line.code for line in lines]
        assert {1} == {line.quantity for line in lines}


async def test_a_scanner_that_ends_with_cr_lf_scans_once_and_opens_nothing() -> None:
    async with a_till() as till:
        await till.write(f"{SNACK}\r\n{ROLL}\r\n")
        assert 2 == len(till.world.counter.sale.lines)
        assert "SellingScreen" == till.screen


async def test_a_scan_and_the_cash_key_and_the_next_scan_in_one_write_stay_apart() -> None:
    async with a_till() as till:
        await till.write(f"{SNACK}\r\x1b[17~{ROLL}\r")

        assert 1 == till.sold
        assert [ROLL] == [line.code for line in till.world.counter.sale.lines]


async def test_pasted_codes_are_scans_too() -> None:
    async with a_till() as till:
        await till.write(f"\x1b[200~{SNACK}\n{ROLL}\n\x1b[201~")
        assert [SNACK, ROLL] == [line.code for line in till.world.counter.sale.lines]


async def test_a_quantity_before_the_code_counts() -> None:
    async with a_till() as till:
        await till.write(f"3*{RICE_CAKE}\r")
        assert Won(15_000) == till.world.counter.sale.total
        assert Won(15_000) == till.big.amount


async def test_an_unknown_code_adds_nothing_and_says_so() -> None:
    async with a_till() as till:
        await till.write("999\r")
        assert () == till.world.counter.sale.lines
        assert "999" in till.message
        assert "추가되지 않았습니다" in till.message


async def test_initials_find_a_product_and_enter_adds_the_chosen_one() -> None:
    async with a_till() as till:
        await till.write("ㄱ")
        found = till.app.screen.query_one(PickList)
        assert found.display
        await till.keys("down", "enter")

        assert 1 == len(till.world.counter.sale.lines)
        assert not found.display


async def test_a_name_typed_and_entered_in_one_write_needs_no_list() -> None:
    async with a_till() as till:
        await till.write("새우\r")
        assert [SNACK] == [line.code for line in till.world.counter.sale.lines]


async def test_decomposed_hangul_finds_the_product() -> None:
    async with a_till() as till:
        await till.write("\u1109\u1162\u110b\u116e\r")  # 새우, as some keyboards send it.
        assert [SNACK] == [line.code for line in till.world.counter.sale.lines]


async def test_lines_are_chosen_counted_and_taken_off_by_keys() -> None:
    async with a_till() as till:
        await till.write(f"{SNACK}\r{ROLL}\r")
        await till.keys("up", "+", "+", "-")
        assert [2, 1] == [line.quantity for line in till.world.counter.sale.lines]

        await till.keys("down", "delete")
        assert [SNACK] == [line.code for line in till.world.counter.sale.lines]

        await till.write("0*\r")
        assert () == till.world.counter.sale.lines


async def test_esc_empties_the_field_first_and_drops_the_sale_only_when_pressed_twice() -> None:
    async with a_till() as till:
        await till.write(f"{SNACK}\r12")
        await till.keys("escape")
        assert "" == till.app.screen.query_one(Entry).value
        await till.keys("escape")
        assert 1 == len(till.world.counter.sale.lines)
        await till.keys("up", "escape")  # Another key between takes the question back.
        assert 1 == len(till.world.counter.sale.lines)
        await till.keys("escape")
        assert () == till.world.counter.sale.lines
        assert "sale.dropped" in till.world.store.kinds()


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_typed_amount_and_the_cash_key_show_the_change_big(size: tuple[int, int]) -> None:
    async with a_till(size=size) as till:
        await till.write(f"{SNACK}\r10000")
        await till.keys("f6")

        assert 1 == till.sold
        assert ("거스름돈", Won(8_500)) == (till.big.label, till.big.amount)
        assert "10,000원" == till.rows()["받은 돈"]


async def test_the_cash_key_alone_is_the_exact_amount_at_once() -> None:
    async with a_till() as till:
        await till.write(f"{SNACK}\r")
        await till.keys("f6")
        sale = await till.world.reprint.last_sale()
        assert sale is not None
        assert (CashTender(Won(1_500), Won(1_500), Won(0)),) == sale.tenders


async def test_too_little_cash_is_refused_and_the_sale_stays() -> None:
    async with a_till() as till:
        await till.write(f"{SNACK}\r1000")
        await till.keys("f6")
        assert 0 == till.sold
        assert "1,000원" in till.message


async def test_a_number_pad_alone_is_enough_to_sell() -> None:
    async with a_till() as till:
        await till.write(f"{RICE_CAKE}\r")
        till.world.clock.time += timedelta(seconds=1)
        await till.keys("enter")
        assert "MenuScreen" == till.screen
        await till.keys("2")
        assert "CashScreen" == till.screen
        await till.write("6000\r")
        assert Won(1_000) == till.big.amount
        assert 1 == till.sold


async def test_a_scan_into_the_menu_chooses_nothing() -> None:
    async with a_till() as till:
        await till.keys("enter")
        assert "MenuScreen" == till.screen
        await till.write(f"{RICE_CAKE}\r")
        assert "MenuScreen" == till.screen


async def test_reprint_queues_a_marked_copy_and_says_which() -> None:
    async with a_till() as till:
        await till.write(f"{SNACK}\r")
        await till.keys("f6", "f2")
        assert [False, True] == [job.reprint for job in till.world.store.jobs]
        assert "20261124-0001" in till.message


async def test_quitting_with_an_open_sale_is_asked_once() -> None:
    async with a_till() as till:
        await till.write(f"{SNACK}\r")
        await till.keys("f10")
        assert till.app.is_running
        assert "F10" in till.message


async def test_the_line_added_last_is_in_view_however_long_the_sale_is() -> None:
    products = [Product(f"5{number:03d}", f"상품 {number}", Won(100)) for number in range(60)]
    async with a_till() as till:
        till.world.counter.catalogue = Catalogue(products)
        await till.write("".join(f"{product.code}\r" for product in products))
        assert ">  60 상품 59" in till.text()
        await till.keys(*["up"] * 20)
        assert ">  40 상품 39" in till.text()
        await till.keys("escape", "escape")
        await till.write("5000\r")
        assert ">   1 상품 0" in till.text()
