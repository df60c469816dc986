"""The ledger's real rules on a real database, and what happens there by itself. Never a rule of its own."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from ledger.policy.dated import Span
from ledger.policy.shop import Shop, ShopFacts
from ledger.server import devices, merchants, orders, shops
from ledger.server.database import Tx
from ledger.server.judging import Merchant
from ledger.server.seed import seed
from ledger.server.shops import Enrolled
from ledger.server.writer import Writer
from offline_queue.device_key import DeviceKey
from pos.domain.order import Order, OrderLine, OrderState
from pos.domain.won import Won
from tests.ledger.plain_cards import PlainOpener, new_card
from tests.ledger.plain_cards import policy as load_policy
from tests.simulation.chance import Chance
from tests.simulation.clock import NOON, VirtualLoop, true_time

T = TypeVar("T")
CARDS = (
    new_card("rich", policy=20_000, charged=400_000, cashback=3_000, offline_limit=30_000),
    new_card("poor", charged=9_000, offline_limit=2_000),
    new_card("old", charged=60_000, offline_limit=10_000, member="M-3"),
)
OPENER = PlainOpener()
# No longer small, so that a payment costs the shop a fee, of which the city gives a part back.
FACTS = ShopFacts(Span(date(2020, 1, 1), date(2020, 1, 1)), annual_sales=Won(700_000_000))
MERCHANTS = {
    number: Merchant(number, 0x1_0000_0000 + number, True, True, Shop(f"shop-{number}", (FACTS,)))
    for number in (1, 2, 3)
}
GRACE_S = 11  # The ledger's own for orders, and a second.
policy = cache(load_policy)


def key_of(shop: int) -> DeviceKey:
    """Return a till's key; no chance: a seed must tell the whole day."""
    return DeviceKey(bytes([shop]) * 32)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="simulated-ledger-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "ledger.db"
    writer = Writer(path)

    def fill(tx: Tx) -> None:
        seed(tx, CARDS, OPENER, NOON)
        for each in MERCHANTS.values():
            assert merchants.add(tx, f"shop {each.id}") == each.id
            devices.enrol(tx, each.id, each.device, key_of(each.id).public, NOON)
            shops.enrol(tx, (Enrolled(each.shop, (each.device,)),))

    writer.run_now(fill)
    writer.close()
    return path


class LedgerSide:
    """The one ledger of a shop-day.

    Attributes:
        down_until: when a restart will be over.
        last_late: when the last request still under way will arrive.
    """

    def __init__(self, folder: Path, chance: Chance, loop: VirtualLoop) -> None:
        self.path = folder / "ledger.db"
        shutil.copy(_template(), self.path)
        self.writer = Writer(self.path)
        self.chance, self.loop = chance, loop
        self.placed = 0
        self.down_until = -1.0
        self.last_late = 0.0
        self._news: list[asyncio.Future[None]] = []

    def run(self, job: Callable[[Tx], T]) -> T:
        return self.writer.run_now(job)

    def restart(self, seconds: float) -> None:
        """The process ends and comes back; whoever calls meanwhile finds nobody."""
        self.chance.tell("ledger", f"restarts, back in {seconds} s")
        self.down_until = self.loop.time() + seconds
        self.writer.close()
        self.writer = Writer(self.path)

    async def news(self, seconds: float) -> None:
        """Wait until there is something in some feed, or no longer than so."""
        waiter: asyncio.Future[None] = self.loop.create_future()
        self._news.append(waiter)
        timer = self.loop.call_later(seconds, _wake, waiter)
        try:
            await waiter
        finally:
            timer.cancel()

    def _tell_all(self) -> None:
        waiting, self._news = self._news, []
        for each in waiting:
            _wake(each)

    def place_order(self, shop: int) -> None:
        self.placed += 1
        draw = self.chance.of("orders")
        now = true_time(self.loop)
        price = Won(draw.randrange(5, 40) * 1_000)
        patience = draw.choice((40, 300))
        order = Order(
            channel="baedal-eum",
            number=f"B{self.placed:06d}",
            short_number=f"{self.placed:04d}",
            placed_at=now,
            accept_by=now + timedelta(seconds=patience),
            lines=(OrderLine("떡볶이", 1, price),),
            total=price,
            paid_in_app=draw.random() < 0.7,
            disposables=False,
        )
        self.run(lambda tx: orders.place(tx, shop, order))
        self.chance.tell("ledger", f"order {order.key} of {price.amount} for shop {shop}")
        if draw.random() < 0.2:
            self.loop.call_later(draw.randrange(5, 60), self._cancel, shop, order.key)
        self.loop.call_later(patience + GRACE_S, self._expire)
        self._tell_all()

    def _cancel(self, shop: int, key: str) -> None:
        if self.run(lambda tx: orders.end(tx, shop, key, OrderState.CANCELLED)):
            self.chance.tell("ledger", f"the customer cancelled {key}")
            self._tell_all()

    def _expire(self) -> None:
        if self.run(lambda tx: orders.expire(tx, true_time(self.loop))):
            self._tell_all()


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
