"""SQLite's log, written once more at a start: the same bytes, and durable this time."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import apsw
import pytest

from offline_queue.log_file import STEP_BYTES, look_at_log
from offline_queue.store import SqliteStore
from pos.domain.errors import StoreUnavailable
from tests.fakes import DEVICE
from tests.faultdisk.disk import SYNC, Disk, Fault, Operation, letting_go


def test_no_byte_of_a_real_log_changes(tmp_path: Path) -> None:
    live, database = tmp_path / "live.db", tmp_path / "crashed.db"
    connection = apsw.Connection(str(live))
    connection.pragma("journal_mode", "wal")
    connection.execute("CREATE TABLE t (x)")
    connection.execute(f"INSERT INTO t VALUES (randomblob({STEP_BYTES + 5_000}))")
    for suffix in ("", "-wal"):
        shutil.copy(f"{live}{suffix}", f"{database}{suffix}")
    connection.close()

    log = Path(f"{database}-wal")
    before = log.read_bytes()
    assert len(before) > STEP_BYTES, "it takes more than one step"
    look_at_log(database, None)
    assert log.read_bytes() == before


def test_without_a_log_there_is_nothing_to_do(tmp_path: Path) -> None:
    look_at_log(tmp_path / "terminal.db", None)
    assert list(tmp_path.iterdir()) == []


def test_what_a_failed_sync_left_in_memory_alone_is_durable_afterwards(tmp_path: Path) -> None:
    disk, database = Disk(), tmp_path / "x.db"
    log = f"{database}-wal"
    disk.put(database, bytes(512))
    disk.put(log, bytes(600))
    file = disk.find(log)
    assert file is not None
    file.write(0, b"new" * 200)
    file.fail_sync()
    look_at_log(database, disk.vfs)
    disk.power_cut(Random(1))
    assert bytes(file.seen) == b"new" * 200
    disk.close()


async def test_a_log_that_can_not_be_made_durable_is_not_sold_on(tmp_path: Path) -> None:
    disk, path = Disk(), tmp_path / "terminal.db"

    def opened() -> SqliteStore:
        return SqliteStore(path, device=DEVICE, new_incarnation=lambda: 42, vfs=disk.vfs)

    def no_sync_of_the_log(operation: Operation) -> Fault | None:
        is_it = operation.kind == SYNC and operation.file.endswith("-wal")
        return Fault.IO_ERROR if is_it else None

    store = opened()
    disk.kill()
    with letting_go():
        await store.close()
    disk.before = no_sync_of_the_log
    with pytest.raises(StoreUnavailable, match="disk error"):
        opened()
    disk.before = None
    await opened().close()
    disk.close()
