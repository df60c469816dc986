"""Writes SQLite's log again before a start reads it, so that all that is read is durable. Never changes a byte.

After a sync that failed, Linux takes the pages as written: the next sync says yes, and a start after
a crash finds them in memory as if they were on the disk. SQLite would count their records as
committed and put new ones behind them, and the power going later would take all of them. Written
again, with the same bytes, they are durable, or the sync fails anew and nothing is sold.
"""

from __future__ import annotations

from pathlib import Path

import apsw

STEP_BYTES = 1 << 16  # SQLite's unix layer takes less than 128 KiB at once.
FLAGS = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_READWRITE


def write_again(database: Path, vfs: str | None) -> None:
    """Write the log that a crash left beside a database, if any, once more.

    The caller holds the terminal, so nobody else adds to it. The power may go at any moment in
    this: each sector is then as it is read now, or as it was before.

    Raises:
        apsw.Error: it can't be read or written.
    """
    path = Path(f"{database}-wal")
    if not path.exists():
        return
    log = apsw.VFSFile(vfs or "", str(path), [FLAGS, 0])
    try:
        size = log.xFileSize()
        for start in range(0, size, STEP_BYTES):
            log.xWrite(log.xRead(min(STEP_BYTES, size - start), start), start)
        log.xSync(apsw.SQLITE_SYNC_FULL)
    finally:
        log.xClose()
