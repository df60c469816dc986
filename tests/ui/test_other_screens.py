"""The start after a crash, the stop when the record fails, the day, service and the demo's panel."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta

import pytest
from rich.console import Console
from textual.worker import WorkerFailed

from pos.domain.errors import StoreDamaged, StoreError, StoreUnavailable
from pos.domain.payment import PaymentState
from pos.domain.won import Won
from pos.ports import PrintKind
from pos.ui.acts import act
from pos.ui.widgets.figures import Figures
from tests.fakes import PowerCut, ScriptedReader
from tests.ui.till import LARGE, RICE_CAKE, SMALL, SNACK, a_till
from tests.world import World


async def killed_while_asking() -> World:
    world = World()
    world.counter.scan(RICE_CAKE)
    world.store.open_draft = world.counter.sale
    world.store.die_after_commits = 2  # Intent and Sent stand; the answer does not.
    try:
        await world.card.pay()
    except PowerCut:
        world.store.die_after_commits = None
    return world


async def test_the_start_tells_what_a_crash_left_behind_and_a_scan_does_not_close_it() -> None:
    world = await killed_while_asking()
    recovered = await world.restart()
    assert recovered.completed
    async with a_till(world, recovered=recovered) as till:
        assert "RecoveredScreen" == till.screen
        assert "5,000원" in till.text()
        await till.write(f"{SNACK}\r")
        assert "RecoveredScreen" == till.screen
        await till.keys("enter")
        assert "SellingScreen" == till.screen


async def test_a_restored_sale_stands_on_the_screen() -> None:
    world = World()
    world.counter.scan(RICE_CAKE)
    world.store.open_draft = world.counter.sale
    recovered = await world.restart()
    async with a_till(world, recovered=recovered) as till:
        await till.keys("escape")
        assert Won(5_000) == till.big.amount


async def test_a_store_that_fails_stops_selling_for_good() -> None:
    async with a_till() as till:
        await till.write(f"{SNACK}\r")
        till.world.store.fail_next = StoreUnavailable(reason="disk full")
        await till.keys("f6")
        assert "StoppedScreen" == till.screen
        assert "판매가 중단되었습니다" in till.text()
        await till.write(f"{SNACK}\r")
        await till.keys("escape", "f6", "f5", "enter")
        assert "StoppedScreen" == till.screen
        assert 0 == till.sold


async def test_a_store_that_fails_in_a_card_payment_stops_selling_too() -> None:
    async with a_till() as till:
        await till.write(f"{SNACK}\r")
        till.world.store.fail_next = StoreUnavailable(reason="disk full")
        await till.keys("f5")
        assert "StoppedScreen" == till.screen


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StoreUnavailable(reason="디스크 가득 참 / disk full"), "디스크 가득 참"),
        (StoreUnavailable(reason="읽기 전용 / read-only"), "읽기 전용"),
        (StoreUnavailable(reason="디스크 오류 / disk error"), "디스크 오류"),
        (StoreDamaged(reason="record 3: hash"), "손상"),
    ],
    ids=["full", "read-only", "i/o", "damaged"],
)
async def test_a_stop_says_what_what_about_the_money_and_what_next(
    error: StoreError, said: str, size: tuple[int, int]
) -> None:
    async with a_till(size=size) as till:
        till.app.stop_selling(error)
        await till.settle()
        shown = " ".join(till.text().replace("┃", " ").split())
        for part in (said, "돈을 받지 마세요", "관리자를 부르세요", error.code, "F10"):
            assert part in shown


async def test_the_day_shows_sales_and_prints_them() -> None:
    async with a_till(size=LARGE) as till:
        await till.write(f"{SNACK}\r")
        await till.keys("f6")
        await till.write(f"{RICE_CAKE}\r")
        await till.keys("f5", "f4")
        assert "2건 6,500원" == till.rows("sales")["전체 매출"]
        assert "76.9 %" == till.rows("sales")["인천e음 비중"]
        await till.keys("p")
        assert PrintKind.DAY_REPORT is till.world.store.jobs[-1].kind
        await till.keys("left")
        assert "0건 0원" == till.rows("sales")["전체 매출"]


async def test_service_shows_trouble_and_proves_the_record() -> None:
    async with a_till() as till:
        till.world.printer.problem = "paper_out"
        await till.keys("f8", "2", "3")
        rows = dict(till.app.screen.query_one(Figures).rows)
        assert "용지 없음" == rows["fake printer"]
        assert PrintKind.TEST_PAGE is till.world.store.jobs[-1].kind
        assert "이상이 없습니다" in till.message


async def test_a_damaged_record_found_by_service_stops_selling() -> None:
    class Damaged(type(World().store)):  # type: ignore[misc]
        async def verify(self) -> int:
            raise StoreDamaged(reason="record 3")

    async with a_till(World(store=Damaged())) as till:
        await till.keys("f8", "3")
        assert "StoppedScreen" == till.screen


async def test_a_wrong_clock_is_said_on_the_selling_screen_and_by_service() -> None:
    async with a_till() as till:
        await till.keys("f8")
        assert "차이 없음" == dict(till.app.screen.query_one(Figures).rows)["시계(서버와 비교)"]
        await till.keys("f8")
        now = till.world.clock.now()
        till.world.line.heard_clock(now + timedelta(minutes=5), now)
        till.app.news()
        await till.settle()
        assert "5분 0초 느립니다" in till.notice("clock")
        await till.keys("f8")
        assert "! 5분 0초 느립니다" in till.text()


async def test_a_long_drain_is_followed_and_gone_when_it_is_over() -> None:
    async with a_till() as till:
        till.world.sync.progress = (3_400, 10_000)
        till.app.news()
        await till.settle()
        assert "전송 중 ██████░░" in till.text()
        assert "3,400/10,000" in till.text()
        till.world.sync.progress = (0, 0)
        till.app.news()
        await till.settle()
        assert "" == till.notice("line")


async def test_printer_trouble_shows_at_the_top_and_blocks_no_sale() -> None:
    async with a_till() as till:
        till.world.spool.problem = "paper_out"
        till.app.news()
        await till.settle()
        assert "프린터: 용지 없음" in till.text()
        await till.write(f"{SNACK}\r")
        await till.keys("f6")
        assert 1 == till.sold


class Panel:
    """A demo's world that only remembers."""

    facts: Sequence[tuple[str, str]] = (("영수증", "/tmp/receipt.png"),)

    def __init__(self) -> None:
        self.done: list[object] = []

    def cards(self) -> Sequence[tuple[str, str]]:
        return (("rich", "넉넉한 카드"), ("poor", "부족한 카드"))

    async def tap(self, card_id: str) -> None:
        self.done.append(card_id)

    async def pull_network(self, down: bool) -> None:
        self.done.append(("line", down))

    async def jam_printer(self, jammed: bool) -> None:
        self.done.append(("printer", jammed))

    async def send_order(self) -> None:
        self.done.append("order")


async def test_the_side_panel_opens_over_a_payment_and_taps_a_card() -> None:
    panel = Panel()
    async with a_till(World(reader=ScriptedReader(None)), side_panel=panel) as till:
        await till.write(f"{SNACK}\r")
        await till.keys("f5", "f12", "n", "j", "o", "n", "2")
        expected = [("line", True), ("printer", True), "order", ("line", False), "poor"]
        assert expected == panel.done
        assert "PaymentScreen" == till.screen
        await till.keys("escape")


async def test_there_is_no_side_panel_in_a_shop() -> None:
    async with a_till() as till:
        await till.keys("f12")
        assert "SellingScreen" == till.screen
        assert "F12" not in till.text()


async def test_a_payment_that_nobody_can_tell_is_shown_as_being_given_back() -> None:
    world = await killed_while_asking()
    world.ledger.posted.clear()
    recovered = await world.restart()
    assert [PaymentState.REVERSING] == [p.state for p in recovered.reversing]
    async with a_till(world, recovered=recovered) as till:
        assert "되돌리는 결제" in till.text()


async def test_a_copy_put_back_is_said_as_what_it_is() -> None:
    world = World()
    world.counter.scan(RICE_CAKE)
    world.counter.scan(SNACK)
    await world.card.pay(Won(5_000))
    world.store.is_copy = True
    recovered = await world.restart()
    async with a_till(world, recovered=recovered) as till:
        shown = till.text()
        assert "백업 기록으로 시작했습니다" in shown
        assert "서버에 취소를 요청했습니다" in shown
        assert "이미 끝난 판매의 결제면 취소되지 않습니다" in shown
        assert "다시 받으세요" not in shown
        await till.keys("enter")
        assert Won(6_500) == till.big.amount


async def test_a_copy_with_nothing_open_is_said_too() -> None:
    world = World()
    world.store.is_copy = True
    async with a_till(world, recovered=await world.restart()) as till:
        assert "백업 기록으로 시작했습니다" in till.text()


async def failing_till(told: list[str]) -> None:
    async def fail() -> None:
        customer = "+82 10 1234 5678"
        raise RuntimeError(f"{len(customer)} letters")

    async with a_till() as till:
        act(till.app.screen, fail())
        await till.settle()
        console = Console(width=200, record=True, file=io.StringIO())
        for part in till.app._exit_renderables:
            console.print(part)
        told.append(console.export_text())


async def test_a_fault_of_the_program_is_told_without_the_values_it_had() -> None:
    told: list[str] = []
    with pytest.raises(WorkerFailed):
        await failing_till(told)
    assert "16 letters" in told[0]
    assert "locals" not in told[0]
