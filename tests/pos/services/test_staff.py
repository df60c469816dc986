"""Signing in and allowing: the try counts before its answer, and who allowed what is on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from composition.pin_hasher import Argon2Pins
from pos.domain.people import (
    NUMBERS,
    TRIES_MAX,
    Grant,
    Permission,
    PermissionAllowed,
    PersonChanged,
    PinFailed,
    Role,
    SignedIn,
)
from pos.domain.people_errors import (
    NoRoomForPerson,
    NotPermitted,
    PersonLocked,
    PersonNameTaken,
    PinTooSimple,
    PinWrong,
    ShopNeedsManager,
)
from pos.services.staff import Staff
from tests.fakes import PlainHasher, PowerCut
from tests.world import World

FREE = Grant(Permission.PEOPLE, "부평 이음마트")
MANAGER, CASHIER = "12580", "24569"


async def staffed() -> World:
    world = World()
    await world.staff.add(FREE, "김사장", Role.MANAGER, "2580")
    await world.staff.add(FREE, "이하늘", Role.CASHIER, "4569")
    return world


def again(world: World) -> Staff:
    """The same store after a kill."""
    return Staff(
        store=world.store, hasher=PlainHasher(), clock=world.clock, shop_name="부평 이음마트"
    )


async def test_with_nobody_entered_the_shop_stands_for_the_person_and_may_all() -> None:
    staff = World().staff
    assert not staff.in_use
    assert staff.name == "부평 이음마트"
    assert staff.grant(Permission.REFUND) == Grant(Permission.REFUND, "부평 이음마트")


async def test_once_somebody_is_entered_nobody_may_anything_before_signing_in() -> None:
    world = await staffed()
    assert (world.staff.in_use, world.staff.name) == (True, "")
    assert world.staff.grant(Permission.VOID) is None


async def test_the_settings_can_switch_signing_in_off() -> None:
    world = await staffed()
    off = Staff(
        store=world.store, hasher=PlainHasher(), clock=world.clock, shop_name="S", wanted=False
    )
    await off.load()
    assert (off.in_use, off.name, off.may(Permission.PEOPLE)) == (False, "S", True)


async def test_signing_in_is_on_record_and_a_second_person_takes_over() -> None:
    world = await staffed()
    await world.staff.sign_in(CASHIER)
    assert world.staff.name == "이하늘"
    assert world.staff.may(Permission.VOID)
    assert not world.staff.may(Permission.REFUND)
    await world.staff.sign_in(MANAGER)
    assert world.staff.may(Permission.REFUND)
    names = [event.name for event in world.events() if isinstance(event, SignedIn)]
    assert names == ["이하늘", "김사장"]


@pytest.mark.parametrize("code", ["22580", "14569", "32580", "2", "", "abcd", "8801234000017"])
async def test_a_wrong_code_changes_nothing_about_who_is_there(code: str) -> None:
    world = await staffed()
    await world.staff.sign_in(MANAGER)
    with pytest.raises(PinWrong):
        await world.staff.sign_in(code)
    assert world.staff.name == "김사장"


async def test_the_lock_survives_a_kill_and_only_time_or_a_manager_ends_it() -> None:
    world = await staffed()
    for _ in range(TRIES_MAX - 1):
        with pytest.raises(PinWrong):
            await world.staff.sign_in("29999")
    with pytest.raises(PersonLocked):
        await world.staff.sign_in("29999")
    fresh = again(world)
    await fresh.load()
    with pytest.raises(PersonLocked):
        await fresh.sign_in(CASHIER)  # Even the right one.
    assert [e.tries for e in world.events() if isinstance(e, PinFailed)] == [1, 2, 3, 4, 5]
    world.clock.time += timedelta(minutes=1, seconds=1)
    assert (await fresh.sign_in(CASHIER)).tries == 0


async def test_a_new_pin_ends_a_lock() -> None:
    world = await staffed()
    for _ in range(TRIES_MAX):
        with pytest.raises((PinWrong, PersonLocked)):
            await world.staff.sign_in("29999")
    await world.staff.set_pin(FREE, 2, "7310")
    assert (await world.staff.sign_in("27310")).name == "이하늘"


async def test_a_kill_before_the_answer_leaves_the_try_counted() -> None:
    world = await staffed()

    class Killed(PlainHasher):
        async def verify(self, pin_hash: str, pin: str) -> bool:
            raise PowerCut

    staff = Staff(store=world.store, hasher=Killed(), clock=world.clock, shop_name="S")
    await staff.load()
    for _ in range(TRIES_MAX):
        with pytest.raises(PowerCut):
            await staff.sign_in("29999")
    fresh = again(world)
    await fresh.load()
    with pytest.raises(PersonLocked):
        await fresh.sign_in(CASHIER)


async def test_a_scan_at_the_sign_in_counts_against_nobody() -> None:
    world = await staffed()
    for _ in range(TRIES_MAX + 1):
        with pytest.raises(PinWrong):
            await world.staff.sign_in("2801234000017")
    assert (await world.staff.sign_in(CASHIER)).name == "이하늘"


async def test_a_manager_allows_once_and_it_is_on_record_before_the_act() -> None:
    world = await staffed()
    await world.staff.sign_in(CASHIER)
    grant = await world.staff.approve(Permission.REFUND, MANAGER, "20261124-0001")
    assert grant == Grant(Permission.REFUND, "이하늘", "김사장")
    assert world.staff.name == "이하늘"
    [allowed] = [e for e in world.events() if isinstance(e, PermissionAllowed)]
    assert (allowed.permission, allowed.by, allowed.allowed_by, allowed.about) == (
        Permission.REFUND,
        "이하늘",
        "김사장",
        "20261124-0001",
    )
    assert not world.staff.may(Permission.REFUND)  # It was for once.


async def test_a_right_pin_without_the_permission_allows_nothing() -> None:
    world = await staffed()
    await world.staff.sign_in(CASHIER)
    with pytest.raises(NotPermitted):
        await world.staff.approve(Permission.REFUND, CASHIER, "x")
    assert not [e for e in world.events() if isinstance(e, PermissionAllowed)]


async def test_the_first_person_must_be_a_manager_and_the_last_one_stays() -> None:
    world = World()
    with pytest.raises(ShopNeedsManager):
        await world.staff.add(FREE, "이하늘", Role.CASHIER, "4569")
    assert not world.staff.in_use
    world = await staffed()
    with pytest.raises(ShopNeedsManager):
        await world.staff.change(FREE, 1, role=Role.SENIOR)
    with pytest.raises(ShopNeedsManager):
        await world.staff.change(FREE, 1, active=False)
    await world.staff.change(FREE, 2, active=False)
    await world.staff.change(FREE, 1, active=False)
    assert not world.staff.in_use  # Nobody is left, so nobody signs in.


async def test_names_numbers_and_pins_are_looked_at() -> None:
    world = await staffed()
    with pytest.raises(PersonNameTaken):
        await world.staff.add(FREE, "이하늘", Role.CASHIER, "7310")
    with pytest.raises(PinTooSimple):
        await world.staff.add(FREE, "박바다", Role.CASHIER, "1234")
    for number in NUMBERS[2:]:
        await world.staff.add(FREE, f"사람{number}", Role.CASHIER, "7310")
    with pytest.raises(NoRoomForPerson):
        await world.staff.add(FREE, "박바다", Role.CASHIER, "7310")


async def test_a_retired_person_signs_in_no_more_and_is_gone_from_the_till() -> None:
    world = await staffed()
    await world.staff.sign_in(CASHIER)
    await world.staff.change(FREE, 2, active=False)
    assert world.staff.on_duty is None
    with pytest.raises(PinWrong):
        await world.staff.sign_in(CASHIER)


async def test_no_pin_and_no_hash_stands_in_the_journal() -> None:
    world = await staffed()
    await world.staff.set_pin(FREE, 2, "7310", recovered=True)
    text = str([record.body for record in world.store.journal])
    assert "2580" not in text
    assert "plain:" not in text
    last = [e for e in world.events() if isinstance(e, PersonChanged)][-1]
    assert (last.recovered, last.new_pin, last.by) == (True, True, "부평 이음마트")


async def test_argon2_knows_its_pin_and_no_other_and_survives_a_damaged_hash() -> None:
    pins = Argon2Pins()
    made = await pins.hash("2580")
    assert made.startswith("$argon2id$")
    assert made != await pins.hash("2580")
    assert await pins.verify(made, "2580")
    assert not await pins.verify(made, "2581")
    assert not await pins.verify("nothing", "2580")


async def test_who_finishes_a_sale_stands_in_its_record() -> None:
    world = await staffed()
    await world.staff.sign_in(CASHIER)
    world.counter.scan("101")
    assert (await world.cash.pay(None)).by == "이하늘"
    world.staff.sign_out()
    assert replace(world.staff.everyone[1]).name == "이하늘"
