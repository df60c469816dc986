"""A day at the ledger: its statement, what it differs in and what to do, and a line that is down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from pos.domain.errors import LedgerRefused, LedgerSilent, LedgerUnreachable
from pos.domain.reconciliation import Comparison, Difference, Sums, What
from pos.domain.statement import Statement
from pos.domain.won import Won
from pos.ui import difference_words, i18n
from pos.ui.app import IeumApp
from pos.ui.widgets.table import Table
from tests.fakes import NOON
from tests.ui.till import LARGE, RICE_CAKE, SMALL, SNACK, Till, a_till
from tests.world import World

TODAY, YESTERDAY = date(2026, 11, 24), date(2026, 11, 23)
SAID = Statement(
    "shop",
    TODAY,
    date(2026, 11, 26),
    2,
    sales=Won(1_250_000),
    reversed_=Won(-12_000),
    refunds=Won(-35_500),
    orders=Won(48_000),
    fee=Won(1_804),
    commission=Won(480),
    merchant_funded=Won(6_010),
    fee_support_due=Won(1_804),
)
Compare = Callable[..., bool]


async def sold(language: str = "ko") -> World:
    """Two sales, of which the card's is not at the ledger and the ledger has one too many."""
    world = World(language=language)
    world.ledger.statements[TODAY] = SAID
    world.counter.scan(SNACK)
    await world.cash.pay(Won(2_000))
    world.counter.scan(RICE_CAKE)
    await world.card.pay()
    [payment] = world.payments()
    sale = world.store.journal[-1].body["sale"]["id"]  # type: ignore[index,call-overload]
    world.ledger.comparison = Comparison(
        Sums(Won(6_500), Won(1_500)),
        Sums(Won(5_000), Won(9_000)),
        (
            Difference(What.SALE_MISSING, str(sale), Won(5_000), Won(0)),
            Difference(What.PAYMENT_NOT_POSTED, payment.id.hex, Won(5_000), Won(0)),
            Difference(What.PAYMENT_NOT_TENDERED, "ab" * 16, Won(0), Won(9_000)),
        ),
    )
    return world


def head(till: Till) -> str:
    return till.text().splitlines()[0]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_day_opens_its_statement_to_the_won(size: tuple[int, int]) -> None:
    async with a_till(await sold(), size=size) as till:
        await till.keys("f4", "2")

        rows = till.rows("statement")
        assert rows["카드 매출"] == "1,250,000원"
        assert rows["카드 수수료"] == "-1,804원"
        assert rows["가게가 받을 돈"] == "1,242,206원"
        assert rows["지급일"] == "11월 26일 (목) D+2"
        assert rows["상태"] == "영업 중"
        assert "12:00 기준" in head(till)
        assert till.message == ""
        for value in rows.values():  # Whole, at both sizes.
            assert value in till.text()
        await till.keys("0")
        assert till.screen == "DayScreen"


async def test_a_day_that_agrees_says_so_and_was_told_by_the_journal() -> None:
    world = await sold()
    world.ledger.comparison = None
    async with a_till(world) as till:
        await till.keys("f4", "2", "1")

        assert till.rows("sums")["차이"] == "없음, 맞습니다"
        assert till.rows("sums")["매출 - 반품"] == "6,500 / 6,500"
        assert not till.app.screen.query_one(Table).display
    [(day, mine, printed)] = world.ledger.compared
    assert (day, sorted(won.amount for won in mine.sales.values())) == (TODAY, [1_500, 5_000])
    assert printed is not None
    assert printed.sales == Won(6_500)


async def test_each_difference_has_a_name_both_amounts_and_what_to_do() -> None:
    world = await sold()
    async with a_till(world) as till:
        await till.keys("f4", "2", "1")

        assert till.rows("sums")["차이"] == "3"
        assert list(till.app.screen.query_one(Table).rows) == [
            ("서버에 없는 판매", "5,000", "0"),
            ("결제 미반영", "5,000", "0"),
            ("판매 없는 결제", "0", "9,000"),
        ]
        assert "20261124-0002" in till.text()  # The paper, not the id.
        assert "통신이 되면 저절로" in till.text()
        await till.keys("down", "down")
        assert "..abababab" in till.text()
        assert "-9,000원" in till.text()
        assert "끝난 판매가 없는 결제입니다" in till.text()


@pytest.mark.parametrize("fault", [LedgerUnreachable(), LedgerSilent()])
async def test_without_a_line_the_last_answer_is_shown_with_its_time(fault: Exception) -> None:
    world = await sold()
    async with a_till(world) as till:
        await till.keys("f4", "2", "1", "0")
        world.ledger.day_fault = fault  # type: ignore[assignment]
        world.clock.time = NOON + timedelta(hours=3)
        await till.keys("2")

        assert "12:00에 받은 것을 보여 줍니다" in till.message
        assert till.rows("statement")["가게가 받을 돈"] == "1,242,206원"
        assert till.rows("sums")["차이"] == "3"
        await till.keys("1")
        assert "12:00에 받은 것을 보여 줍니다" in till.message
        await till.keys("left")
        assert "이 날은 받은 것이 없습니다. 마지막 응답: 12:00" in till.message
        assert till.rows("statement") == {}
        world.ledger.day_fault = None
        await till.keys("5")
        assert till.message == ""
        assert till.rows("statement")["가게가 받을 돈"] == "0원"
    restarted = World(store=world.store, ledger=world.ledger)
    restarted.ledger.day_fault = LedgerUnreachable()
    async with a_till(restarted) as till:
        await till.keys("f4", "2")
        assert till.rows("statement")["가게가 받을 돈"] == "1,242,206원"


async def test_a_refused_day_is_told_apart_from_silence() -> None:
    world = await sold()
    world.ledger.day_fault = LedgerRefused(reason="not_found")
    async with a_till(world) as till:
        await till.keys("f4", "2")
        assert "그날의 정산은 서버에 없습니다" in till.message
        world.ledger.day_fault = LedgerRefused(reason="malformed")
        await till.keys("1")
        assert "비교를 받아들이지 않았습니다(malformed)" in till.message
        world.ledger.day_fault = LedgerSilent()
        await till.keys("1")
        assert "비교하지 못했습니다. 마지막 응답: 12:00" in till.message


async def test_days_turn_by_one_and_by_seven_but_not_into_tomorrow() -> None:
    async with a_till(await sold()) as till:
        await till.keys("f4", "2", "right")
        assert TODAY.isoformat() in head(till)
        await till.keys("left")
        assert YESTERDAY.isoformat() in head(till)
        assert till.rows("statement")["상태"] == "지급 예정"
        await till.keys("pageup")
        assert "2026-11-16" in head(till)
        await till.keys("9", "6")
        assert TODAY.isoformat() in head(till)


async def test_a_day_that_owes_says_so() -> None:
    world = World()
    owing = Statement("shop", YESTERDAY, TODAY, 1, refunds=Won(-5_000), closed=True)
    world.ledger.statements[YESTERDAY] = owing
    async with a_till(world) as till:
        await till.keys("f4", "2", "left")
        assert till.rows("statement")["상태"] == "이월됨"
        assert "!! -5,000원" in till.text()


async def test_scans_turn_and_compare_nothing() -> None:
    world = await sold()
    async with a_till(world) as till:
        await till.keys("f4", "2")
        await till.write(f"{SNACK}\r")
        assert till.screen == "SettlementScreen"
        assert TODAY.isoformat() in head(till)
    assert world.ledger.compared == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_difference_has_a_name_of_its_own_and_advice_that_fits(language: str) -> None:
    i18n.use(language)
    try:
        names = {difference_words.what_word(each) for each in What}
        assert len(names) == len(What)
        from pos.ui.settlement_rows import LINES_MAX, advice_rows

        for each in What:
            said = difference_words.advice(each)
            rows = advice_rows(Difference(each, "ab" * 16, Won(1), Won(2)), {}, 40)
            shown = "".join(label for label, _ in rows[1:])
            assert shown.replace(" ", "") == said.replace(" ", ""), (each, LINES_MAX)
    finally:
        i18n.use("ko")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
def test_the_screen_looks_as_it_did(
    snap_compare: Compare, size: tuple[int, int], language: str
) -> None:
    world = asyncio.run(sold(language))

    async def look(pilot: Pilot[Any]) -> None:
        for key in ("f4", "2", "1"):
            await pilot.press(key)
            await pilot.pause(0.2)

    try:
        assert snap_compare(IeumApp(world.terminal()), terminal_size=size, run_before=look)
    finally:
        i18n.use("ko")
