"""The till in lines: a whole sale by cash and by card, and whatever changes is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from pos.domain.errors import StoreUnavailable
from pos.domain.order import OrderState
from pos.domain.order_events import OrderReceived
from pos.domain.people import Grant, Permission, Role
from pos.domain.won import Won
from pos.ui.linear.till import LinearTill
from pos.ui.linear.vocabulary import WORDS, read_command
from tests.fakes import ScriptedLedger, ScriptedReader
from tests.pos.services.test_orders_and_feed import an_order
from tests.ui.till import MILK, RICE_CAKE, SNACK
from tests.world import World


class Person:
    """Somebody who types and listens."""

    def __init__(self) -> None:
        self.typed: asyncio.Queue[str | None] = asyncio.Queue()
        self.heard: list[str] = []
        self.hidden: list[bool] = []

    async def read(self) -> str | None:
        return await self.typed.get()

    def write(self, line: str) -> None:
        self.heard.append(line)

    def hide(self, *, hidden: bool) -> None:
        self.hidden.append(hidden)

    async def types(self, *lines: str) -> str:
        """Type the lines, and return what was said to the last."""
        for line in lines:
            before = len(self.heard)
            self.typed.put_nowait(line)
            await asyncio.sleep(0.05)
        return "\n".join(self.heard[before:])


@asynccontextmanager
async def a_till(world: World) -> AsyncIterator[Person]:
    person = Person()
    running = asyncio.ensure_future(LinearTill(world.terminal(), person).run())
    await asyncio.sleep(0.05)
    yield person
    person.typed.put_nowait(None)
    await asyncio.wait_for(running, 2)


def sold(world: World) -> int:
    return world.store.kinds().count("sale.completed")


async def test_a_whole_sale_in_cash_with_change() -> None:
    world = World()
    async with a_till(world) as person:
        assert "새우깡" in await person.types(SNACK)
        assert "합계: 4,500원" in await person.types(f"2*{SNACK}")
        said = await person.types("현금 10000")
        assert "거스름돈: 5,500원" in said
        assert sold(world) == 1
        assert world.counter.sale.lines == ()
        assert "재발행" in await person.types("재발행")


async def test_a_whole_sale_by_card_says_each_step_and_the_balance() -> None:
    world = World()
    async with a_till(world) as person:
        await person.types(RICE_CAKE)
        said = await person.types("카드")
        assert said.index("카드를 대 주세요") < said.index("승인") < said.index("5,000원")
        assert sold(world) == 1


async def test_a_waiting_card_is_cancelled_by_a_word_and_nothing_else() -> None:
    world = World(reader=ScriptedReader(None))
    async with a_till(world) as person:
        await person.types(RICE_CAKE)
        await person.types("card")
        assert "결제가 진행 중" in await person.types(SNACK)
        assert "취소" in await person.types("cancel")
        assert sold(world) == 0
        assert [RICE_CAKE] == [line.code for line in world.counter.sale.lines]
        await person.types("현금")
        assert sold(world) == 1


async def test_a_card_that_has_too_little_offers_the_split() -> None:
    world = World(ledger=ScriptedLedger(Won(3_000)))
    async with a_till(world) as person:
        await person.types(RICE_CAKE)
        assert "카드 3000" in await person.types("카드")
        assert "2,000원" in await person.types("카드 3000")
        await person.types("현금")
        assert sold(world) == 1


async def test_a_word_works_with_the_hangul_keyboard_on_and_no_name_is_one() -> None:
    assert read_command("ㅊㅁ노 5000") == ("cash", "5000")
    assert read_command("새우깡") is None
    words = [word for each in WORDS.values() for word in each]
    assert len(words) == len(set(words))


async def test_what_changes_is_said_once() -> None:
    world = World()
    async with a_till(world) as person:
        world.line.failed(world.clock.now())
        await asyncio.sleep(1.2)
        assert 1 == sum("끊" in line for line in person.heard)
        world.orders.take_in([OrderReceived(an_order("A1"), world.clock.now())])
        await asyncio.sleep(2.2)
        assert 1 == sum("새 주문 1건" in line for line in person.heard)
        assert "A1" in await person.types("주문")
        await person.types("수락")
        assert world.orders.recent()[0].state is OrderState.ACCEPTED


async def test_a_sale_is_given_back_only_after_a_yes() -> None:
    world = World()
    async with a_till(world) as person:
        await person.types(RICE_CAKE, "현금")
        await person.types("환불", "1")
        assert "아무것도" in await person.types("")
        await person.types("환불", "1", "예")
        assert world.store.kinds().count("sale.refunded") == 1


async def test_a_pin_is_typed_unseen_before_anything_is_sold() -> None:
    world = World()
    free = Grant(Permission.PEOPLE, "shop")
    await world.staff.add(free, "이하늘", Role.MANAGER, "4569")
    world.staff.sign_out()
    async with a_till(world) as person:
        assert "틀립니다" in await person.types("10000")
        assert "이하늘" in await person.types("14569")
        assert person.hidden[:2] == [True, False]
        await person.types(SNACK, "현금")
        assert sold(world) == 1


async def test_an_open_price_and_a_removed_line() -> None:
    world = World()
    async with a_till(world) as person:
        await person.types(SNACK, MILK)
        assert "합계: 1,500원" in await person.types("빼기 2")
        assert "없습니다" in await person.types("빼기 9")
        await person.types("버리기", "예")
        assert world.counter.sale.lines == ()


async def test_a_record_that_fails_ends_it() -> None:
    world = World()
    person = Person()
    running = asyncio.ensure_future(LinearTill(world.terminal(), person).run())
    await person.types(SNACK)
    world.store.fail_next = StoreUnavailable(reason="disk full")
    await person.types("현금")
    with pytest.raises(StoreUnavailable):
        await asyncio.wait_for(running, 2)
