"""What the ledger declined afterwards: seen in the day, closed by a person who says why."""

from __future__ import annotations

from typing import Any

import pytest

from pos.domain.events import to_record
from pos.domain.payment_answers import Decline, DeclineReason, ReceivableEnd
from pos.domain.payment_events import (
    AdviceDeclined,
    ReceivableClosed,
    RefundAsked,
    RefundDeclined,
    RefundSettled,
)
from pos.ports import Change
from pos.ui.widgets.table import Table
from tests.fakes import NOON
from tests.ui.till import LARGE, RICE_CAKE, ROLL, SMALL, SNACK, Till, a_till
from tests.world import World


async def owing() -> World:
    """A card owes 5,000 won, and the shop owes another's 4,500."""
    world = World()
    world.line.failed(NOON)
    world.counter.scan(RICE_CAKE)
    await world.card.pay()
    [payment] = world.payments()
    decline = Decline(DeclineReason.INSUFFICIENT_FUNDS)
    declined = AdviceDeclined(payment.id, payment.sale_id, payment.amount, decline, NOON)
    await world.store.commit(Change(records=(to_record(declined),)))
    world.line.answered(NOON)
    world.counter.scan(ROLL)
    await world.card.pay()
    await world.refund.refund("20261124-0002")
    asked = next(event for event in world.events() if isinstance(event, RefundAsked))
    where = (asked.refund_id, asked.payment_id, asked.sale_id, asked.amount)
    refused = RefundDeclined(*where, Decline(DeclineReason.PAYMENT_UNKNOWN), NOON)
    await world.store.commit(Change(records=(to_record(refused),)))
    return world


def listed(till: Till) -> list[tuple[str, ...]]:
    return list(till.app.screen.query_one(Table).rows)


def closed(world: World) -> list[Any]:
    return [e for e in world.events() if isinstance(e, ReceivableClosed | RefundSettled)]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_day_shows_both_kinds_and_its_key_opens_them(size: tuple[int, int]) -> None:
    async with a_till(await owing(), size=size) as till:
        await till.keys("f4")
        rows = till.rows("money")
        assert "1건 5,000원" == rows["받을 돈, 모든 날(1)"]
        assert "1건 4,500원" == rows["돌려줄 돈, 모든 날(1)"]
        assert "!! 1건 5,000원" in till.text()
        await till.keys("1")
        assert [
            ("돌려줄 돈", "4,500", "****1234", "12:00", "서버에 없는 결제"),
            ("받을 돈", "5,000", "****1234", "12:00", "잔액 부족"),
        ] == listed(till)


@pytest.mark.parametrize(
    ("key", "how"),
    [
        ("1", ReceivableEnd.PAID),
        ("2", ReceivableEnd.WRITTEN_OFF),
        ("3", ReceivableEnd.MISTAKE),
    ],
)
async def test_one_is_closed_with_how_why_and_by_whom(key: str, how: ReceivableEnd) -> None:
    world = await owing()
    async with a_till(world) as till:
        await till.keys("f4", "1", "down", key)
        await till.write("연락 안 됨\r")
        await till.write("김사장\r")
        assert [] == closed(world)
        await till.keys("1")
        [event] = closed(world)
        assert isinstance(event, ReceivableClosed)
        assert (how, "연락 안 됨", "김사장") == (event.how, event.note, event.by)
        assert 1 == len(listed(till))
        await till.keys("escape")
        assert "0건 0원" == till.rows("money")["받을 돈, 모든 날(1)"]


async def test_a_declined_refund_is_settled_and_the_name_is_remembered() -> None:
    world = await owing()
    async with a_till(world) as till:
        await till.keys("f4", "1", "1")
        await till.write("계좌로 보냄\r")
        await till.write("김사장\r")
        await till.keys("1", "2")
        assert isinstance(closed(world)[0], RefundSettled)
        await till.write("못 받음\r")
        await till.keys("enter", "1")
        assert ["김사장", "김사장"] == [event.by for event in closed(world)]
        assert "정리할 것이 없습니다" in till.text()


async def test_scans_close_nothing() -> None:
    world = await owing()
    async with a_till(world) as till:
        await till.keys("f4", "1")
        await till.write(f"{SNACK}\r")
        assert "ReceivablesScreen" == till.screen
        await till.keys("1")
        await till.write(f"{SNACK}\r{SNACK}\r{SNACK}\r1\r")
        assert "CloseScreen" == till.screen
        assert [] == closed(world)
        await till.keys("escape")
        assert "ReceivablesScreen" == till.screen


async def test_neither_note_nor_name_may_be_empty() -> None:
    world = await owing()
    async with a_till(world) as till:
        await till.keys("f4", "1", "1")
        await till.keys("enter", "enter")
        await till.write("메모\r")
        await till.keys("enter", "1")
        assert "CloseScreen" == till.screen
        assert [] == closed(world)


async def test_one_that_is_gone_meanwhile_is_refused_in_words() -> None:
    world = await owing()
    [refund, _payment] = await world.receivables.open_ones()
    async with a_till(world) as till:
        await till.keys("f4", "1", "3")
        await till.write("메모\r")
        await till.write("김사장\r")
        await world.receivables.close(refund, ReceivableEnd.PAID, note="먼저", by="이점장")
        await till.keys("1")
        assert "이미 정리된" in till.message
        assert 1 == len(closed(world))
        assert 1 == len(listed(till))


async def test_where_nothing_is_open_the_keys_do_nothing() -> None:
    async with a_till() as till:
        await till.keys("f4", "1", "1")
        assert "ReceivablesScreen" == till.screen
        await till.keys("0")
        assert "DayScreen" == till.screen
