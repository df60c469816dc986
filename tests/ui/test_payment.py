"""The card key: one tap, and every way it can end."""

from __future__ import annotations

import asyncio

import pytest

from pos.domain.errors import ForeignCard, LedgerSilent, LedgerUnreachable
from pos.domain.payment_answers import Approval, Decline
from pos.domain.won import ZERO, Won
from pos.ports import AuthorizationRequest
from pos.ui.widgets.figures import Figures
from tests.fakes import ScriptedLedger, ScriptedReader, good_card
from tests.ui.till import LARGE, RICE_CAKE, SMALL, SNACK, Till, a_till
from tests.world import World


async def ring_up_and_tap(till: Till, code: str = RICE_CAKE) -> None:
    await till.write(f"{code}\r")
    await till.keys("f5")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_one_key_and_a_tap_pay_and_show_what_the_ledger_said(size: tuple[int, int]) -> None:
    async with a_till(size=size) as till:
        await ring_up_and_tap(till)

        assert "SellingScreen" == till.screen
        assert 1 == till.sold
        assert ("승인 금액", Won(5_000)) == (till.big.label, till.big.amount)
        assert "+500원" == till.rows()["캐시백"]
        assert "95,500원" == till.rows()["잔액"]
        assert "온라인 승인" in till.rows()


async def test_a_poor_card_is_offered_what_it_has_and_cash_pays_the_rest() -> None:
    async with a_till(World(ledger=ScriptedLedger(balance=Won(2_000)))) as till:
        await ring_up_and_tap(till)
        assert "PaymentScreen" == till.screen
        assert "2,000원 받기" in till.text()

        await till.keys("enter")
        assert "SellingScreen" == till.screen
        assert ("남은 금액", Won(3_000)) == (till.big.label, till.big.amount)

        await till.keys("f6")
        assert 1 == till.sold


async def test_a_bank_card_is_refused_kindly_and_cash_can_follow() -> None:
    async with a_till(World(reader=ScriptedReader(ForeignCard(brand="Visa")))) as till:
        await ring_up_and_tap(till)
        assert "인천e음 카드가 아닙니다(Visa)" in till.text()
        await till.keys("f6")
        assert "SellingScreen" == till.screen
        assert 1 == till.sold


async def test_esc_while_the_card_is_awaited_charges_nothing() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await ring_up_and_tap(till)
        assert "카드를 대 주세요" in till.text()
        await till.keys("escape")
        assert "SellingScreen" == till.screen
        assert Won(5_000) == till.world.counter.sale.due
        assert {} == till.world.ledger.posted


async def test_a_scan_while_the_card_is_awaited_neither_cancels_nor_pays() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await ring_up_and_tap(till)
        await till.write("0220\r")
        assert "PaymentScreen" == till.screen
        await till.keys("escape")


async def test_cash_while_the_card_is_awaited_cancels_and_takes_cash() -> None:
    async with a_till(World(reader=ScriptedReader(None))) as till:
        await ring_up_and_tap(till)
        await till.keys("f6")
        assert "SellingScreen" == till.screen
        assert 1 == till.sold


async def test_a_line_lost_before_sending_asks_for_a_second_tap_and_pays_offline() -> None:
    ledger = ScriptedLedger(fault_before=[LedgerUnreachable()])
    reader = ScriptedReader()
    async with a_till(World(ledger=ledger, reader=reader)) as till:
        await ring_up_and_tap(till)
        assert 2 == len(reader.requests)
        assert "오프라인 승인(지급보장)" in till.rows()
        assert "캐시백(예상)" in till.rows()
        assert "1건 5,000원" in till.notice("line")
        assert "12:00" in till.notice("line")


async def test_no_answer_says_that_the_money_comes_back_and_keeps_the_sale() -> None:
    ledger = ScriptedLedger(fault_after=[LedgerSilent()], outcome_fault=LedgerSilent())
    async with a_till(World(ledger=ledger)) as till:
        await ring_up_and_tap(till)
        assert "망취소" in till.text()
        await till.keys("escape")
        assert Won(5_000) == till.world.counter.sale.due


async def test_the_second_card_after_a_part_closes_the_sale() -> None:
    world = World(ledger=ScriptedLedger(balance=Won(2_000)))
    async with a_till(world) as till:
        await ring_up_and_tap(till)
        await till.keys("enter")
        world.ledger.balance = Won(50_000)
        await till.keys("f5")
        assert 1 == till.sold
        assert Won(5_000) == till.big.amount


async def test_the_card_key_on_an_empty_sale_only_asks_for_the_balance() -> None:
    async with a_till() as till:
        await till.keys("f5")
        assert "BalanceScreen" == till.screen
        assert [] == till.world.store.kinds()
        assert [ZERO] == [each.amount for each in till.world.reader.requests]


async def test_a_declined_card_shows_only_the_masked_number() -> None:
    async with a_till(World(ledger=ScriptedLedger(balance=Won(0)))) as till:
        await ring_up_and_tap(till, SNACK)
        rows = dict(till.app.screen.query_one(Figures).rows)
        assert "629099******1234" == rows["카드"]


async def test_cash_asked_for_too_late_is_not_remembered_for_the_next_try() -> None:
    class Slow(ScriptedLedger):
        gate: asyncio.Event

        async def authorize(
            self, request: AuthorizationRequest, *, deadline_ms: int
        ) -> Approval | Decline:
            await self.gate.wait()
            return await super().authorize(request, deadline_ms=deadline_ms)

    ledger = Slow(balance=Won(0))
    ledger.gate = asyncio.Event()
    world = World(ledger=ledger, reader=ScriptedReader(good_card(), None))
    async with a_till(world) as till:
        await ring_up_and_tap(till)
        await till.keys("f6")  # The answer is on its way; it can't be cancelled now.
        ledger.gate.set()
        await till.settle()
        assert "PaymentScreen" == till.screen
        await till.keys("enter")  # Another card, please.
        await till.keys("escape")  # Never mind.
        await till.settle()
        assert "SellingScreen" == till.screen
        assert 0 == till.sold
