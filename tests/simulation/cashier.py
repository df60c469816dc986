"""A cashier who scans, takes money, hesitates and presses twice. Never looks behind the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

from pos.domain.errors import IeumError, StoreError
from pos.domain.tender import VoucherTender
from pos.domain.won import ZERO, Won
from pos.services.take_card import PaidInFull, PaidInPart
from tests.fakes import PRODUCTS
from tests.simulation.chance import Chance
from tests.simulation.till import Died, Till


class Cashier:
    """Works one till for a day."""

    def __init__(self, till: Till, chance: Chance, place_order: Callable[[], None]) -> None:
        self.till, self.chance = till, chance
        self.draw = chance.of(f"cashier {till.shop}")
        self._place_order = place_order
        self._copy: Path | None = None

    async def work(self, acts: int) -> None:
        for _ in range(acts):
            await asyncio.sleep(self.draw.choice((0.2, 1, 5, 30)))
            await self._mishaps()
            if not self.till.up:
                await self.restart()
            await self._answer_orders()
            await self._act()

    async def restart(self) -> None:
        await self.till.reap()
        await asyncio.sleep(self.draw.choice((1, 10)))
        await self.till.start()

    async def close(self) -> None:
        """Give up what is open at the end of the day."""
        while True:
            if not self.till.up:
                await self.restart()
            if not self.till.counter.sale.lines:
                return
            await self._press("drop", self.till.counter.drop())

    async def _mishaps(self) -> None:
        chance, till = self.chance, self.till
        if chance.strikes("clock jump"):
            jump = self.draw.choice((-9 * 3600, -90, 60, 5 * 3600))
            if abs(till.clock.skew.total_seconds() + jump) < 20 * 3600:
                till.clock.skew += timedelta(seconds=jump)
                chance.tell(till.name, f"clock jumps by {jump} s")
        if chance.strikes("crash"):
            asyncio.get_running_loop().call_later(self.draw.uniform(0, 6), self._pull_plug)
        if self.draw.random() < 0.08:
            self._place_order()
        if "copy restored" in chance.on and till.up and self._copy is None:
            await self._back_up()
        elif self._copy is not None and chance.strikes("copy restored", 0.5):
            till.kill()
            await till.reap()
            till.restore(self._copy)
            chance.tell(till.name, "an earlier copy of the database is put back")
            self._copy = None
            await asyncio.sleep(5)
            await till.start()

    def _pull_plug(self) -> None:
        if self.till.up and not self.chance.healed:
            self.chance.tell(self.till.name, "the plug is pulled")
            self.till.kill()

    async def _back_up(self) -> None:
        """Copy the database as at night: nothing open, nothing waiting."""
        store = self.till.store
        busy = self.till.counter.sale.lines or (await store.backlog()).count
        if busy or await store.unfinished() or store.print_jobs.waiting():
            return
        if await store.draft() is not None:
            return
        self._copy = self.till.path.with_suffix(f".copy{len(self.till.lost)}")
        self._copy.unlink(missing_ok=True)
        store._rows.run("VACUUM INTO ?", str(self._copy))
        self.chance.tell(self.till.name, "backed up")

    async def _answer_orders(self) -> None:
        if not self.till.up:
            return
        desk = self.till.orders
        for order in desk.waiting():
            if not self.till.up:
                return
            luck = self.draw.random()
            if luck < 0.6:
                await self._twice(f"accept {order.key}", lambda key=order.key: desk.accept(key))
            elif luck < 0.8:
                await self._press(f"reject {order.key}", desk.reject(order.key, "재료 소진"))

    async def _act(self) -> None:
        if not self.till.up:
            return
        counter, draw = self.till.counter, self.draw
        if counter.sale.due <= ZERO:
            for _ in range(draw.randrange(1, 4)):
                counter.scan(draw.choice(PRODUCTS).code, draw.choice((1, 1, 2, 6)))
            await asyncio.sleep(draw.choice((0.001, 0.5)))
            return
        match draw.choices(
            ("cash", "card", "part", "cancel", "drop", "reprint"), (3, 7, 3, 1, 1, 0.5)
        )[0]:
            case "cash":
                more = draw.choice((0, 0, 500, 10_000))
                await self._twice("cash", lambda: self._cash(Won(counter.sale.due.amount + more)))
            case "card":
                await self._twice("card", lambda: self._card(None))
            case "part":
                part = Won(max(1, counter.sale.due.amount // draw.choice((2, 3))))
                await self._twice(f"card for {part.amount}", lambda: self._card(part))
            case "cancel":
                delay = draw.choice((0, 0.1, 1.5))
                asyncio.get_running_loop().call_later(delay, self._cancel)
                await self._press("card, cancelled", self._card(None))
            case "drop":
                await self._press("drop", counter.drop())
            case "reprint":
                await self._press("reprint", self.till.reprint.last_receipt())

    def _cancel(self) -> None:
        if self.till.up:
            self.till.spawn(self.till.card.cancel())

    async def _cash(self, received: Won) -> None:
        sale = await self.till.cash.pay(received)
        self.till.told.append(("sale", sale.id.hex, sale.total.amount))

    async def _card(self, amount: Won | None) -> str:
        outcome = await self.till.card.pay(amount)
        if isinstance(outcome, PaidInFull | PaidInPart):
            tender = outcome.tender
            assert isinstance(tender, VoucherTender)
            self.till.told.append(("payment", tender.payment_id.hex, tender.amount.amount))
        if isinstance(outcome, PaidInFull):
            sale = outcome.record
            self.till.told.append(("sale", sale.id.hex, sale.total.amount))
        return type(outcome).__name__

    async def _twice(self, what: str, press: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Press a key; now and then again before the first press is done."""
        if not self.chance.strikes("double press"):
            await self._press(what, press())
            return
        first = asyncio.ensure_future(self._press(what, press()))
        await asyncio.sleep(self.draw.choice((0, 0.0015, 0.1)))
        if self.till.up:
            await self._press(f"{what} again", press())
        await first

    async def _press(self, what: str, work: Coroutine[Any, Any, Any]) -> None:
        till = self.till
        try:
            result = await _outcome(till.spawn(work))
        except (Died, asyncio.CancelledError):
            result = "died"
        except StoreError as error:
            result = error.code
            if till.up:
                till.kill()  # The screen says so: the terminal has to be started anew.
        except IeumError as error:
            result = error.code
        said = result if isinstance(result, str) else ""
        self.chance.tell(till.name, f"{what}: {said or 'done'}")


async def _outcome(task: Awaitable[Any]) -> Any:
    return await task
