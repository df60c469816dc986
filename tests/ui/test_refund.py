"""The void and refund key: three keys for the last sale, and never by a scan."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from pos.domain.base45 import base45_encode
from pos.domain.events import SaleRefunded, to_record
from pos.domain.payment_answers import Decline, DeclineReason, GivenBack
from pos.domain.payment_events import (
    AdviceDeclined,
    RefundAcknowledged,
    RefundAsked,
    RefundDeclined,
)
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_code import encode_receipt, seal_text
from pos.domain.refund import CardReturn, CashReturn, RefundKind
from pos.domain.sale import SaleRecord
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import Won
from pos.ports import Change, PrintKind
from pos.services.refund_sale import SaleStanding
from pos.ui.receipt_entry import LONGEST, receipt_wanted
from pos.ui.widgets.table import Table
from tests.fakes import NOON, MemoryStore
from tests.ui.till import LARGE, MILK, RICE_CAKE, ROLL, SMALL, SNACK, Till, a_till
from tests.world import World

TODAY = NOON.date()


async def sold(world: World, *codes: str, card: int = 0) -> SaleRecord:
    """Ring up and take a card for a part, or for nothing, and cash for the rest."""
    for code in codes:
        world.counter.scan(code)
    if card:
        await world.card.pay(Won(card))
    if world.counter.sale.lines:
        await world.cash.pay(None)
    record = (await world.refund.recent(1))[0].sale
    world.clock.time += timedelta(minutes=1)
    return record


def refunds(till: Till) -> list[SaleRefunded]:
    return [event for event in till.world.events() if isinstance(event, SaleRefunded)]


def table(till: Till) -> tuple[tuple[str, ...], ...]:
    return till.app.screen.query_one(Table).rows


def code_of(sale: SaleRecord) -> str:
    return seal_text(encode_receipt(ReceiptBody(sale, ())), bytes(64), bytes(32))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_three_keys_void_the_last_sale(size: tuple[int, int]) -> None:
    world = World()
    await sold(world, RICE_CAKE, card=5_000)
    async with a_till(world, size=size) as till:
        await till.keys("f7", "enter")
        assert ("당일 취소", Won(5_000)) == (till.big.label, till.big.amount)
        assert "5,000원" == till.rows("returns")["카드 ****1234"]
        assert [] == refunds(till)
        await till.keys("1")
        [event] = refunds(till)
        assert RefundKind.VOID is event.refund.kind
        assert PrintKind.REFUND_SLIP is world.store.jobs[-1].kind
        await till.keys("enter")
        assert "SellingScreen" == till.screen


async def test_a_scan_never_confirms_and_neither_does_enter() -> None:
    world = World()
    await sold(world, RICE_CAKE)
    async with a_till(world) as till:
        await till.keys("f7", "enter")
        await till.write("1\r")
        await till.write(f"{SNACK}\r{SNACK}\r")
        await till.keys("enter", "f7", "space")
        assert "GiveBackScreen" == till.screen
        assert [] == refunds(till)


async def test_the_last_sales_are_listed_newest_first_with_what_came_back() -> None:
    world = World()
    first = await sold(world, SNACK)
    second = await sold(world, RICE_CAKE, MILK)
    await world.refund.refund(second.receipt_number, {1: 1})
    async with a_till(world) as till:
        await till.keys("f7")
        assert [
            (second.receipt_number, "12:01", "7,900", "5,000"),
            (first.receipt_number, "12:00", "1,500", ""),
        ] == list(table(till))
        await till.keys("down")
        assert "1,500원" == till.rows("sale")["새우깡 x 1"]


async def test_card_money_goes_to_its_card_and_only_the_rest_comes_in_cash() -> None:
    world = World()
    await sold(world, RICE_CAKE, ROLL, card=6_000)
    async with a_till(world) as till:
        await till.keys("f7", "enter")
        rows = till.rows("returns")
        assert ("6,000원", "3,500원") == (rows["카드 ****1234"], rows["현금(서랍에서)"])
        await till.keys("1")
        card, cash = refunds(till)[0].refund.returns
        assert isinstance(card, CardReturn)
        assert isinstance(cash, CashReturn)
        assert (Won(6_000), Won(3_500)) == (card.amount, cash.amount)
        assert ("현금으로 드릴 돈", Won(3_500)) == (till.big.label, till.big.amount)


async def test_single_lines_and_quantities_are_a_refund() -> None:
    world = World()
    await sold(world, ROLL, ROLL, SNACK)
    async with a_till(world) as till:
        await till.keys("f7", "enter", "down", "left", "left", "up", "-")
        assert ("반품", Won(4_500)) == (till.big.label, till.big.amount)
        assert [("참치김밥", "2", "2", "1", "4,500"), ("새우깡", "1", "1", "0", "0")] == list(
            table(till)
        )
        await till.keys("1")
        assert [(1, 1)] == [(line.number, line.quantity) for line in refunds(till)[0].refund.lines]


async def test_nothing_chosen_gives_nothing_back() -> None:
    world = World()
    await sold(world, SNACK)
    async with a_till(world) as till:
        await till.keys("f7", "enter", "2", "1")
        assert "고르세요" in till.message
        assert [] == refunds(till)
        await till.keys("2", "1")
        assert 1 == len(refunds(till))


async def test_no_more_than_is_left_can_be_chosen() -> None:
    world = World()
    await sold(world, SNACK)
    async with a_till(world) as till:
        await till.keys("f7", "enter", "right", "+", "right")
        assert Won(1_500) == till.big.amount


@pytest.mark.parametrize("typed", ["1", "0001", "20261124-0001", "202611240001"])
async def test_a_receipt_is_found_by_its_number(typed: str) -> None:
    world = World()
    await sold(world, SNACK)
    await sold(world, RICE_CAKE)
    async with a_till(world) as till:
        await till.keys("f7")
        await till.write(f"{typed}\r")
        assert "GiveBackScreen" == till.screen
        assert Won(1_500) == till.big.amount


async def test_a_receipt_is_found_by_its_code_and_the_scanners_second_enter_opens_nothing() -> None:
    world = World()
    wanted = await sold(world, SNACK)
    await sold(world, RICE_CAKE)
    async with a_till(world) as till:
        await till.keys("f7")
        await till.write(f"{code_of(wanted)}\r\r")
        assert "GiveBackScreen" == till.screen
        assert Won(1_500) == till.big.amount
        assert [] == refunds(till)


async def test_a_code_of_another_sale_with_the_same_number_is_refused() -> None:
    world, other = World(), World(store=MemoryStore(incarnation=8))
    await sold(world, SNACK)
    paper = await sold(other, RICE_CAKE)
    async with a_till(world) as till:
        await till.keys("f7")
        await till.write(f"{code_of(paper)}\r")
        assert "RefundScreen" == till.screen
        assert "없습니다" in till.message


async def test_a_damaged_code_and_an_unknown_number_are_refused_in_words() -> None:
    world = World()
    await sold(world, SNACK)
    async with a_till(world) as till:
        await till.keys("f7")
        await till.write(f"IEUM1:{base45_encode(b'short')}\r")
        assert "QR을 읽지 못했습니다" in till.message
        world.clock.time += timedelta(seconds=1)
        await till.write("99\r")
        assert "20261124-0099" in till.message
        assert "돌려준 돈은 없습니다" in till.message
        assert "RefundScreen" == till.screen


async def test_the_longest_code_fits_the_field() -> None:
    async with a_till() as till:
        await till.keys("f7")
        await till.write("A" * LONGEST)
        await till.keys("escape")
        assert "RefundScreen" == till.screen
        await till.keys("escape")
        assert "SellingScreen" == till.screen


async def test_without_the_line_it_says_that_the_ledger_is_told_later_and_then_what_it_said() -> (
    None
):
    world = World()
    await sold(world, RICE_CAKE, card=5_000)
    async with a_till(world) as till:
        world.line.failed(world.clock.now())
        await till.keys("f7", "enter", "1")
        assert "회선이 끊겨 있어 나중에 전송됩니다" in till.message
        assert "나중에 전송" == till.rows("returns")["서버"]

        world.line.answered(world.clock.now())
        asked = next(e for e in world.events() if isinstance(e, RefundAsked))
        where = (asked.refund_id, asked.payment_id, asked.sale_id, asked.amount)
        purses = (PurseDraw(Purse.CHARGED, Won(5_000)),)
        given = GivenBack(purses, Won(500), Won(99_500))
        answer = RefundAcknowledged(*where, given, world.clock.now())
        await world.store.commit(Change(records=(to_record(answer),)))
        till.app.news()
        await till.settle()
        rows = till.rows("returns")
        assert ("500원", "99,500원") == (rows["캐시백 회수"], rows["잔액"])
        assert "돌려줌" == rows["서버"]


async def test_a_refund_that_the_ledger_declines_is_an_error_on_the_screen() -> None:
    world = World()
    await sold(world, RICE_CAKE, card=5_000)
    async with a_till(world) as till:
        await till.keys("f7", "enter", "1")
        asked = next(e for e in world.events() if isinstance(e, RefundAsked))
        where = (asked.refund_id, asked.payment_id, asked.sale_id, asked.amount)
        declined = RefundDeclined(*where, Decline(DeclineReason.PAYMENT_UNKNOWN), NOON)
        await world.store.commit(Change(records=(to_record(declined),)))
        till.app.news()
        await till.settle()
        assert "카드로 돌려주지 못했습니다" in till.message
        assert Won(0) == till.big.amount


async def test_what_the_ledger_declined_afterwards_gives_no_money_back() -> None:
    world = World()
    world.line.failed(world.clock.now())
    sale = await sold(world, RICE_CAKE, card=5_000)
    [payment] = world.payments()
    decline = Decline(DeclineReason.CARD_BLOCKED)
    event = AdviceDeclined(payment.id, sale.id, payment.amount, decline, NOON)
    await world.store.commit(Change(records=(to_record(event),)))
    async with a_till(world) as till:
        await till.keys("f7", "enter")
        assert Won(0) == till.big.amount
        assert "미수금만 줄어듭니다" in till.message
        assert "없음" == till.rows("returns")["카드 ****1234"]


async def test_a_sale_given_back_before_says_so() -> None:
    world = World()
    sale = await sold(world, SNACK)
    await world.refund.refund(sale.receipt_number)
    async with a_till(world) as till:
        await till.keys("f7", "enter", "1")
        assert "더 돌려줄 것이 없습니다" in till.message
        assert 1 == len(refunds(till))


async def test_what_somebody_else_gave_back_meanwhile_is_not_given_back_again() -> None:
    world = World()
    sale = await sold(world, SNACK)
    async with a_till(world) as till:
        await till.keys("f7", "enter")
        await world.refund.refund(sale.receipt_number)
        await till.keys("1")
        assert "돌려준 돈은 없습니다" in till.message
        assert 1 == len(refunds(till))
        assert Won(0) == till.big.amount


async def test_an_open_sale_is_still_there_afterwards() -> None:
    world = World()
    await sold(world, SNACK)
    async with a_till(world) as till:
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f7", "enter", "1", "enter")
        assert "SellingScreen" == till.screen
        assert Won(5_000) == till.big.amount


async def test_the_menu_reaches_it_by_a_digit_and_0_goes_back() -> None:
    async with a_till() as till:
        await till.keys("enter", "7")
        assert "RefundScreen" == till.screen
        assert "아직 판매가 없습니다" in till.text()
        await till.write("0\r")
        assert "SellingScreen" == till.screen


def test_a_short_number_is_todays() -> None:
    assert "20261124-0007" == receipt_wanted(" 7 ", TODAY).number
    assert "20251231-12345" == receipt_wanted("20251231-12345", TODAY).number
    assert "없는 것" == receipt_wanted("없는 것", TODAY).number


@pytest.mark.parametrize(
    ("typed", "place"),
    [("5,000", 1), ("7900won", 2), ("12:01", 0), ("*1234", 1), ("김밥", 0)],
)
async def test_a_sale_is_found_by_what_somebody_remembers(typed: str, place: int) -> None:
    world = World()
    sales = [
        await sold(world, ROLL, ROLL),
        await sold(world, RICE_CAKE, card=5_000),
        await sold(world, RICE_CAKE, MILK),
    ]
    world.clock.time += timedelta(days=3)
    for _ in range(45):
        await sold(world, SNACK)
    if typed == "12:01":
        sales[0] = sales[1]
    async with a_till(world) as till:
        await till.keys("f7")
        await till.write(f"{typed}\r")
        assert sales[place].receipt_number in [row[0] for row in table(till)]
        assert len(table(till)) < 40
        await till.keys("escape")
        assert len(table(till)) == 40
        assert till.screen == "RefundScreen"


async def test_what_nobody_bought_is_said_and_the_list_stays() -> None:
    world = World()
    await sold(world, SNACK)
    async with a_till(world) as till:
        await till.keys("f7")
        await till.write("9,999\r")
        assert "찾지 못했습니다" in till.message
        assert len(table(till)) == 1


async def test_any_receipt_is_printed_again_by_one_key_more() -> None:
    world = World()
    first = await sold(world, SNACK)
    await sold(world, RICE_CAKE)
    async with a_till(world) as till:
        await till.keys("f7", "down", "f2")
        job = world.store.jobs[-1]
        assert (job.kind, job.subject, job.reprint) == (PrintKind.SALE_RECEIPT, first.id.hex, True)
        assert first.receipt_number in till.message


async def test_an_enter_faster_than_the_record_opens_the_last_sale_once_it_is_read() -> None:
    world = World()
    await sold(world, SNACK)
    slow = asyncio.Event()
    recent = world.refund.recent

    async def later(limit: int) -> tuple[SaleStanding, ...]:
        await slow.wait()
        return await recent(limit)

    world.refund.recent = later  # type: ignore[method-assign]
    async with a_till(world) as till:
        await till.keys("f7", "enter")
        assert till.screen == "RefundScreen"
        slow.set()
        await till.settle()
        assert till.screen == "GiveBackScreen"
