"""The customer's displays follow the sale, each at its own pace, and never hold it up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pos.domain.customer_view import CustomerView, Moment, view_of_sale
from pos.domain.scan_errors import DisplayError
from pos.domain.won import Won
from pos.ports import DeviceStatus
from pos.services.show_customer import ShowCustomer
from tests.pos.services.test_take_qr import QrLedger
from tests.world import World


class Glass:
    """A display that keeps what it was shown; `dead` it fails, `stuck` it never answers."""

    def __init__(self) -> None:
        self.shown: list[CustomerView] = []
        self.dead = False
        self.stuck = False
        self.tries = 0

    async def show(self, view: CustomerView) -> None:
        self.tries += 1
        if self.stuck:
            await asyncio.Event().wait()
        if self.dead:
            raise DisplayError(display="glass")
        self.shown.append(view)

    async def status(self) -> DeviceStatus:
        return DeviceStatus("glass", ready=not self.dead)

    async def close(self) -> None:
        return


@asynccontextmanager
async def followed(world: World, *displays: Glass) -> AsyncIterator[ShowCustomer]:
    customer = ShowCustomer(
        counter=world.counter, shop="부평 이음마트", language="ko", displays=displays
    )
    customer.follow(world.finish, world.qr, world.balance)
    running = asyncio.ensure_future(customer.run(world.clock))
    yield customer
    running.cancel()


async def turns() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


async def test_the_display_follows_a_cash_sale_to_the_change_and_the_next_customer() -> None:
    world, glass = World(), Glass()
    async with followed(world, glass) as customer:
        await turns()
        assert [Moment.WELCOME] == [each.moment for each in glass.shown]
        world.counter.scan("101", 2)
        await turns()
        [line] = glass.shown[-1].lines
        assert ("떡볶이", 2, Won(10_000)) == (line.name, line.quantity, line.total)
        assert Won(10_000) == glass.shown[-1].due

        await world.cash.pay(Won(50_000))
        await turns()
        assert (Moment.THANKS, Won(40_000)) == (glass.shown[-1].moment, glass.shown[-1].change)
        world.counter.scan("101")
        await turns()
        assert Moment.RINGING_UP is glass.shown[-1].moment
        assert customer.view == glass.shown[-1]


async def test_a_code_to_pay_by_is_shown_and_taken_off_again() -> None:
    world = World(ledger=QrLedger(pays_at=3))
    glass = Glass()
    async with followed(world, glass):
        world.counter.scan("101")
        await world.qr.show()
        await turns()
    moments = [each.moment for each in glass.shown]
    assert Moment.PAY_BY_QR in moments
    assert Moment.THANKS is moments[-1]
    [code] = {each.code for each in glass.shown if each.code}
    assert code.startswith("000201")
    assert Won(5_000) == next(each.asked for each in glass.shown if each.code)


async def test_a_code_that_is_cancelled_leaves_the_sale_on_the_display() -> None:
    ledger = QrLedger()
    world, glass = World(ledger=ledger), Glass()
    ledger.on_ask[2] = world.qr.cancel
    async with followed(world, glass):
        world.counter.scan("101")
        await world.qr.show()
        await turns()
    assert (Moment.RINGING_UP, "") == (glass.shown[-1].moment, glass.shown[-1].code)


async def test_dead_and_stuck_displays_hold_neither_the_sale_nor_the_others_up() -> None:
    world, dead, stuck, well = World(), Glass(), Glass(), Glass()
    dead.dead, stuck.stuck = True, True
    async with followed(world, dead, stuck, well) as customer:
        for _ in range(20):
            world.counter.scan("101")
        await world.cash.pay(None)
        await turns()
        assert Moment.THANKS is well.shown[-1].moment
        assert ["sale.completed"] == world.store.kinds()
        assert [False, True, True] == [each.ready for each in await customer.statuses()]

        dead.dead = False  # Its cable is in again: it shows what is now, not what was.
        await turns()
        assert [Moment.THANKS] == [each.moment for each in dead.shown]


async def test_a_slow_display_skips_what_is_no_longer_so() -> None:
    world, glass = World(), Glass()
    async with followed(world, glass):
        await turns()
        for _ in range(50):
            world.counter.scan("101")
        await turns()
    assert 2 == len(glass.shown)
    assert 50 == glass.shown[-1].lines[0].quantity


def test_no_card_number_and_no_name_ever_is_part_of_a_view() -> None:
    world = World()
    world.counter.scan("101")
    view = view_of_sale(world.counter.sale, "shop", "ko", None)
    assert not {"masked_pan", "card", "approval_code"} & set(CustomerView.__dataclass_fields__)
    assert "629099" not in repr(view)
