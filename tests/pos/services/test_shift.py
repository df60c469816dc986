"""Float, cash in and out, count, X, Z and its undoing: the drawer's sums are the journal's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pos.domain.events import DrawerOpened
from pos.domain.people import Grant, Permission, Role
from pos.domain.shift import (
    DENOMINATIONS,
    CashCounted,
    CashMove,
    Count,
    ShiftClosed,
    ShiftOpened,
    counted,
    shop_day,
)
from pos.domain.shift_errors import (
    AmountNotRight,
    DifferenceNotAccepted,
    NothingToClose,
    NothingToUndo,
    ReasonMissing,
    SaleStillOpen,
    ShiftMovedOn,
    ShiftOpenAlready,
)
from pos.domain.shift_report import ShiftReport
from pos.domain.won import ZERO, Won
from pos.ports import PrintKind
from tests.fakes import NOON
from tests.ui.till import RICE_CAKE, ROLL, SNACK
from tests.world import World

BY = "이하늘"


def grant(permission: Permission, allowed_by: str = "") -> Grant:
    return Grant(permission, BY, allowed_by)


def pieces(total: int) -> tuple[Count, ...]:
    counts = []
    for value in DENOMINATIONS:
        count, total = divmod(total, value.amount)
        counts.append(Count(value, count))
    assert not total
    return tuple(counts)


async def sell(world: World, *codes: str, card: int = 0) -> None:
    for code in codes:
        world.counter.scan(code)
    if card:
        await world.card.pay(Won(card))
    if world.counter.sale.lines:
        await world.cash.pay(None)


async def close(world: World, cash: int, accepted: Grant | None = None) -> ShiftReport:
    count = await world.shift.count(grant(Permission.CLOSE_DAY), pieces(cash))
    return await world.shift.close(grant(Permission.CLOSE_DAY), count, accepted)


def closes(world: World) -> list[ShiftClosed]:
    return [event for event in world.events() if isinstance(event, ShiftClosed)]


async def test_what_should_be_in_the_drawer_is_float_and_cash_less_what_left() -> None:
    world = World()
    shift = world.shift
    await shift.open(Won(100_000), by=BY)
    await sell(world, RICE_CAKE)
    await sell(world, ROLL, card=4_500)
    await sell(world, RICE_CAKE, SNACK, card=1_500)
    await world.refund.refund("20261124-0001", None, by=BY)
    money = grant(Permission.CASH_IN_OUT)
    await shift.move(money, CashMove.PAID_IN, Won(20_000), "잔돈")
    await shift.move(money, CashMove.PAID_OUT, Won(3_000), "얼음")
    await shift.move(money, CashMove.SAFE_DROP, Won(50_000), "금고")
    report = await close(world, 72_000)
    drawer = report.drawer
    assert (drawer.cash_float, drawer.sales.amount, drawer.refunds.amount) == (
        Won(100_000),
        Won(10_000),
        Won(5_000),
    )
    assert report.count is not None
    assert (report.count.expected, report.count.difference) == (Won(72_000), ZERO)
    assert (report.summary.sales.amount, report.summary.net) == (Won(16_000), Won(11_000))
    assert (await world.day.show()).summary.sales == report.summary.sales


async def test_no_sale_falls_between_two_shifts_opened_or_not() -> None:
    world = World()
    await sell(world, SNACK)
    first = await close(world, 1_500)
    await sell(world, RICE_CAKE)
    await world.shift.open(Won(50_000), by=BY)
    await sell(world, ROLL)
    second = await close(world, 59_500)
    assert [first.number, second.number] == [1, 2]
    sums = first.summary.sales.amount + second.summary.sales.amount
    assert sums == (await world.day.show()).summary.sales.amount == Won(11_000)


async def test_a_count_is_on_record_before_anybody_is_told_what_should_be_there() -> None:
    world = World()
    await world.shift.open(Won(100_000), by=BY)
    count = await world.shift.count(grant(Permission.CLOSE_DAY), pieces(80_000))
    assert world.store.kinds()[-1] == "shift.counted"
    assert (count.total, count.difference) == (Won(80_000), Won(-20_000))
    standing = await world.shift.standing()
    assert "100,000" not in str(standing).replace("cash_float=Won(100000)", "")


async def test_a_difference_above_the_limit_needs_somebody_to_accept_it() -> None:
    world = World()
    await world.shift.open(Won(100_000), by=BY)
    with pytest.raises(DifferenceNotAccepted):
        await close(world, 89_990)
    assert closes(world) == []
    accepted = grant(Permission.ACCEPT_DIFFERENCE, "김사장")
    report = await close(world, 89_990, accepted)
    assert (report.accepted_by, closes(world)[0].accepted_by) == ("김사장", "김사장")
    counts = [event for event in world.events() if isinstance(event, CashCounted)]
    assert len(counts) == 2  # The first one is not forgotten.


async def test_within_the_limit_nobody_is_asked() -> None:
    world = World()
    await world.shift.open(Won(100_000), by=BY)
    assert (await close(world, 110_000)).accepted_by == ""


async def test_a_shift_closes_once() -> None:
    world = World()
    await sell(world, SNACK)
    await close(world, 1_500)
    with pytest.raises(NothingToClose):
        await close(world, 1_500)
    with pytest.raises(NothingToClose):
        await world.shift.check()
    assert len(closes(world)) == 1


async def test_a_sale_that_is_open_is_not_cut_in_two() -> None:
    world = World()
    await sell(world, SNACK)
    count = await world.shift.count(grant(Permission.CLOSE_DAY), pieces(1_500))
    world.counter.scan(RICE_CAKE)
    with pytest.raises(SaleStillOpen):
        await world.shift.close(grant(Permission.CLOSE_DAY), count)


async def test_cash_that_moves_after_the_count_asks_for_another() -> None:
    world = World()
    await sell(world, SNACK)
    count = await world.shift.count(grant(Permission.CLOSE_DAY), pieces(1_500))
    await sell(world, SNACK)
    with pytest.raises(ShiftMovedOn):
        await world.shift.close(grant(Permission.CLOSE_DAY), count)


async def test_unsent_sales_are_carried_and_said_so() -> None:
    world = World()
    world.line.failed(world.clock.now())
    await sell(world, RICE_CAKE, card=5_000)
    world.spool.queued = 2
    report = await close(world, 0)
    assert (report.unsent, report.unsent_amount, report.unprinted) == (2, Won(5_000), 2)
    assert world.store.jobs[-1].kind is PrintKind.SHIFT_REPORT


async def test_undoing_a_close_is_a_new_record_and_its_shift_goes_on() -> None:
    world = World()
    await world.shift.open(Won(10_000), by=BY)
    await sell(world, SNACK)
    await close(world, 11_500)
    await sell(world, RICE_CAKE)
    undone = await world.shift.undo_close(grant(Permission.UNDO_CLOSE, "김사장"), "잘못 누름")
    assert (undone.number, undone.allowed_by) == (1, "김사장")
    assert len(closes(world)) == 1  # Nothing was taken away.
    report = await close(world, 16_500)
    assert (report.number, report.summary.sales.amount, report.drawer.cash_float) == (
        2,
        Won(6_500),
        Won(10_000),
    )
    await world.shift.undo_close(grant(Permission.UNDO_CLOSE), "x")
    with pytest.raises(NothingToUndo):
        await world.shift.undo_close(grant(Permission.UNDO_CLOSE), "x")


async def test_a_close_stays_once_a_new_float_is_in() -> None:
    world = World()
    await sell(world, SNACK)
    await close(world, 1_500)
    await world.shift.open(Won(10_000), by=BY)
    with pytest.raises(NothingToUndo):
        await world.shift.undo_close(grant(Permission.UNDO_CLOSE), "잘못 누름")
    with pytest.raises(ShiftOpenAlready):
        await world.shift.open(Won(10_000), by=BY)


async def test_the_drawer_is_on_record_first_and_kicked_once() -> None:
    world = World()
    await world.shift.open_drawer(grant(Permission.OPEN_DRAWER, "김사장"), "잔돈 교환")
    [opened] = [event for event in world.events() if isinstance(event, DrawerOpened)]
    assert (opened.why, opened.by, opened.allowed_by) == ("잔돈 교환", BY, "김사장")
    assert world.printer.kicks == 1
    assert not any(job.open_drawer for job in world.store.jobs)


async def test_nothing_moves_without_a_reason_or_an_amount() -> None:
    world = World()
    money = grant(Permission.CASH_IN_OUT)
    with pytest.raises(ReasonMissing):
        await world.shift.move(money, CashMove.PAID_OUT, Won(1_000), "  ")
    with pytest.raises(AmountNotRight):
        await world.shift.move(money, CashMove.PAID_OUT, ZERO, "얼음")
    with pytest.raises(AmountNotRight):
        await world.shift.open(Won(-1), by=BY)
    with pytest.raises(ReasonMissing):
        await world.shift.open_drawer(grant(Permission.OPEN_DRAWER), "")
    assert (world.store.journal, world.printer.kicks) == ([], 0)


async def test_another_permission_is_no_permission() -> None:
    world = World()
    wrong = grant(Permission.VOID)
    for act in (
        world.shift.open_drawer(wrong, "x"),
        world.shift.move(wrong, CashMove.PAID_IN, Won(1), "x"),
        world.shift.count(wrong, ()),
        world.shift.undo_close(wrong, "x"),
        world.shift.x_report(wrong),
    ):
        with pytest.raises(ValueError, match="needs its own grant"):
            await act
    assert world.store.journal == []


async def test_a_night_belongs_to_the_day_it_began_and_the_calendar_is_told_apart() -> None:
    world = World()
    world.clock.time = NOON + timedelta(hours=10)  # 22:00
    await world.shift.open(ZERO, by=BY)
    await sell(world, SNACK)
    world.clock.time = NOON + timedelta(hours=13)  # 01:00 of the next day
    await sell(world, RICE_CAKE)
    report = await close(world, 6_500)
    assert report.day.isoformat() == "2026-11-24"
    assert [(each.day.isoformat(), each.sales.amount) for each in report.calendar] == [
        ("2026-11-24", Won(1_500)),
        ("2026-11-25", Won(5_000)),
    ]
    for part in report.calendar:
        assert (await world.day.show(part.day)).summary.sales == part.sales
    assert shop_day(NOON + timedelta(hours=15, minutes=59), 4).day == 24
    assert shop_day(NOON + timedelta(hours=16), 4).day == 25


async def test_each_person_has_their_own_sums() -> None:
    world = World()
    free = Grant(Permission.PEOPLE, "가게")
    await world.staff.add(free, "김사장", Role.MANAGER, "2580")
    await world.staff.add(free, "이하늘", Role.CASHIER, "4569")
    await world.staff.sign_in("12580")
    await sell(world, SNACK)
    await world.staff.sign_in("24569")
    await sell(world, RICE_CAKE)
    await world.refund.refund("20261124-0001", None, by="이하늘")
    report = await world.shift.x_report(grant(Permission.SEE_DAY))
    sums = {each.name: (each.sales.amount, each.refunds.amount) for each in report.people}
    assert sums == {"김사장": (Won(1_500), ZERO), "이하늘": (Won(5_000), Won(1_500))}


async def test_the_opening_is_told_in_the_standing() -> None:
    world = World()
    assert (await world.shift.standing()).opened is None
    await world.shift.open(Won(30_000), by=BY)
    opened = (await world.shift.standing()).opened
    assert opened == ShiftOpened(Won(30_000), BY, world.clock.now())
    assert counted(pieces(123_450)) == Won(123_450)
