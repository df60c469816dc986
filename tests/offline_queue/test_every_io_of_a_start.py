"""Every operation of the disk in a start fails in turn: it says so, or what is written then is in the log."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from offline_queue.opening import Opened, open_database, store_errors
from pos.domain.errors import StoreUnavailable
from tests.faultdisk.disk import Disk, Fault, letting_go, unheard

ROOM = "/dev/shm" if Path("/dev/shm").is_dir() else None
LEAST = 20  # Operations of a start; fewer, and the count is broken.
MODES = slice(18, 20)  # Of a database's header: how it is written and read.
ROLLBACK = b"\1\1"


@pytest.fixture
def room() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="start-", dir=ROOM))
    with unheard():
        yield folder
    shutil.rmtree(folder)


def nothing_there(disk: Disk, path: Path) -> None:
    """A new terminal."""


def a_copy(disk: Disk, path: Path) -> None:
    """A backup put back: one file, whose log is yet to be turned on."""
    opened = start(disk, path)
    memory = apsw.Connection(":memory:")
    with memory.backup("main", opened.database.connection(), "main") as work:
        work.step()
    opened.database.close()
    content = bytearray(memory.serialize("main"))
    memory.close()
    content[MODES] = ROLLBACK
    for each in list(disk.files()):
        disk.remove(each)
    disk.put(path, bytes(content))


def start(disk: Disk, path: Path) -> Opened:
    with store_errors():
        return open_database(
            path, device=7, new_incarnation=lambda: 1, read_only=False, vfs=disk.vfs
        )


@pytest.mark.parametrize("lay_out", [nothing_there, a_copy])
@pytest.mark.parametrize("fault", [Fault.IO_ERROR, Fault.FULL, Fault.READ_ONLY])
def test_a_start_that_met_a_disk_error_says_so_or_has_its_log(
    room: Path, fault: Fault, lay_out: Callable[[Disk, Path], None]
) -> None:
    refused, n = 0, 0
    while True:
        n += 1
        folder = room / str(n)
        folder.mkdir()
        disk, path = Disk(), folder / "terminal.db"
        lay_out(disk, path)
        disk.fail_at(n, fault)
        try:
            opened = start(disk, path)
        except StoreUnavailable:
            refused += 1
        else:
            assert disk.files().get(f"{path}-wal"), f"no log after {fault.value} at {n}"
            with letting_go():
                opened.database.close()
        missed = not disk.hits
        disk.close()
        if missed:
            break
    assert n > LEAST
    assert refused > 0
