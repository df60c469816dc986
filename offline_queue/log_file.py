"""SQLite's log at a start: refused if someone took it away, else written again. Never changes a byte.

After a sync that failed, Linux takes the pages as written: the next sync says yes, and a start after
a crash finds them in memory as if they were on the disk. SQLite would count their records as
committed and put new ones behind them, and the power going later would take all of them. Written
again, with the same bytes, they are durable, or the sync fails anew and nothing is sold.
"""

from __future__ import annotations

from pathlib import Path

import apsw

from offline_queue.identity import was_left_open
from pos.domain.errors import StoreDamaged

STEP_BYTES = 1 << 16  # SQLite's unix layer takes less than 128 KiB at once.


def look_at_log(database: Path, vfs: str | None) -> None:
    """See that a crash's log is there, and write it once more; before SQLite opens the database.

    The caller holds the terminal, so nobody else adds to it. The power may go at any moment in
    this: each sector is then as it is read now, or as it was before.

    Raises:
        StoreDamaged: the log, or the file it belongs to, is not there any more.
        apsw.Error: it can't be read or written.
    """
    log = Path(f"{database}-wal")
    found = _size(log, vfs, apsw.SQLITE_OPEN_WAL)
    if not found:
        if was_left_open(database):
            raise StoreDamaged(reason=_missing(log))
        return
    if not _size(database, vfs, apsw.SQLITE_OPEN_MAIN_DB):
        raise StoreDamaged(reason=_missing(database))  # SQLite would throw the log away.
    _write_again(log, found, vfs)


def has_log(database: Path, vfs: str | None) -> bool:
    """Tell whether something stands in the log.

    Raises:
        apsw.Error: it can't be opened.
    """
    return _size(Path(f"{database}-wal"), vfs, apsw.SQLITE_OPEN_WAL) > 0


def _missing(path: Path) -> str:
    return f"{path.name} 파일이 없어졌거나 비었음 / {path.name} is gone or empty"


def _size(path: Path, vfs: str | None, kind: int) -> int:
    """Return a file's size as SQLite sees it, 0 if it is not there."""
    if not path.exists():
        return 0
    file = apsw.VFSFile(vfs or "", str(path), [kind | apsw.SQLITE_OPEN_READONLY, 0])
    try:
        return int(file.xFileSize())
    finally:
        file.xClose()


def _write_again(log: Path, size: int, vfs: str | None) -> None:
    flags = [apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_READWRITE, 0]
    file = apsw.VFSFile(vfs or "", str(log), flags)
    try:
        if flags[1] & apsw.SQLITE_OPEN_READONLY:
            raise apsw.ReadOnlyError(log.name)
        for start in range(0, size, STEP_BYTES):
            file.xWrite(file.xRead(min(STEP_BYTES, size - start), start), start)
        file.xSync(apsw.SQLITE_SYNC_FULL)
    finally:
        file.xClose()
