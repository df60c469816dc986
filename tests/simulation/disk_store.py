"""The product's store on a disk that forgets and fails, its thread taken out. Never a rule of the store's own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import apsw

from offline_queue.device_key import Signer
from offline_queue.opening import hold, open_database, store_errors
from offline_queue.print_jobs import PrintJobRows
from offline_queue.rows import Rows
from offline_queue.store import SqliteStore
from pos.domain.errors import StoreError
from pos.domain.record import Record
from pos.ports import Change
from tests.faultdisk.disk import SYNC, Disk, Operation, PowerCut, letting_go, unheard
from tests.faultdisk.disk import Fault as DiskFault
from tests.simulation.chance import Chance
from tests.simulation.faults import Fault
from tests.simulation.states import States

T = TypeVar("T")
COMMIT_OPERATIONS = 40  # About what one commit asks of the disk; a fault is planned among them.
NO_THREAD = ThreadPoolExecutor(max_workers=1)  # Never used: the loop does the work itself.
NONE: Counter[DiskFault] = Counter()
AT_THE_DISK = {
    DiskFault.IO_ERROR: "I/O error",
    DiskFault.FULL: "disk full",
    DiskFault.READ_ONLY: "read-only",
}


class Died(BaseException):
    """The process is gone: nothing catches it, nothing after it runs."""


class DiskStore(SqliteStore):
    """Its faults come from the disk, and its commits are where a process may die.

    Attributes:
        point: called where the process may die.
        dies: called when it did, in the middle of an operation.
    """

    def __init__(
        self,
        path: Path,
        disk: Disk,
        *,
        device: int,
        new_incarnation: Callable[[], int],
        signer: Signer,
        chance: Chance,
        till: str,
    ) -> None:
        self._failed, self._path = "", path
        self._thread = NO_THREAD
        self.dead = False
        self._disk, self._chance, self._till = disk, chance, till
        self._turn = asyncio.Lock()
        self._fail = chance.of(f"disk of {till}")
        self._held = hold(path)
        try:
            with unheard(), store_errors():
                opened = open_database(
                    path,
                    device=device,
                    new_incarnation=new_incarnation,
                    read_only=False,
                    vfs=disk.vfs,
                )
                self._db, self.incarnation = opened.database, opened.incarnation
                self.is_copy = opened.is_copy
                self._rows = Rows(
                    self._db, device=device, incarnation=self.incarnation, signer=signer
                )
                self.states = States(chance.states.setdefault(till, {}))
                self.states.read(self._rows.run("SELECT kind, body FROM journal ORDER BY sequence"))
        except BaseException:
            self._held.close()  # At once: the garbage collector would let chance in.
            raise
        self.print_jobs = PrintJobRows(self._rows)
        self._receipt_day, self._receipt_count = None, 0
        self.point: Callable[[str], None] = lambda _: None
        self.dies: Callable[[], None] = lambda: None
        self.by_crash = False  # The process ends in the planned operation, not the machine.

    async def run(self, work: Callable[[], T], *, write: bool = False) -> T:
        async with self._turn:  # The product's one thread: first come, first served.
            if self.dead:
                raise Died
            if not write:
                await asyncio.sleep(0)  # As with a thread, whoever asks meanwhile is heard between.
                return await self._do(work, write=False)
            await asyncio.sleep(0.001)
            self._plan()
            value = await self._do(work, write=True)
            await asyncio.sleep(0.002)
            return value

    async def _do(self, work: Callable[[], T], *, write: bool) -> T:
        if self.dead:
            raise Died
        if write:
            self.point("before a commit")
        hits = self._disk.hits.copy() if self._disk.hits else NONE
        try:
            value = await super().run(work, write=write)
        except (PowerCut, StoreError):
            if self._disk.dark:
                self.dies()
                raise Died from None
            raise
        finally:
            if self._disk.hits:
                self._count(hits)
        if self.dead:
            raise Died
        if write:
            self.point("after a commit")
        return value

    async def commit(self, change: Change) -> tuple[Record, ...]:
        made = await super().commit(change)
        self.states.read((record.kind, record.body) for record in made)
        return made

    def _plan(self) -> None:
        """Let this commit, or what comes soon after it, meet a fault."""
        disk, chance, n = self._disk, self._chance, self._fail.randrange(1, COMMIT_OPERATIONS)
        if chance.wants(Fault.POWER_LOSS, 0.05):
            disk.fail_at(n, DiskFault.POWER_CUT)
            self.by_crash = False
        elif chance.wants(Fault.CRASH, 0.02):
            disk.fail_at(n, DiskFault.POWER_CUT)
            self.by_crash = True
        elif chance.wants(Fault.DISK_ERROR, 0.1):
            way = self._fail.choice((*AT_THE_DISK, None))
            if way is not None:
                disk.fail_at(n, way)
            else:
                disk.before = self._fail_next_sync
        elif chance.wants(Fault.BIT_ROT, 0.05):
            disk.lose_next_write()

    def _fail_next_sync(self, operation: Operation) -> DiskFault | None:
        if operation.kind != SYNC:
            return None
        self._disk.before = None
        self._chance.struck(Fault.DISK_ERROR, "sync fails", self._till)
        return DiskFault.IO_ERROR

    def _count(self, before: Counter[DiskFault]) -> None:
        for fault, n in (self._disk.hits - before).items():
            if fault in AT_THE_DISK and not self._chance.healed:
                self._chance.struck(Fault.DISK_ERROR, AT_THE_DISK[fault], self._till)
                self._chance.tell(self._till, f"disk: {AT_THE_DISK[fault]} ({n})")
            elif fault is DiskFault.LOST:
                self._chance.struck(Fault.BIT_ROT, "write lost", self._till)
                self._chance.tell(self._till, "disk: a write is acknowledged and lost")

    def end(self) -> None:
        """Close what the dead process held open."""
        self.dead = True
        self._held.close()


def close_all(disk: Disk, *, orderly: bool = False) -> None:
    """Close every connection on a disk: a dead process's, or as the product does when it ends."""
    for each in apsw.connections():
        if each.open_vfs == disk.vfs:
            with letting_go():
                each.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, int(not orderly))
                each.close()
