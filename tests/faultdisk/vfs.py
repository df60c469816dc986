"""Shows a Disk to SQLite, call by call, with the errors that SQLite's own unix layer would give. Never decides one."""

from __future__ import annotations

from pathlib import Path

import apsw

from tests.faultdisk.disk import (
    DELETE,
    OPEN,
    READ,
    SYNC,
    TRUNCATE,
    WRITE,
    Disk,
    Fault,
)
from tests.faultdisk.files import SECTOR, File

# SQLite's unix layer syncs the folder with the first sync of these, if it could have made them.
NAMED_BY_SYNC = (
    apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL
)
ERRORS = {
    READ: apsw.SQLITE_IOERR_READ,
    WRITE: apsw.SQLITE_IOERR_WRITE,
    SYNC: apsw.SQLITE_IOERR_FSYNC,
    TRUNCATE: apsw.SQLITE_IOERR_TRUNCATE,
    DELETE: apsw.SQLITE_IOERR_DELETE,
    OPEN: apsw.SQLITE_CANTOPEN,
}
SHARED, RESERVED = apsw.SQLITE_LOCK_SHARED, apsw.SQLITE_LOCK_RESERVED
EXCLUSIVE = apsw.SQLITE_LOCK_EXCLUSIVE


def error(code: int) -> Exception:
    """Return apsw's error for a result code."""
    made: Exception = apsw.exception_for(code)
    return made


class DiskVfs(apsw.VFS):  # type: ignore[misc]
    """The disk as SQLite's file system; time and random numbers are the machine's."""

    def __init__(self, name: str, disk: Disk) -> None:
        super().__init__(name, "")
        self._disk = disk

    def xOpen(self, name: object, flags: list[int]) -> Handle:
        disk = self._disk
        if name is None:  # A sorter's or a statement's; never durable, so never faulted.
            flags[1] = flags[0]
            return Handle(disk, "", File(), syncs_folder=False)
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        fault = disk.meet(OPEN, Path(path).name)
        file = disk.find(path)
        create = file is None and bool(flags[0] & apsw.SQLITE_OPEN_CREATE)
        if fault is not None or (file is None and (not create or disk.read_only)):
            raise error(apsw.SQLITE_CANTOPEN)
        read_only = disk.read_only or not flags[0] & apsw.SQLITE_OPEN_READWRITE
        flags[1] = flags[0]
        if read_only:
            flags[1] &= ~(apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
            flags[1] |= apsw.SQLITE_OPEN_READONLY
        may_create = bool(flags[0] & apsw.SQLITE_OPEN_CREATE and flags[0] & NAMED_BY_SYNC)
        return Handle(disk, path, file or disk.make(path), syncs_folder=may_create)

    def xDelete(self, path: str, sync_folder: bool) -> None:
        disk = self._disk
        fault = disk.meet(DELETE, Path(path).name)
        if fault is not None:
            raise error(ERRORS[DELETE])
        if disk.find(path) is None:
            raise error(apsw.SQLITE_IOERR_DELETE_NOENT)
        disk.unlink(path)
        if sync_folder:
            disk.sync_names()

    def xAccess(self, path: str, flags: int) -> bool:
        if flags == apsw.SQLITE_ACCESS_READWRITE and self._disk.read_only:
            return False
        return self._disk.find(path) is not None

    def excepthook(self, *_: object) -> None:
        """Say nothing of a fault that SQLite would not have passed on either."""

    def xFullPathname(self, name: str) -> str:
        return str(Path(name).absolute())


class Handle:
    """One open file of one life of the machine."""

    __slots__ = ("_disk", "_file", "_key", "_life", "_name", "_syncs_folder")

    def __init__(self, disk: Disk, path: str, file: File, *, syncs_folder: bool) -> None:
        self._disk, self._file = disk, file
        self._name = Path(path).name
        self._syncs_folder, self._life = syncs_folder, disk.life
        self._key = (path, id(self))

    @property
    def _dead(self) -> bool:
        return self._life != self._disk.life

    def _meet(self, kind: str, offset: int, size: int) -> Fault | None:
        if self._life != self._disk.life:
            raise error(ERRORS[kind])
        if not self._name:
            return None
        grows = kind == WRITE and offset + size > len(self._file.seen)
        return self._disk.meet(kind, self._name, offset, size, grows=grows)

    def xRead(self, amount: int, offset: int) -> bytes:
        if self._meet(READ, offset, amount) is not None:
            raise error(ERRORS[READ])
        return bytes(self._file.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        fault = self._meet(WRITE, offset, len(data))
        if fault is None or fault is Fault.LOST:
            self._file.write(offset, data, lost=fault is Fault.LOST)
            return
        if fault is Fault.IO_ERROR or fault is Fault.FULL:
            half = len(data) // 2 // SECTOR * SECTOR
            self._file.write(offset, data[:half])
        raise error(apsw.SQLITE_FULL if fault is Fault.FULL else ERRORS[WRITE])

    def xTruncate(self, size: int) -> None:
        if self._meet(TRUNCATE, size, 0) is not None:
            raise error(ERRORS[TRUNCATE])
        self._file.truncate(size)

    def xSync(self, flags: int) -> None:
        if self._meet(SYNC, 0, len(self._file.seen)) is not None:
            self._file.fail_sync()
            raise error(ERRORS[SYNC])
        self._file.sync()
        if self._syncs_folder:
            self._syncs_folder = False
            self._disk.sync_names()

    def xFileSize(self) -> int:
        if self._dead:
            raise error(apsw.SQLITE_IOERR_FSTAT)
        return len(self._file.seen)

    def xClose(self) -> None:
        self._disk.locks.pop(self._key, None)

    def xLock(self, level: int) -> None:
        if self._dead:
            raise error(apsw.SQLITE_IOERR_LOCK)
        others = self._others()
        taken = others > RESERVED or (level >= RESERVED and others >= RESERVED)
        if taken or (level == EXCLUSIVE and others >= SHARED):
            raise error(apsw.SQLITE_BUSY)
        locks = self._disk.locks
        locks[self._key] = max(level, locks.get(self._key, 0))

    def xUnlock(self, level: int) -> None:
        if not self._dead:
            self._disk.locks[self._key] = level

    def xCheckReservedLock(self) -> bool:
        return max(self._others(), self._disk.locks.get(self._key, 0)) >= RESERVED

    def _others(self) -> int:
        """Return the highest lock that another handle holds on the file."""
        locks, (path, own) = self._disk.locks, self._key
        held = (lock for (where, who), lock in locks.items() if where == path and who != own)
        return max(held, default=0)

    def xFileControl(self, operation: int, pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return 4096  # What the unix layer says; the disk tears finer than that.

    def xDeviceCharacteristics(self) -> int:
        return int(apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE)  # Again as the unix layer.
