"""A cashier who scans, takes money, gives it back, hesitates and presses twice. Never looks behind the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from pos.domain.errors import IeumError, StoreError
from pos.domain.payment import PaymentState
from pos.domain.payment_answers import ReceivableEnd
from pos.domain.tender import VoucherTender
from pos.domain.won import ZERO, Won
from pos.services.card_outcome import (
    PaidInFull,
    PaidInPart,
)
from pos.services.reingest import ReceiptKnown
from tests.fakes import PRODUCTS
from tests.faultdisk.disk import PowerCut
from tests.simulation.chance import Chance
from tests.simulation.disk_store import Died
from tests.simulation.faults import Fault
from tests.simulation.till import Till

RECENT = 5  # Sales that a customer may come back with.
BETWEEN_SALES = {"scan": 8.0, "reprint": 0.5, "refund": 1.5, "refund lines": 1.5, "receivable": 1.0}
OWED = {**BETWEEN_SALES, "receivable": 8.0}  # The screen says that somebody owes the shop.
IN_A_SALE = {"cash": 3.0, "card": 7.0, "part": 3.0, "cancel": 1.0, "drop": 1.0, "refund": 0.7}


class Cashier:
    """Works one till."""

    def __init__(self, till: Till, chance: Chance) -> None:
        self.till, self.chance = till, chance
        self.draw = chance.of(f"cashier of {till.name}")

    async def restart(self) -> None:
        await self.till.reap()
        await asyncio.sleep(self.draw.choice((1, 10)))
        await self.till.start()

    async def close(self) -> None:
        """Give up what is open at the end of the day."""
        while True:
            if not self.till.up:
                await self.restart()
            await self._scan_papers()
            if not self.till.up:
                continue
            if not self.till.counter.sale.lines:
                return
            await self._press("drop", self.till.counter.drop())

    async def act(self) -> None:
        """Do one thing."""
        await self._scan_papers()
        await self._answer_orders()
        if not self.till.up:
            return
        choices = self._choices()
        what = self.draw.choices(list(choices), list(choices.values()))[0]
        await self._do(what)

    def _choices(self) -> dict[str, float]:
        if self.till.counter.sale.due > ZERO:
            return IN_A_SALE
        owed = PaymentState.FORWARD_DECLINED in self.chance.states[self.till.name].values()
        return OWED if owed else BETWEEN_SALES

    async def _do(self, what: str) -> None:
        till, counter, draw = self.till, self.till.counter, self.draw
        match what:
            case "scan":
                for _ in range(draw.randrange(1, 4)):
                    counter.scan(draw.choice(PRODUCTS).code, draw.choice((1, 1, 2, 6)))
                await asyncio.sleep(draw.choice((0.001, 0.5)))
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
                await self._press("reprint", till.reprint.last_receipt())
            case "refund" | "refund lines":
                lines = what == "refund lines"
                await self._twice(what, lambda: self._refund(lines=lines))
            case "receivable":
                await self._press(what, self._close_receivables())

    async def _scan_papers(self) -> None:
        """Tell the ledger of what a stolen terminal sold, paper by paper."""
        while self.till.up and self.till.to_scan:
            await self._press("scan a paper", self._scan(self.till.to_scan[-1]))

    async def _scan(self, code: str) -> str:
        said = "taken in"
        try:
            await self.till.reingest.take(code)
        except ReceiptKnown:
            said = "known"
        self.till.to_scan.remove(code)
        return said

    def _cancel(self) -> None:
        if self.till.up:
            self.till.spawn(self.till.card.cancel())

    async def _cash(self, received: Won) -> None:
        sale = await self.till.cash.pay(received)
        self._told("sale", sale.id.hex, sale.total)

    async def _card(self, amount: Won | None) -> str:
        outcome = await self.till.card.pay(amount, permit=self._permit)
        if isinstance(outcome, PaidInFull | PaidInPart):
            tender = outcome.tender
            assert isinstance(tender, VoucherTender)
            self._told("payment", tender.payment_id.hex, tender.amount)
        if isinstance(outcome, PaidInFull):
            self._told("sale", outcome.record.id.hex, outcome.record.total)
        return type(outcome).__name__

    async def _permit(self, _: Won) -> str:
        await asyncio.sleep(0.5)
        return self.draw.choice(("점장", "점장", ""))

    async def _refund(self, *, lines: bool) -> str:
        """Give a recent sale back, whole or in part; which, is drawn before anything is awaited."""
        pick, some = self.draw.random(), self.draw.random()
        recent = await self.till.refund.recent(RECENT)
        if not recent:
            return "no sale"
        sale = recent[int(pick * len(recent))].sale
        wanted = None
        if lines:
            line = sale.lines[int(some * len(sale.lines))]
            wanted = {line.number: 1 + int(some * line.quantity)}
        refund = await self.till.refund.refund(sale.receipt_number, wanted, by="점원")
        self._told("refund", refund.id.hex, refund.total)
        return f"{refund.kind.value} of {refund.total.amount}"

    async def _close_receivables(self) -> str:
        how = self.draw.choice(list(ReceivableEnd))
        found = await self.till.receivables.open_ones()
        for item in found:
            await self.till.receivables.close(item, how, note="", by="점장")
        return f"{len(found)} closed"

    def _told(self, what: str, name: str, won: Won) -> None:
        self.till.told.append((what, name, won.amount))

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

    async def _twice(self, what: str, press: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Press a key; now and then again before the first press is done."""
        if not self.chance.wants(Fault.OPERATOR):
            await self._press(what, press())
            return
        first = asyncio.ensure_future(self._press(what, press()))
        await asyncio.sleep(self.draw.choice((0, 0.0015, 0.1, 1)))
        if self.till.up:
            self.chance.struck(Fault.OPERATOR, "double press", self.till.name)
            await self._press(f"{what} again", press())
        await first

    async def _press(self, what: str, work: Coroutine[Any, Any, Any]) -> None:
        till = self.till
        try:
            result = await _outcome(till.spawn(work))
        except (Died, PowerCut, asyncio.CancelledError):
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
