"""The shift's keys: X in two, a close in three and the counts, and nothing told before the count."""

from __future__ import annotations

from typing import TypeVar

import pytest

from pos.domain.events import DrawerOpened
from pos.domain.people import Role
from pos.domain.shift import CashMoved, CloseUndone, ShiftClosed, ShiftOpened
from pos.domain.won import Won
from pos.ports import PrintKind
from tests.fakes import FakePrinter
from tests.ui.test_people import CASHIER, FREE, MANAGER, staffed, typed
from tests.ui.till import LARGE, RICE_CAKE, SMALL, SNACK, Till, a_till
from tests.world import World

T = TypeVar("T")


async def sold(world: World, *codes: str) -> World:
    for code in codes:
        world.counter.scan(code)
    await world.cash.pay(None)
    return world


async def count(till: Till, *pieces: str) -> None:
    for each in pieces:
        await till.keys(*each, "enter")


def of(world: World, kind: type[T]) -> list[T]:
    return [event for event in world.events() if isinstance(event, kind)]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_x_is_two_keys(size: tuple[int, int]) -> None:
    world = await sold(World(), RICE_CAKE)
    async with a_till(world, size=size) as till:
        await till.keys("f9", "1")
        assert world.store.jobs[-1].kind is PrintKind.SHIFT_REPORT
        assert till.rows("report")["전체 매출"] == "1건 5,000원"
        assert "있어야 할 현금" not in till.text()
        assert of(world, ShiftClosed) == []


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_close_is_three_keys_and_the_counts(size: tuple[int, int]) -> None:
    world = await sold(World(), RICE_CAKE)
    async with a_till(world, size=size) as till:
        await till.keys("f9", "6")
        await count(till, "", "", "1", "", *[""] * 4)
        assert "있어야 할 현금" not in till.text()
        assert till.big.amount == Won(5_000)
        await till.keys("1")
        [closed] = of(world, ShiftClosed)
        assert (closed.number, closed.count.difference) == (1, Won(0))
        assert "차액 없음" in till.text()
        await till.keys("enter")
        assert till.screen == "ShiftScreen"


async def test_what_is_short_is_told_after_the_count_and_above_the_limit_a_manager_accepts() -> (
    None
):
    world = await staffed()
    await world.staff.sign_in(CASHIER)
    await world.shift.open(Won(100_000), by="이하늘")
    await sold(world, SNACK)
    async with a_till(world) as till:
        await till.keys("f9", "6")
        await count(till, "1", *[""] * 7)
        assert "51,500" not in till.text()
        await till.keys("1")
        assert ("부족", Won(-51_500)) == (till.big.label, till.big.amount)
        assert of(world, ShiftClosed) == []
        await till.keys("1")
        assert till.screen == "PinScreen"
        await typed(till, MANAGER)
        [closed] = of(world, ShiftClosed)
        assert (closed.by, closed.accepted_by) == ("이하늘", "김사장")


async def test_counting_again_leaves_the_first_count_on_record() -> None:
    world = World()
    await world.shift.open(Won(100_000), by="A")
    async with a_till(world) as till:
        await till.keys("f9", "6")
        await count(till, "1", *[""] * 7)
        await till.keys("1", "2")
        await count(till, "2", *[""] * 7)
        await till.keys("1")
        assert world.store.kinds().count("shift.counted") == 2
        assert of(world, ShiftClosed)[0].count.difference == Won(0)


async def test_a_scan_while_counting_closes_nothing() -> None:
    world = await sold(World(), RICE_CAKE)
    async with a_till(world) as till:
        await till.keys("f9", "6")
        await till.write(f"{SNACK}\r" * 9)
        await till.write("1\r")
        assert of(world, ShiftClosed) == []


async def test_an_open_sale_is_finished_first() -> None:
    world = await sold(World(), RICE_CAKE)
    async with a_till(world) as till:
        await till.write(f"{SNACK}\r")
        await till.keys("f9", "6")
        assert till.screen == "ShiftScreen"
        assert "계산하지 않은 판매" in till.message


async def test_float_and_cash_moves_ask_amount_and_reason_and_kick_once() -> None:
    world = World()
    async with a_till(world) as till:
        await till.keys("f9", "7", *"50000", "enter")
        assert of(world, ShiftOpened)[0].cash_float == Won(50_000)
        assert till.rows("standing")["준비금"] == "50,000원"
        for key, amount in (("2", "10000"), ("3", "3000"), ("4", "20000")):
            await till.keys(key, *amount, "enter", "1", "enter")
        assert [(m.move.value, m.amount, m.reason) for m in of(world, CashMoved)] == [
            ("paid_in", Won(10_000), "잔돈 가져옴"),
            ("paid_out", Won(3_000), "물품 구입"),
            ("safe_drop", Won(20_000), "금고로"),
        ]
        assert world.printer.kicks == 3
        await till.keys("5", "1", "enter")
        assert [opened.why for opened in of(world, DrawerOpened)] == ["잔돈 교환"]
        assert world.printer.kicks == 4


async def test_a_drawer_that_stays_shut_is_said_and_on_record() -> None:
    from pos.ports import PrintOutcome, PrintResult

    class Gone(FakePrinter):
        async def kick_drawer(self, *, deadline_ms: int) -> PrintResult:
            return PrintResult(PrintOutcome.NOT_STARTED, "unreachable")

    world = World(printer=Gone())
    async with a_till(world) as till:
        await till.keys("f9", "5", "1", "enter")
        assert "열리지 않았습니다" in till.message
        assert len(of(world, DrawerOpened)) == 1


async def test_a_wrong_close_is_undone_with_a_reason() -> None:
    world = await sold(World(), RICE_CAKE)
    async with a_till(world) as till:
        await till.keys("f9", "6")
        await count(till, "", "", "1", *[""] * 5)
        await till.keys("1", "enter", "8", "1", "enter")
        assert [undone.reason for undone in of(world, CloseUndone)] == ["실수로 마감"]
        assert "취소했습니다" in till.message


async def test_a_cashier_asks_for_what_is_not_hers() -> None:
    world = await staffed()
    await world.staff.add(FREE, "박선임", Role.SENIOR, "7310")
    async with a_till(world) as till:
        await typed(till, CASHIER)
        for key in ("1", "2", "5", "8"):
            await till.keys("f9", key)
            assert till.screen == "PinScreen", key
            await till.keys("escape", "escape")
