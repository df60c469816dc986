"""Orders are seen without being in the way, and answered only by a person."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from pos.domain.door_money import DoorMoney
from pos.domain.order import Order, OrderState
from pos.domain.order_events import OrderClosed, OrderDoorTaken, OrderReceived
from pos.domain.record import Record
from pos.domain.won import Won
from pos.ports import Change
from pos.ui.order_bell import OrderBell
from pos.ui.screens.orders import OrdersScreen
from tests.pos.services.test_orders_and_feed import an_order
from tests.ui.till import RICE_CAKE, Till, a_till


def receive(till: Till, *orders: Order) -> None:
    till.world.orders.take_in([OrderReceived(each, till.world.clock.now()) for each in orders])


def state(till: Till, number: str) -> tuple[OrderState, int | None]:
    order = next(o for o in till.world.orders.recent() if o.number == number)
    return order.state, order.minutes


async def test_a_new_order_is_announced_with_its_countdown_and_takes_no_focus() -> None:
    async with a_till() as till:
        await till.write("10")
        receive(till, an_order("A1", minutes=5), an_order("A2", minutes=9))
        await till.settle()
        assert "새 주문 2건" in till.notice("orders")
        assert "5:00" in till.notice("orders")
        await till.write("1\r")
        assert [RICE_CAKE] == [line.code for line in till.world.counter.sale.lines]


async def test_enter_accepts_with_the_usual_minutes_and_the_next_one_follows() -> None:
    async with a_till() as till:
        receive(till, an_order("A1"), an_order("A2", minutes=9))
        await till.keys("f3", "enter")
        assert (OrderState.ACCEPTED, 20) == state(till, "A1")
        assert (OrderState.NEW, None) == state(till, "A2")
        assert "주문 A2" in till.text()


async def test_a_digit_accepts_with_that_many_times_five_minutes() -> None:
    async with a_till() as till:
        receive(till, an_order())
        await till.keys("f3", "7")
        assert (OrderState.ACCEPTED, 35) == state(till, "A1")


async def test_r_and_a_digit_reject_with_a_reason_also_on_the_hangul_keyboard() -> None:
    async with a_till() as till:
        receive(till, an_order("A1"), an_order("A2", minutes=9))
        await till.keys("f3", "r", "2")
        assert OrderState.REJECTED is state(till, "A1")[0]
        assert "too_busy" in str(till.world.store.journal[-1].body)
        await till.write("ㄱ")
        await till.keys("1")
        assert OrderState.REJECTED is state(till, "A2")[0]


async def test_a_scan_answers_no_order() -> None:
    async with a_till() as till:
        receive(till, an_order())
        await till.keys("f3")
        await till.write("8801234000017\r")
        assert (OrderState.NEW, None) == state(till, "A1")


async def test_an_order_that_runs_out_stays_on_the_screen_until_a_key() -> None:
    async with a_till() as till:
        receive(till, an_order("A1", minutes=1), an_order("A2", minutes=9))
        await till.keys("f3")
        till.world.clock.time += timedelta(minutes=2)
        till.app.news()
        await till.settle()
        assert "시간 지남" in till.text()

        await till.keys("enter")  # Reads it; accepts nothing.
        assert OrderState.NEW is state(till, "A2")[0]
        assert "주문 A2" in till.text()


async def test_what_a_customer_writes_can_not_command_the_terminal() -> None:
    async with a_till() as till:
        receive(till, replace(an_order(), shop_note="\x1b[2J[bold]공짜[/] \u202e원000,1"))
        await till.keys("f3")
        assert "[bold]공짜[/]" in till.text()
        assert "\x1b" not in till.text()
        assert "\u202e" not in till.text()


async def test_money_to_collect_at_the_door_is_said_when_accepting() -> None:
    async with a_till() as till:
        receive(till, replace(an_order(), paid_in_app=False))
        await till.keys("f3", "enter")
        assert "10,000원" in till.message


async def test_leaving_while_an_answer_is_being_written_harms_nothing() -> None:
    async with a_till() as till:
        receive(till, an_order("A1"), an_order("A2", minutes=9))
        await till.keys("f3")
        commit = till.world.store.commit

        writing, go_on = asyncio.Event(), asyncio.Event()

        async def slowly(change: Change) -> tuple[Record, ...]:
            writing.set()
            await go_on.wait()
            return await commit(change)

        till.world.store.commit = slowly  # type: ignore[method-assign]
        await till.pilot.press("enter")
        await asyncio.wait_for(writing.wait(), 10)
        await till.keys("escape")
        go_on.set()
        await till.settle()
        assert till.screen == "SellingScreen"
        assert (OrderState.ACCEPTED, 20) == state(till, "A1")


async def test_news_that_come_while_the_till_ends_find_no_screen() -> None:
    async with a_till() as till:
        receive(till, an_order())
        await till.keys("f3")
        screen = till.app.screen
        assert isinstance(screen, OrdersScreen)
        told = 0

        def look() -> None:
            nonlocal told
            told += 1

        screen.news = look  # type: ignore[method-assign]
        till.app.news()
        assert told == 1
        till.app._running = False  # As Textual's own shutdown begins, before a widget goes.
        till.app.news()
        assert told == 1
        till.app._running = True


async def accepted(till: Till, order: Order) -> None:
    receive(till, order)
    await till.world.orders.accept(order.key)


async def test_one_key_each_takes_an_accepted_order_to_the_door() -> None:
    async with a_till() as till:
        await accepted(till, an_order())
        await till.keys("f3", "enter", "enter", "enter", "enter")
        assert OrderState.DELIVERED is state(till, "A1")[0]
        moved = [r.body["state"] for r in till.world.store.journal if r.kind == "order.moved"]
        assert moved == ["cooking", "ready", "picked_up", "delivered"]


async def test_a_new_order_is_answered_from_another_screen_and_the_sale_stays() -> None:
    async with a_till() as till:
        await till.write("101\r")
        await till.keys("f8")
        receive(till, an_order("A1"), an_order("A2", minutes=9))
        await till.settle()
        assert "Ins" in till.text()
        await till.keys("insert")
        assert "주문 A1" in till.text()
        await till.keys("enter", "5")
        assert (OrderState.ACCEPTED, 20) == state(till, "A1")
        assert (OrderState.ACCEPTED, 25) == state(till, "A2")
        assert till.screen == "TechnicianScreen"
        assert [RICE_CAKE] == [line.code for line in till.world.counter.sale.lines]


async def test_a_scan_made_while_answering_goes_into_the_sale() -> None:
    async with a_till() as till:
        receive(till, an_order())
        await till.keys("insert")
        await till.write("101\r")
        assert (OrderState.NEW, None) == state(till, "A1")
        assert [RICE_CAKE] == [line.code for line in till.world.counter.sale.lines]
        await till.keys("r", "1")
        assert OrderState.REJECTED is state(till, "A1")[0]
        assert till.screen == "SellingScreen"


async def test_a_cancel_of_an_accepted_order_can_not_be_missed() -> None:
    async with a_till() as till:
        await accepted(till, an_order())
        gone = OrderClosed("baedal-eum:A1", OrderState.CANCELLED, till.world.clock.now())
        till.world.orders.take_in([gone])
        await till.settle()
        assert "조리 중지" in till.text()
        await till.keys("insert")
        assert "조리 중지" not in till.text()


async def test_door_money_is_taken_by_the_usual_keys_and_once() -> None:
    async with a_till() as till:
        await accepted(till, replace(an_order(), paid_in_app=False))
        await till.keys("f3", "enter", "enter", "enter", "enter")
        assert OrderState.PICKED_UP is state(till, "A1")[0]
        assert "10,000원을 아직 받지 않았습니다" in till.message
        await till.keys("p", "f6")
        sale = next(r for r in till.world.store.journal if r.kind == "sale.completed").body["sale"]
        assert isinstance(sale, dict)
        assert sale["order_key"] == "baedal-eum:A1"
        await till.keys("f3", "p")
        assert "받을 돈이 없습니다" in till.message
        await till.keys("enter")
        assert OrderState.DELIVERED is state(till, "A1")[0]
        assert till.sold == 1


def another_till(till: Till, receipt: str) -> None:
    """The ledger says that another till takes, or took, the money of A1."""
    now = till.world.clock.now()
    door = DoorMoney(0x1_0000_0009, receipt, now)
    till.world.orders.take_in([OrderDoorTaken("baedal-eum:A1", door, now)])


async def at_the_door(till: Till) -> None:
    await accepted(till, replace(an_order(), paid_in_app=False))
    await till.world.orders.move("baedal-eum:A1", OrderState.PICKED_UP)


async def test_money_that_another_till_takes_is_not_begun_and_it_is_said_which() -> None:
    async with a_till() as till:
        await at_the_door(till)
        another_till(till, "")
        await till.keys("f3", "p")
        assert "000100000009" in till.message
        assert not till.world.counter.sale.lines
        another_till(till, "0009-4")
        await till.keys("p")
        assert "0009-4" in till.message
        await till.keys("enter")
        assert OrderState.DELIVERED is state(till, "A1")[0]


async def test_a_sale_that_was_begun_takes_nothing_once_another_till_has_the_money() -> None:
    async with a_till() as till:
        await at_the_door(till)
        await till.keys("f3", "p")
        assert till.world.counter.sale.due == Won(10_000)
        another_till(till, "0009-4")
        await till.keys("f6")
        assert "0009-4" in till.message
        assert till.sold == 0


async def test_with_the_line_down_it_is_said_that_nobody_can_be_asked_and_p_again_takes_it() -> (
    None
):
    async with a_till() as till:
        await at_the_door(till)
        till.world.line.failed(till.world.clock.now())
        await till.keys("f3", "p")
        assert "다른 단말이 받았는지 알 수 없습니다" in till.message
        assert not till.world.counter.sale.lines
        await till.keys("p", "f6")
        assert till.sold == 1
        another_till(till, "0009-4")
        await till.keys("f3")
        assert "이중 수금" in till.text()
        assert "0009-4" in till.text()


async def test_an_order_without_its_money_is_closed_only_with_a_reason() -> None:
    async with a_till() as till:
        await accepted(till, replace(an_order(), paid_in_app=False))
        await till.world.orders.move("baedal-eum:A1", OrderState.PICKED_UP)
        await till.keys("f3", "u", "2", "enter")
        assert OrderState.DELIVERED is state(till, "A1")[0]
        assert "refused" in str(till.world.store.journal[-2].body)


async def test_giving_back_says_what_the_app_does_and_what_a_person_must() -> None:
    async with a_till() as till:
        await accepted(till, an_order())
        await till.keys("f3", "g", "1")
        assert "앱이 고객에게 환불" in till.message
        await accepted(till, replace(an_order("W1", minutes=9), channel="webhook"))
        await till.keys("down", "c", "4")
        assert OrderState.CANCELLED is state(till, "W1")[0]
        assert "프로그램에서도" in till.message


async def test_pause_busy_and_sold_out_are_written_and_end_by_themselves() -> None:
    async with a_till() as till:
        receive(till, an_order())
        await till.keys("f3", "s", "2", "6", "h")
        desk, now = till.world.orders, till.world.clock.now()
        assert desk.availability.is_paused(now)
        assert desk.usual_minutes == 30
        assert desk.availability.lacks("떡볶이", now)
        till.world.clock.time += timedelta(minutes=61)
        till.app.news()
        await till.settle()
        assert "영업 중" in till.text()
        assert not desk.availability.lacks("떡볶이", till.world.clock.now())
        assert till.world.store.waiting[-1].kind == "shop.availability"


def test_the_bell_sounds_until_somebody_answers_or_as_the_shop_wants_it() -> None:
    bell = OrderBell("until_answered", 3_000)
    assert [bell.sounds({"A"}, t) for t in (0, 1_000, 3_000, 4_000)] == [True, False, True, False]
    assert bell.sounds({"A", "B"}, 4_100)
    assert not bell.sounds((), 9_000)
    once = OrderBell("once")
    assert [once.sounds({"A"}, t) for t in (0, 9_000)] == [True, False]
    assert not OrderBell("off").sounds({"A"}, 0)


async def test_an_answer_without_a_line_says_that_it_is_not_certain_yet() -> None:
    async with a_till() as till:
        till.world.line.failed(till.world.clock.now())
        await accepted(till, an_order("B1", minutes=9))
        receive(till, an_order("A1"))
        await till.keys("f3", "enter")
        assert "회선이 끊겨" in till.message
        assert "접수 ?" in till.text()
