"""One till: the real core, queue and spool over the real tables, killed and started at will. Never a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from composition.paper import receipt_proof
from offline_queue.forwarder import Forwarder
from offline_queue.identity import note_closing
from offline_queue.spool import Spool
from pos.domain.codec import Json, decode
from pos.domain.errors import IeumError, StoreDamaged, StoreError
from pos.domain.offline import OfflineLimits
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_code import read_code
from pos.domain.won import Won
from pos.services.build_sale import Counter
from pos.services.card_outcome import Deadlines
from pos.services.erase_orders import EraseOrders
from pos.services.finish_sale import FinishSale
from pos.services.follow_feed import FollowFeed
from pos.services.handle_orders import OrderDesk
from pos.services.hotlist import Hotlist
from pos.services.ids import IdSource
from pos.services.line import Line
from pos.services.news import NewsDesk
from pos.services.receivables import Receivables
from pos.services.recover import Recover
from pos.services.refund_sale import RefundSale
from pos.services.reingest import Reingest
from pos.services.reprint import Reprint
from pos.services.take_card import TakeCard
from pos.services.take_cash import TakeCash
from tests.fakes import RATES, catalogue
from tests.faultdisk.disk import Disk, PowerCut
from tests.simulation import line as lines
from tests.simulation.chance import Chance
from tests.simulation.clock import TillClock, VirtualLoop
from tests.simulation.devices import Printer, Purse, Reader, Renderer
from tests.simulation.disk_store import Died, DiskStore, close_all
from tests.simulation.evidence import TillFacts
from tests.simulation.faults import Fault
from tests.simulation.ledger_side import MERCHANTS, LedgerSide, key_of
from tests.simulation.technician import Technician

T = TypeVar("T")
FEED_WAIT_MS = 60_000
STARTS_MAX = 200  # Faults strike starts, too; so many in a row is no fault's doing.


class Till:
    """A terminal, and what its cashier was told.

    Attributes:
        told: what the screen said: sale, payment or refund; its id; won.
        lost: folders with what a database held that another took the place of.
        stolen: codes of the papers that a stolen terminal had printed, and its successor scans.
        to_scan: those not scanned yet.
    """

    def __init__(
        self, shop: int, folder: Path, chance: Chance, loop: VirtualLoop, world: dict[str, Any]
    ) -> None:
        self.shop, self.name = shop, f"till {shop}"
        self.home = folder / f"till{shop}"
        self.home.mkdir()
        self.path = self.home / "terminal.db"
        self.disk = Disk()
        self.device = MERCHANTS[shop].device
        self.chance, self.loop = chance, loop
        self.clock = TillClock(loop)
        self.key = key_of(shop)
        ledger: LedgerSide = world["ledger"]
        self._cards: list[Purse] = world["cards"]
        self.wire = lines.Line(ledger, shop, self.name, self.point)
        self.printer = Printer(chance, self.name, self.point)
        self.technician = Technician(self)
        self.told: list[tuple[str, str, int]] = []
        self.lost: list[Path] = []
        self.stolen: list[str] = []
        self.to_scan: list[str] = []
        self._receipts: dict[str, dict[str, Json]] = {}
        self._tasks: list[asyncio.Task[Any]] = []
        self._store: DiskStore | None = None
        self.up = False
        self._limits = _limits(chance, self.name)

    @property
    def store(self) -> DiskStore:
        """The open store; there is one while the till is up."""
        assert self._store is not None
        return self._store

    def point(self, where: str) -> None:
        """A place where the process may die."""
        if self.chance.wants(Fault.CRASH, 0.05):
            self.die(f"killed: {where}", "at an I/O")
            raise Died

    def die(self, story: str, way: str, fault: Fault = Fault.CRASH) -> None:
        """Count what takes the process away, and let it."""
        self.chance.struck(fault, way, self.name)
        self.chance.tell(self.name, story)
        self.kill(power=fault is Fault.POWER_LOSS)

    def _dies_in_io(self) -> None:
        if self.store.by_crash:
            self.die("killed in an I/O", "at an I/O")
        else:
            self.die("the power goes in an I/O", "in an I/O", Fault.POWER_LOSS)

    def kill(self, *, power: bool = False) -> None:
        """Take the process away, or the power: no task goes on, nothing more is written."""
        self.up = False
        if self._store is not None:
            self._store.dead = True
        for task in self._tasks:
            task.cancel()
        if power:
            self.technician.note_lost_writes()
            self.disk.power_cut(self.chance.of(f"power of {self.name}"))
        else:
            self.disk.dark = False
            self.disk.kill()

    def shut_down(self) -> None:
        """End as a person ends it: the file is closed, and the tasks find no time to finish."""
        self.up = False
        if self._store is not None:
            self._store.dead = True
        note_closing(self.path)
        close_all(self.disk, orderly=True)
        self.kill()

    async def start(self) -> None:
        """Open the database and recover; again, if that is killed as well."""
        attempts = 0
        while not self.up:
            attempts += 1
            if attempts > STARTS_MAX:
                raise AssertionError(f"{self.name} does not start, however often it is tried")
            self.disk.full = self.disk.read_only = False  # Somebody made room.
            try:
                await self.spawn(self._boot())
            except StoreDamaged as error:
                self.chance.tell(self.name, f"does not start: {error.facts}")
                if not self.technician.saw_rot:
                    raise AssertionError(f"{self.name} is damaged, and nothing rotted") from error
                await self._leave()
                self.technician.restore()
            except (PowerCut, Died, asyncio.CancelledError, StoreError) as error:
                self.chance.tell(self.name, f"did not start: {type(error).__name__}")
                await self._leave(power=isinstance(error, PowerCut))
                await asyncio.sleep(3)

    async def _leave(self, *, power: bool = False) -> None:
        self.kill(power=power)
        await self.reap()

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
            expected = (Died, PowerCut, asyncio.CancelledError, IeumError)
            if isinstance(result, BaseException) and not isinstance(result, expected):
                raise result
        if self._store is not None:
            self._store.end()
            self._store = None
        close_all(self.disk)

    def steal(self) -> None:
        """Take the dead till away for good: what is left of it is paper."""
        self.technician.keep_evidence()
        proof = receipt_proof(self.key)
        for subject in dict.fromkeys(name for _, name, _ in self.printer.whole):
            if subject in self._receipts:
                self.stolen.append(proof(decode(ReceiptBody, self._receipts[subject])))
        self.technician.begin_anew()

    def mend(self) -> None:
        """End what faults have left behind: planned ones, a clock that stands, a full disk."""
        self.disk.before = None
        self.disk._planned.clear()
        self.clock.frozen = None

    def facts(self) -> TillFacts:
        """Return what the dead till leaves behind, its database laid out as a real file."""
        folder = self.home / "left"
        folder.mkdir()
        self.disk.copy_to(folder)
        path, paper, allowed = folder / self.path.name, self.printer, self._limits
        caps = (allowed.floor_limit.amount, allowed.card_cap.amount, allowed.terminal_cap.amount)
        return TillFacts(
            device=self.device,
            path=path,
            lost=self.lost,
            told=self.told,
            whole=paper.whole,
            torn=paper.torn,
            kicks=paper.kicks,
            scanned=[read_code(each).facts.sale_id.hex for each in self.stolen],
            caps=caps if allowed.at_risk_allowed else (0, 0, 0),
        )

    def scrap(self) -> None:
        """Let go of the disk, whatever is still open on it."""
        close_all(self.disk)
        if self._store is not None:
            self._store.end()
        self.disk.close()

    async def _boot(self) -> None:
        await self.technician.check()
        draw = self.chance.of(f"incarnation of {self.name}")
        self._store = store = DiskStore(
            self.path,
            self.disk,
            device=self.device,
            new_incarnation=lambda: draw.getrandbits(32),
            signer=self.key,
            chance=self.chance,
            till=self.name,
        )
        store.point, store.dies = self.point, self._dies_in_io
        self._assemble(store, await store.last_sequence())
        found = await self.recover.run()
        await self.orders.load()
        await self.hotlist.load(store)
        eraser = EraseOrders(
            store=store, orders=self.orders, clock=self.clock, after=timedelta(minutes=2)
        )
        for work in (
            self.sync.run(),
            self.spool.run(),
            self.counter.keep_draft(),
            self.feed.run(),
            eraser.run(),
        ):
            self.spawn(work).add_done_callback(self._ended)
        self.up = True
        self.chance.tell(
            self.name,
            f"starts as {store.incarnation:08x}{', a copy' if store.is_copy else ''}: "
            f"{len(found.completed)} completed, {len(found.reversing)} reversing, "
            f"restored {found.restored}",
        )

    def _assemble(self, store: DiskStore, last_sequence: int) -> None:
        """Put the product's own parts together, as its composition root does."""
        clock, ledger = self.clock, self.wire
        ids = IdSource(
            device=self.device, incarnation=store.incarnation, last_sequence=last_sequence
        )
        line, self.hotlist = Line(clock.now()), Hotlist()
        self.line = line
        self.sync = sync = Forwarder(
            store=store,
            ledger=ledger,
            clock=clock,
            answered=lambda: line.answered(clock.now()),
            failed=lambda: line.failed(clock.now()),
            jitter=self.chance.of(f"jitter of {self.name}").random,
            heard=lambda events: self.orders.take_in(events),  # noqa: PLW0108 - made later.
        )
        self.spool = spool = Spool(
            store=store, printer=self.printer, renderer=Renderer(self._receipts), clock=clock
        )
        self.counter = counter = Counter(catalogue=catalogue(), store=store, ids=ids, clock=clock)
        finish = FinishSale(counter=counter, store=store, spool=spool, sync=sync, clock=clock)
        self.orders = OrderDesk(store=store, spool=spool, sync=sync, ids=ids, clock=clock)
        self.orders.watch(self.counter, finish)
        self.recover = Recover(
            counter=counter, finish=finish, ledger=ledger, store=store, sync=sync, clock=clock
        )
        self.cash = TakeCash(counter=counter, finish=finish)
        self.card = TakeCard(
            counter=counter,
            finish=finish,
            reader=Reader(self.chance, self.name, self._cards, self.point, self.hotlist.is_stopped),
            ledger=ledger,
            store=store,
            sync=sync,
            line=line,
            limits=self._limits,
            rates=lambda: RATES,
            deadlines=Deadlines(),
            clock=clock,
        )
        self.reprint = Reprint(store=store, spool=spool)
        self.refund = RefundSale(store=store, spool=spool, sync=sync, ids=ids, clock=clock)
        self.reingest = Reingest(store=store, sync=sync, clock=clock)
        self.receivables = Receivables(store=store, clock=clock)
        self.feed = FollowFeed(
            ledger=ledger,
            store=store,
            orders=self.orders,
            hotlist=self.hotlist,
            catalogue=counter.catalogue,
            news=NewsDesk(),
            line=line,
            sync=sync,
            spool=spool,
            clock=clock,
            salt=lambda: f"{self.chance.of(f'salt of {self.name}').getrandbits(128):032x}",
            wait_ms=FEED_WAIT_MS,
        )

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and task.exception() is not None and self.up:
            self.chance.tell(self.name, f"stops selling: {task.exception()!r}"[:120])
            self.kill()


def _limits(chance: Chance, till: str) -> OfflineLimits:
    draw = chance.of(f"limits of {till}")
    return OfflineLimits(
        at_risk_allowed=draw.random() < 0.6,
        floor_limit=Won(30_000),
        card_cap=Won(draw.choice((12_000, 50_000))),
        terminal_cap=Won(draw.choice((20_000, 100_000))),
        permission_above=Won(draw.choice((5_000, 1_000_000))),
    )
