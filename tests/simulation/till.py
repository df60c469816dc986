"""One till: the real core, queue and spool over the real tables, killed and started at will. Never a thread."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from offline_queue.device_key import DeviceKey
from offline_queue.forwarder import Forwarder
from offline_queue.opening import open_database, store_errors
from offline_queue.print_jobs import PrintJobRows
from offline_queue.rows import Rows
from offline_queue.spool import Spool
from offline_queue.store import SqliteStore
from pos.domain.errors import IeumError, StoreError, StoreUnavailable
from pos.domain.offline import OfflineLimits
from pos.domain.won import Won
from pos.services.build_sale import Counter
from pos.services.finish_sale import FinishSale
from pos.services.follow_feed import FollowFeed
from pos.services.handle_orders import OrderDesk
from pos.services.hotlist import Hotlist
from pos.services.ids import IdSource
from pos.services.line import Line
from pos.services.recover import Recover
from pos.services.reprint import Reprint
from pos.services.take_card import Deadlines, TakeCard
from pos.services.take_cash import TakeCash
from tests.fakes import RATES, catalogue
from tests.simulation import ledger_side
from tests.simulation.chance import Chance
from tests.simulation.clock import TillClock, VirtualLoop
from tests.simulation.devices import Printer, Purse, Reader, Renderer

T = TypeVar("T")
SIGNER = DeviceKey(bytes(range(32)))  # The same for all: a seed must tell the whole day.


class Died(BaseException):
    """The process is gone: nothing catches it, nothing after it runs."""


class SimStore(SqliteStore):
    """The product's store, its thread taken out: each work is done where the clock stands."""

    def __init__(self, path: Path, device: int, new_incarnation: Callable[[], int]) -> None:
        self._failed = ""
        opened = open_database(
            path, device=device, new_incarnation=new_incarnation, read_only=False
        )
        self._db, self.incarnation, self.is_copy = (
            opened.database,
            opened.incarnation,
            opened.is_copy,
        )
        self._rows = Rows(self._db, device=device, incarnation=self.incarnation, signer=SIGNER)
        self.print_jobs = PrintJobRows(self._rows)
        self._receipt_day, self._receipt_count = None, 0
        self.dead = False
        self._turn = asyncio.Lock()
        self.chance: Chance | None = None
        self.point: Callable[[str], None] = lambda _: None

    async def run(self, work: Callable[[], T], *, write: bool = False) -> T:
        async with self._turn:  # The product's one thread: first come, first served.
            if self.dead:
                raise Died
            if not write:
                with store_errors():
                    return work()
            await asyncio.sleep(0.001)
            value = self._commit(work)
            await asyncio.sleep(0.002)
            return value

    def _commit(self, work: Callable[[], T]) -> T:
        if self.dead:
            raise Died
        self.point("before a commit")
        assert self.chance is not None
        if self.chance.strikes("disk full", 0.1):
            self.chance.tell("disk", "full")
            raise StoreUnavailable(reason="디스크 가득 참 / disk full")
        with store_errors(), self._db.atomic("IMMEDIATE"):
            value = work()
            if self.chance.strikes("power cut", 0.03):  # All written, nothing of it durable.
                self.point("power cut")
        self.point("after a commit")
        return value

    def end(self) -> None:
        self.dead = True
        self._db.close()


class Till:
    """A terminal, and what its cashier was told."""

    def __init__(
        self, shop: int, folder: Path, chance: Chance, loop: VirtualLoop, world: dict[str, Any]
    ) -> None:
        self.shop, self.name = shop, f"till {shop}"
        self.path = folder / f"till{shop}.db"
        self.device = ledger_side.MERCHANTS[shop].device
        self.chance, self.loop = chance, loop
        self.clock = TillClock(loop)
        self._cards: list[Purse] = world["cards"]
        self._line_out = ledger_side.Line(world["ledger"], shop, self.point)
        self.printer = Printer(chance, f"printer {shop}", self.point)
        self.told: list[tuple[str, str, int]] = []  # (sale or payment, id, won) as on the screen.
        self.lost: list[Path] = []  # Databases that a copy took the place of.
        self._tasks: list[asyncio.Task[Any]] = []
        self.up = False
        self._risk = chance.of("limits").random() < 0.5

    def point(self, where: str) -> None:
        """A place where the process may die."""
        if where == "power cut" or self.chance.strikes("crash", 0.05):
            self.chance.tell(self.name, f"dies: {where}")
            self.kill()
            raise Died

    def kill(self) -> None:
        """Take the process away: no task goes on, nothing more is written."""
        self.up = False
        self.store.dead = True
        for task in self._tasks:
            task.cancel()

    async def start(self) -> None:
        """Open the database and recover; again, if that is killed as well."""
        while not self.up:
            try:
                await self.spawn(self._boot())
            except (Died, asyncio.CancelledError, StoreError) as error:
                self.chance.tell(self.name, f"did not start: {type(error).__name__}")
                self.kill()
                await self.reap()
                await asyncio.sleep(3)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.append(task)
        return task

    async def reap(self) -> None:
        """Wait until the dead process's tasks are gone, and close what it held open."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            expected = (Died, asyncio.CancelledError, IeumError)
            if isinstance(result, BaseException) and not isinstance(result, expected):
                raise result
        self.store.end()

    def restore(self, copy: Path) -> None:
        """Put an earlier copy of the database in its place; the till must be dead."""
        aside = self.path.with_suffix(f".lost{len(self.lost)}")
        self.path.rename(aside)
        self.lost.append(aside)
        shutil.copy(copy, self.path)

    async def _boot(self) -> None:
        draw = self.chance.of(f"incarnation {self.shop}")
        self.store = store = SimStore(self.path, self.device, lambda: draw.getrandbits(32))
        store.chance, store.point = self.chance, self.point
        clock, ledger = self.clock, self._line_out
        ids = IdSource(
            device=self.device,
            incarnation=store.incarnation,
            last_sequence=await store.last_sequence(),
        )
        self.line = line = Line(clock.now())
        sync = Forwarder(
            store=store,
            ledger=ledger,
            clock=clock,
            answered=lambda: line.answered(clock.now()),
            failed=lambda: line.failed(clock.now()),
            jitter=self.chance.of(f"jitter {self.shop}").random,
        )
        spool = Spool(store=store, printer=self.printer, renderer=Renderer(), clock=clock)
        self.counter = Counter(catalogue=catalogue(), store=store, ids=ids, clock=clock)
        finish = FinishSale(counter=self.counter, store=store, spool=spool, sync=sync, clock=clock)
        self.orders = OrderDesk(store=store, spool=spool, sync=sync, ids=ids, clock=clock)
        self.recover = Recover(
            counter=self.counter,
            finish=finish,
            ledger=ledger,
            store=store,
            sync=sync,
            clock=clock,
        )
        found = await self.recover.run()
        await self.orders.load()
        self.reader = Reader(self.chance, self._cards, self.point)
        self.cash = TakeCash(counter=self.counter, finish=finish)
        self.card = TakeCard(
            counter=self.counter,
            finish=finish,
            reader=self.reader,
            ledger=ledger,
            store=store,
            sync=sync,
            line=line,
            limits=OfflineLimits(self._risk, Won(30_000), Won(50_000), Won(100_000)),
            rates=lambda: RATES,
            deadlines=Deadlines(),
            clock=clock,
        )
        self.reprint = Reprint(store=store, spool=spool)
        self.sync = sync
        feed = FollowFeed(
            ledger=ledger,
            store=store,
            orders=self.orders,
            hotlist=Hotlist(),
            line=line,
            sync=sync,
            clock=clock,
            wait_ms=20_000,
        )
        for work in (sync.run(), spool.run(), self.counter.keep_draft(), feed.run()):
            self.spawn(work).add_done_callback(self._ended)
        self.up = True
        self.chance.tell(
            self.name,
            f"starts as {store.incarnation:08x}: {len(found.completed)} completed, "
            f"{len(found.reversing)} reversing, restored {found.restored}",
        )

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and task.exception() is not None and self.up:
            self.chance.tell(self.name, f"stops selling: {task.exception()!r}"[:120])
            self.kill()
