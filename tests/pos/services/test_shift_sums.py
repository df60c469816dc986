"""Whatever is done in whatever order: the shifts together are the day, and the drawer is what was put in it."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as some

from pos.domain.people import Grant, Permission
from pos.domain.shift import CashMove, Count
from pos.domain.shift_errors import ShiftError
from pos.domain.shift_report import ShiftReport
from pos.domain.won import Won
from pos.services.refund_sale import RefundSale
from tests.fakes import PRODUCTS
from tests.world import World

ACTS = some.lists(
    some.tuples(
        some.sampled_from(
            ["cash", "card", "refund", "open", "in", "out", "drop", "close", "undo", "restart"]
        ),
        some.integers(0, 3),
    ),
    max_size=25,
)


class Day:
    """A day of acts, with the drawer's cash kept by hand beside it."""

    def __init__(self) -> None:
        self.world = World()
        self.cash = 0  # What lies in the drawer.
        self.taken_out = 0  # With each close the drawer is emptied.
        self.standing: list[ShiftReport] = []
        self.emptied: list[int] = []

    async def act(self, what: str, number: int) -> None:
        world, won = self.world, Won(1_000 * (number + 1))
        money = Grant(Permission.CASH_IN_OUT, "A")
        match what:
            case "cash" | "card":
                world.counter.add(PRODUCTS[number])
                if what == "card":
                    await world.card.pay()
                else:
                    self.cash += PRODUCTS[number].price.amount
                    await world.cash.pay(None)
            case "refund":
                await self._give_back(world.refund)
            case "open":
                await world.shift.open(won, by="A")
                self.cash += won.amount
            case "in":
                await world.shift.move(money, CashMove.PAID_IN, won, "x")
                self.cash += won.amount
            case "out" | "drop":
                move = CashMove.PAID_OUT if what == "out" else CashMove.SAFE_DROP
                await world.shift.move(money, move, won, "x")
                self.cash -= won.amount
            case "close":
                await self._close()
            case "undo":
                await world.shift.undo_close(Grant(Permission.UNDO_CLOSE, "A"), "x")
                self.standing.pop()
                self.cash += self.emptied.pop()
            case _:
                await world.restart()

    async def _give_back(self, refund: RefundSale) -> None:
        sales = [each for each in await refund.recent(50) if any(each.left.values())]
        if sales:
            made = await refund.refund(sales[0].sale.receipt_number, by="A")
            back = [each for each in made.returns if not hasattr(each, "payment_id")]
            self.cash -= sum(each.amount.amount for each in back)

    async def _close(self) -> None:
        grant = Grant(Permission.CLOSE_DAY, "A")
        count = await self.world.shift.count(grant, (Count(Won(10), 0),))
        assert count.expected.amount == self.cash
        accepted = Grant(Permission.ACCEPT_DIFFERENCE, "B")
        self.standing.append(await self.world.shift.close(grant, count, accepted))
        self.emptied.append(self.cash)
        self.cash = 0

    async def check(self) -> None:
        open_one = await self.world.shift.x_report(Grant(Permission.SEE_DAY, "A"))
        assert open_one.drawer.expected.amount == self.cash
        day = (await self.world.day.show()).summary
        every = [*self.standing, open_one]
        assert Won.total(each.summary.sales.amount for each in every) == day.sales.amount
        assert Won.total(each.summary.refunds.amount for each in every) == day.refunds.amount
        assert sum(each.summary.sales.count for each in every) == day.sales.count
        for each in every:
            people = Won.total(person.sales.amount for person in each.people)
            calendar = Won.total(part.sales.amount for part in each.calendar)
            assert people == calendar == each.summary.sales.amount
        numbers = [each.number for each in self.standing]
        assert numbers == sorted(set(numbers))


@settings(max_examples=60, deadline=None)
@given(ACTS)
def test_the_shifts_together_are_the_day_and_the_drawer_is_what_was_put_in(
    acts: list[tuple[str, int]],
) -> None:
    async def live() -> None:
        day = Day()
        for what, number in acts:
            try:
                await day.act(what, number)
            except ShiftError:
                continue  # Refused, and so nothing happened.
        await day.check()

    asyncio.run(live())
