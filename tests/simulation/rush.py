"""A lunch rush at one shop: 300 orders in an hour over three channels, with the line gone for five minutes.

The till is the real one on its real tables, the ledger's rules are the real ones; only time is not.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ledger.server import books, mall
from ledger.server.channels.adapters import MALL, channel_of
from ledger.server.channels.door import add_key
from ledger.server.channels.port import Call
from ledger.server.channels.signing import sign
from ledger.server.channels.taking import take
from ledger.server.channels.traffic import WINDOW, Arrival, lunch_rush
from ledger.server.database import Tx
from ledger.server.problems import Refused
from pos.domain.errors import IeumError
from pos.domain.events import to_record
from pos.domain.mall import MallProduct, MallPublished
from pos.domain.order import ENDED_WITHOUT_FOOD, NEXT, Order, OrderState
from pos.domain.won import Won
from pos.ports import Change
from tests.ledger.plain_cards import VAULT
from tests.simulation.chance import Chance
from tests.simulation.clock import VirtualLoop, true_time
from tests.simulation.day import ROOM
from tests.simulation.devices import purses
from tests.simulation.ledger_side import LedgerSide, policy
from tests.simulation.till import Till

SHOP = 1
HOUR_S = 3_600.0
OUTAGE = (1_700.0, 300.0)
ACCEPT_S = 150  # So that some of what comes in the outage is over before it is.
DRAIN_S = 1_500
ON_ITS_WAY_S = 2.0
STOCK = 1_000


@dataclass
class Rush:
    """What came of it.

    Attributes:
        answered: what the screen said yes or no to while the line was up, and its time not over.
        words: what channels were answered, counted.
        eaten: delivered, as far as the till knew.
        wrong: what must not be.
    """

    words: Counter[str] = field(default_factory=Counter[str])
    answered: dict[str, str] = field(default_factory=dict[str, str])
    states: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    collected: int = 0
    stopped: int = 0
    eaten: set[str] = field(default_factory=set[str])
    late: int = 0


def run_rush(seed: int, count: int = 300, seconds: float = HOUR_S) -> Rush:
    """Live one."""
    loop = VirtualLoop()
    folder = Path(tempfile.mkdtemp(prefix="rush-", dir=ROOM))
    rush, tills = Rush(), list[Till]()
    try:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(_rush(seed, count, seconds, folder, loop, rush, tills))
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        asyncio.set_event_loop(None)
        loop.close()
        for till in tills:
            till.scrap()
        shutil.rmtree(folder, ignore_errors=True)
    return rush


async def _rush(
    seed: int,
    count: int,
    seconds: float,
    folder: Path,
    loop: VirtualLoop,
    rush: Rush,
    tills: list[Till],
) -> None:
    chance = Chance(seed, loop, frozenset())
    ledger = LedgerSide(folder, chance, loop)
    till = Till(SHOP, folder, chance, loop, {"cards": purses(), "ledger": ledger})
    tills.append(till)
    await till.start()
    window = tuple(MallProduct(code, name, Won(price), STOCK) for code, name, price in WINDOW)
    await till.store.commit(Change(records=(to_record(MallPublished(window, true_time(loop))),)))
    till.sync.wake()
    await asyncio.sleep(2)
    city = _City(ledger, loop, rush)
    arrivals = lunch_rush(chance.of("rush"), count, seconds, true_time(loop), accept_s=ACCEPT_S)
    outage_at, outage_s = OUTAGE[0] / HOUR_S * seconds, OUTAGE[1]
    begun = loop.time()

    def line_is_there() -> bool:
        """By the truth, not by what the till believes: an answer on its way is lost as well."""
        return not -ON_ITS_WAY_S < loop.time() - begun - outage_at < outage_s

    clerk = till.spawn(_clerk(till, chance, rush, line_is_there))
    loop.call_later(outage_at, till.wire._cut, outage_s, "no way out")
    await city.bring(arrivals)
    await asyncio.sleep(DRAIN_S)
    clerk.cancel()
    rush.wrong += _compare(till, ledger, rush, arrivals)
    till.kill()
    await till.reap()
    ledger.writer.close()


class _City:
    """The channels' side: each call signed and judged by the ledger's own rules."""

    def __init__(self, ledger: LedgerSide, loop: VirtualLoop, rush: Rush) -> None:
        self._ledger, self._loop, self._rush = ledger, loop, rush
        names = ("baedal-eum", "webhook", MALL)
        self._keys = {
            name: ledger.run(lambda tx, name=name: add_key(tx, VAULT, name, SHOP)) for name in names
        }
        self._nonces = 0

    async def bring(self, arrivals: list[Arrival]) -> None:
        """Let every call arrive at its time, and the ledger keep its house once a second."""
        begun = self._loop.time()
        keeper = asyncio.ensure_future(self._keep_house())
        for each in arrivals:
            await asyncio.sleep(max(0.0, begun + each.at_s - self._loop.time()))
            self._rush.words[self._call(each)] += 1
            self._ledger._tell_all()
        await asyncio.sleep(DRAIN_S / 2)
        keeper.cancel()

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(1)
            self._ledger._expire()

    def _call(self, arrival: Arrival) -> str:
        now, key = true_time(self._loop), self._keys[arrival.channel]
        body = json.dumps(arrival.said, ensure_ascii=False).encode()
        self._nonces += 1
        seconds, nonce = int(now.timestamp()), f"nonce-{self._nonces:020d}"
        signature = sign(key.secret, seconds, nonce, body)
        headers = {"x-ieum-time": str(seconds), "x-ieum-nonce": nonce}
        call = Call(headers | {"x-ieum-signature": signature}, body)

        def act(tx: Tx) -> str:
            channel = channel_of(key, _nobody, lambda: now)
            return take(tx, channel, SHOP, channel.read(tx, call, now), policy(), now)

        try:
            return self._ledger.run(act)
        except Refused as error:
            return error.code


async def _nobody(url: str, headers: dict[str, str], body: bytes) -> int:
    return 200


async def _clerk(till: Till, chance: Chance, rush: Rush, line_is_there: Callable[[], bool]) -> None:
    """Answer what the screen shows, cook, hand over, take money at the door."""
    draw, desk = chance.of("clerk"), till.orders
    while True:
        await asyncio.sleep(draw.choice((1, 2, 4)))
        for order in desk.waiting():
            if till.clock.now() > order.accept_by:
                continue  # The screen says that it ran out.
            up = line_is_there()
            try:
                if draw.random() < 0.92:
                    await desk.accept(order.key)
                    said = "accepted"
                else:
                    await desk.reject(order.key, "too_busy")
                    said = "rejected"
            except IeumError as error:
                said = error.code
            if up:
                rush.answered[order.key] = said
        for order in desk.recent():
            if order.state in NEXT and draw.random() < 0.02:
                await _go_on(till, order, rush)


async def _go_on(till: Till, order: Order, rush: Rush) -> None:
    try:
        if order.state is OrderState.PICKED_UP and order.to_collect:
            till.counter.begin_order(order)
            await till.orders.ask_for_door_money(order.key)
            await till.cash.pay(till.counter.sale.due)
            rush.collected += 1
        moved = await till.orders.move(order.key)
        if moved.state is OrderState.DELIVERED:
            rush.eaten.add(order.key)
    except IeumError as error:
        rush.words[error.code] += 1


def _compare(till: Till, ledger: LedgerSide, rush: Rush, arrivals: list[Arrival]) -> list[str]:
    """Hold both sides against each other, order by order and won by won."""
    at_till = {order.key: order for order in till.orders.recent()}
    rush.late = sum(order.too_late for order in at_till.values())
    wrong: list[str] = []
    placed = {
        f"{e.channel}:{e.said['number']}" for e in arrivals if e.said["event"] == "order.placed"
    }

    def look(tx: Tx) -> None:
        rows = list(tx.execute("SELECT key, state, decision, commission FROM orders"))
        wrong.extend(f"{key} is only at the ledger" for key, *_ in rows if key not in at_till)
        for key, state, decision, commission in rows:
            mine = at_till.get(key)
            if mine is None:
                continue
            rush.states[state] += 1
            if mine.state.value != state:
                wrong.append(f"{key} is {mine.state.value} at the till, {state} at the ledger")
            wrong.extend(_money(tx, mine, decision, commission))
            wrong.extend(_in_time(mine, state, decision, rush.answered.get(key)))
        wrong.extend(books.check(tx))
        wrong.extend(_stock(tx))

    ledger.run(look)
    stopped = {subject for _, subject, _ in till.printer.whole if subject.endswith(":cancelled")}
    rush.stopped = len(stopped)
    wrong += [
        f"{order.key} was accepted and is {order.state.value}; the kitchen was never told"
        for order in at_till.values()
        if order.minutes is not None
        and order.key not in rush.eaten  # Cancelled too late to stop anything.
        and order.state in ENDED_WITHOUT_FOOD
        and f"{order.key}:cancelled" not in stopped
    ]
    wrong += [f"{key} is only at the till" for key in at_till if key not in placed]
    return wrong


def _money(tx: Tx, mine: Order, decision: str | None, commission: int | None) -> list[str]:
    sql = "SELECT count(*) FROM postings WHERE kind = 'order' AND reference = ?"
    row = tx.row(sql, (decision or "",))
    posted = 0 if row is None else int(row[0])
    charged = commission is not None and (commission > 0 or mine.paid_in_app)
    wrong = []
    if posted != int(charged):
        wrong.append(f"{mine.key} was posted {posted} times, accepted: {commission is not None}")
    told = None if mine.commission is None else mine.commission.amount
    if (told or 0) != (commission or 0):
        wrong.append(f"{mine.key} cost {commission} at the ledger, {told} at the till")
    life = tx.row(
        "SELECT refunded, commission_back FROM order_life WHERE order_key = ?", (mine.key,)
    )
    back = (0, 0) if life is None else (int(life[0]), int(life[1]))
    if back != (mine.refunded.amount, mine.commission_back.amount):
        wrong.append(f"{mine.key}: {back} went back at the ledger, {mine.refunded} at the till")
    if mine.state is OrderState.CANCELLED and back[0] not in (0, mine.total.amount):
        wrong.append(f"{mine.key} is cancelled and {back[0]} of {mine.total} came back")
    return wrong


def _in_time(mine: Order, state: str, decision: str | None, said: str | None) -> list[str]:
    """What was answered in time on the screen, with the line up, was not late at the ledger."""
    if said in ("accepted", "rejected") and state == OrderState.AUTO_CANCELLED.value:
        return [f"{mine.key} was {said} in time on the screen, and ran out at the ledger"]
    if said == "accepted" and decision is None and state != OrderState.CANCELLED.value:
        return [f"{mine.key} was accepted in time on the screen, and is {state}"]
    return []


def _stock(tx: Tx) -> list[str]:
    taken: Counter[str] = Counter()
    for code, quantity in tx.execute("SELECT code, quantity FROM mall_taken"):
        taken[code] += quantity
    left = mall.stock(tx, SHOP)
    return [
        f"{code}: {left[code]} left and {taken[code]} taken of {STOCK}"
        for code, _, _ in WINDOW
        if left[code] + taken[code] != STOCK
    ]
