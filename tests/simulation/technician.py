"""Backs a till up, puts copies back, and checks a disk that rotted, with the product's own tools. Never sells."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from offline_queue.audit import audit
from offline_queue.device_key import PublicKeys
from offline_queue.identity import SUFFIX
from offline_queue.rebuild import rebuild
from pos.domain.audit_errors import AuditError
from pos.domain.errors import StoreDamaged
from tests.faultdisk.disk import Fault as DiskFault
from tests.faultdisk.disk import PowerCut
from tests.simulation.faults import Fault

if TYPE_CHECKING:
    from tests.simulation.till import Till

WAL_MODE = slice(18, 20)  # Of a database's header: its read and write versions.


class Technician:
    """Looks after one till.

    Attributes:
        copy: the last backup, as the bytes of its one file.
        suspects: the disk may hold something else than what was written.
        saw_rot: it ever did.
    """

    def __init__(self, till: Till) -> None:
        self._till = till
        self._draw = till.chance.of(f"technician of {till.name}")
        self.copy: bytes | None = None
        self.suspects = self.saw_rot = False
        self._lost_writes = 0

    def back_up(self) -> None:
        """Copy the database as `backup` does, at whatever moment of the day."""
        till = self._till
        memory = apsw.Connection(":memory:")
        try:
            with memory.backup("main", till.store._db.connection(), "main") as work:
                while not work.done:
                    work.step()
        except (apsw.Error, PowerCut):
            memory.close()
            till.die("the power goes in a backup", "in an I/O", Fault.POWER_LOSS)
            return
        self.copy = memory.serialize("main")
        memory.close()
        till.chance.tell(till.name, "backed up")

    def put_back(self) -> None:
        """Put the last backup in place of a sound database; the till must be dead."""
        till = self._till
        till.chance.struck(Fault.OLD_COPY, "put back", till.name)
        till.chance.tell(till.name, "an earlier copy of the database is put back")
        self.keep_evidence()
        self._replace()

    def restore(self) -> None:
        """Put the last backup in place of a damaged database, or begin a new one."""
        what = "from the backup" if self.copy else "as a new one"
        self._till.chance.tell(self._till.name, f"the database is restored {what}")
        self._replace()

    def begin_anew(self) -> None:
        """Set another terminal up in the stolen one's place."""
        self.copy = None
        self._replace()

    def _replace(self) -> None:
        till = self._till
        till.to_scan = list(till.stolen)  # Whatever was scanned may be lost with the database.
        for path in list(till.disk.files()):
            till.disk.remove(path)
        Path(f"{till.path}{SUFFIX}").unlink(missing_ok=True)
        if self.copy is not None:
            till.disk.put(till.path, _rebuilt(self.copy))
        self.copy = None
        self.suspects = False

    def keep_evidence(self) -> None:
        """Keep what the disk holds now, for the checker: it stands for what people remember."""
        till = self._till
        aside = till.home / f"lost{len(till.lost)}"
        aside.mkdir()
        till.disk.copy_to(aside)
        till.lost.append(aside / till.path.name)

    def note_lost_writes(self) -> None:
        """Keep what was seen before the power goes: what the disk lost is gone after it."""
        lost = self._till.disk.hits[DiskFault.LOST]
        if lost > self._lost_writes:
            self._lost_writes = lost
            self._suspect()

    def rot(self) -> None:
        """Flip a bit of the dead till's disk, where its journal or its log lies."""
        till = self._till
        paths = {Path(path).name: path for path in till.disk.files()}
        if till.path.name not in paths:
            return
        in_log = f"{till.path.name}-wal" in paths and self._draw.random() < 0.5
        self._suspect()
        suffix, way = ("-wal", "log") if in_log else (till.path.name, "file")
        where = till.disk.rot(self._draw, suffix)
        till.chance.struck(Fault.BIT_ROT, f"bit flipped in the {way}", till.name)
        till.chance.tell(till.name, f"a bit flips: {where}")

    def _suspect(self) -> None:
        self.keep_evidence()
        self._till.to_scan = list(self._till.stolen)  # What was scanned may be gone as well.
        self.suspects = self.saw_rot = True

    async def check(self) -> None:
        """Verify what a suspected disk holds, and carry it over to another one if it is sound.

        Raises:
            StoreDamaged: it is not what the device wrote.
        """
        till = self._till
        if not self.suspects:
            return
        folder = till.home / "checked"
        folder.mkdir()
        till.disk.copy_to(folder)
        try:
            found = audit(folder / till.path.name, PublicKeys((till.key.public,)))
        except AuditError as error:
            raise StoreDamaged(reason=error.code) from error
        finally:
            shutil.rmtree(folder)
        till.chance.tell(till.name, f"the journal verifies: {found.count} records; another disk")
        for path, content in till.disk.files().items():
            till.disk.put(path, content)
        self.suspects = False


def _rebuilt(copy: bytes) -> bytes:
    """Return the copy with its projections made anew, as `restore` does."""
    memory = apsw.Connection(":memory:")
    content = bytearray(copy)
    content[WAL_MODE] = b"\1\1"  # In memory there is no log; on the disk there will be.
    memory.deserialize("main", bytes(content))
    rebuild(memory)
    made = memory.serialize("main")
    memory.close()
    return made
