"""Signing in, another person at the till, and somebody allowing once: the open sale stays."""

from __future__ import annotations

import pytest

from pos.domain.events import SaleRefunded
from pos.domain.payment_events import OfflineApproved, ReceivableClosed
from pos.domain.people import Grant, Permission, PermissionAllowed, Role
from tests.ui.test_permit import risky
from tests.ui.test_receivables import owing
from tests.ui.till import LARGE, RICE_CAKE, SMALL, SNACK, Till, a_till
from tests.world import World

FREE = Grant(Permission.PEOPLE, "부평 이음마트")
MANAGER, CASHIER = "12580", "24569"


async def staffed(world: World | None = None) -> World:
    world = world or World()
    await world.staff.add(FREE, "김사장", Role.MANAGER, "2580")
    await world.staff.add(FREE, "이하늘", Role.CASHIER, "4569")
    return world


async def typed(till: Till, code: str) -> None:
    await till.keys(*code, "enter")


async def test_where_nobody_was_entered_the_till_sells_at_once() -> None:
    async with a_till() as till:
        assert till.screen == "SellingScreen"
        await till.keys("f11")
        assert till.screen == "SellingScreen"


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_nothing_is_sold_before_somebody_signed_in(size: tuple[int, int]) -> None:
    async with a_till(await staffed(), size=size) as till:
        assert till.screen == "PinScreen"
        assert "이하늘" in till.text()
        await till.keys("escape", "f6", "f4")
        await till.write(f"{SNACK}\r")
        assert till.screen == "PinScreen"
        await typed(till, CASHIER)
        assert till.screen == "SellingScreen"
        assert "이하늘" in till.text()
        await till.write(f"{SNACK}\r")
        await till.keys("f6")
        assert till.sold == 1


async def test_a_pin_is_never_shown_and_a_wrong_one_is_told() -> None:
    async with a_till(await staffed()) as till:
        await till.keys(*"24568")
        assert "4568" not in till.text()
        await till.keys("enter")
        assert "번호나 PIN이 틀립니다" in till.text()


async def test_another_person_takes_over_by_one_key_and_a_pin_and_the_sale_stays() -> None:
    async with a_till(await staffed()) as till:
        await typed(till, CASHIER)
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f11")
        await typed(till, MANAGER)
        assert till.screen == "SellingScreen"
        assert till.world.staff.name == "김사장"
        assert till.world.counter.sale.lines
        await till.keys("f11", "escape")
        assert till.world.staff.name == "김사장"


async def test_a_refund_above_the_cashier_is_allowed_once_by_a_managers_pin() -> None:
    world = await staffed()
    for code in (SNACK, RICE_CAKE):
        world.counter.scan(code)
    await world.cash.pay(None)
    async with a_till(world) as till:
        await typed(till, CASHIER)
        await till.keys("f7", "enter", "-", "1")  # A part: a refund, not a void.
        assert till.screen == "PinScreen"
        assert "김사장" in till.text()
        assert "이하늘 님은 혼자" in till.text()
        await typed(till, CASHIER)
        assert "권한이 없습니다" in till.text()
        await till.keys("escape")
        assert "허락되지 않았습니다" in till.message
        assert not [e for e in world.events() if isinstance(e, SaleRefunded)]
        await till.keys("1")
        await typed(till, MANAGER)
        [refunded] = [e for e in world.events() if isinstance(e, SaleRefunded)]
        assert refunded.refund.by == "이하늘"
        [allowed] = [e for e in world.events() if isinstance(e, PermissionAllowed)]
        assert (allowed.by, allowed.allowed_by) == ("이하늘", "김사장")
        assert allowed.about == refunded.refund.sale_receipt_number


async def test_a_void_of_the_day_is_the_cashiers_own() -> None:
    world = await staffed()
    world.counter.scan(SNACK)
    await world.cash.pay(None)
    async with a_till(world) as till:
        await typed(till, CASHIER)
        await till.keys("f7", "enter", "1")
        [refunded] = [e for e in world.events() if isinstance(e, SaleRefunded)]
        assert refunded.refund.by == "이하늘"


async def test_the_risk_is_taken_by_somebody_who_may() -> None:
    world = await staffed(risky())
    async with a_till(world) as till:
        await typed(till, CASHIER)
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f5", "1")
        assert till.screen == "PinScreen"
        await typed(till, MANAGER)
        [approved] = [e for e in world.events() if isinstance(e, OfflineApproved)]
        assert approved.permitted_by == "김사장"


async def test_a_receivable_is_closed_by_who_proved_it() -> None:
    world = await staffed(await owing())
    async with a_till(world) as till:
        await typed(till, MANAGER)
        await till.keys("f4", "1", "down", "2")
        await till.keys(*"gone", "enter")
        await till.keys("1")
        [closed] = [e for e in world.events() if isinstance(e, ReceivableClosed)]
        assert (closed.by, closed.note) == ("김사장", "gone")


async def test_the_days_figures_are_not_for_everybody() -> None:
    async with a_till(await staffed()) as till:
        await typed(till, CASHIER)
        await till.keys("f4")
        assert till.screen == "PinScreen"
        await typed(till, MANAGER)
        assert till.screen == "DayScreen"


async def test_the_first_person_is_entered_at_the_till_and_is_a_manager() -> None:
    async with a_till() as till:
        await till.keys("f8", "6")
        assert till.screen == "PeopleScreen"
        await till.keys("1")
        await till.keys(*"Kim", "enter")
        await till.keys(*"2580", "enter")
        await till.keys(*"2580", "enter")
        [person] = till.world.staff.everyone
        assert (person.name, person.role) == ("Kim", Role.MANAGER)
        assert "2580" not in till.text()
        assert "PinScreen" in {type(each).__name__ for each in till.app.screen_stack} or (
            till.world.staff.in_use
        )


async def test_people_are_changed_and_two_pins_that_differ_change_nothing() -> None:
    world = await staffed()
    async with a_till(world) as till:
        await typed(till, MANAGER)
        await till.keys("f8", "6", "down", "2")
        await till.keys(*"7310", "enter")
        await till.keys(*"7311", "enter")
        assert "다릅니다" in till.message
        await till.keys("3", "2", "enter")
        assert world.staff.everyone[1].role is Role.SENIOR
        await till.keys("4")
        assert not world.staff.everyone[1].active
        await till.keys("4", "1")
        await till.keys(*"Park", "enter")
        await till.keys("1", "enter")
        await till.keys(*"9031", "enter")
        await till.keys(*"9031", "enter")
        assert [each.name for each in world.staff.everyone][2:] == ["Park"]
        assert world.staff.everyone[2].role is Role.CASHIER


async def test_a_scan_at_the_pin_counts_as_nobodys_try() -> None:
    world = await staffed()
    async with a_till(world) as till:
        for _ in range(7):
            await till.write("29999999\r")
        assert "person.pin_failed" not in world.store.kinds()
        await typed(till, CASHIER)
        assert world.staff.name == "이하늘"
