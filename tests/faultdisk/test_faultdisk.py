"""The disk that fails on demand: it loses what a real disk may lose, keeps what one must keep, and says so."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import apsw
import pytest

from tests.faultdisk.disk import SYNC, WRITE, Disk, Fault, Operation, PowerCut, letting_go
from tests.faultdisk.files import SECTOR, File

CUTS = 200


@pytest.fixture
def disk() -> Iterator[Disk]:
    made = Disk()
    yield made
    made.close()


@contextlib.contextmanager
def opened(disk: Disk, path: Path, synchronous: str = "FULL") -> Iterator[apsw.Connection]:
    connection = apsw.Connection(str(path), vfs=disk.vfs)
    try:
        connection.pragma("locking_mode", "exclusive")
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", synchronous)
        yield connection
    finally:
        with letting_go():
            connection.close()


def test_what_was_synced_is_there_after_every_cut() -> None:
    for seed in range(CUTS):
        file = File()
        file.write(0, b"durable" * 400)
        file.sync()
        file.write(5_000, b"not yet" * 400)
        file.cut(Random(seed))
        assert file.seen[:2_800] == b"durable" * 400
        assert file.seen == file.durable


def test_what_was_not_synced_is_kept_lost_or_torn_at_a_sector() -> None:
    old, new = b"o" * SECTOR, b"n" * SECTOR
    ends = set()
    for seed in range(CUTS):
        file = File(old * 3)
        file.write(0, new * 3)
        file.cut(Random(seed))
        sectors = [bytes(file.seen[at : at + SECTOR]) for at in range(0, 3 * SECTOR, SECTOR)]
        assert set(sectors) <= {old, new}, "torn inside a sector"
        ends.add("".join("n" if each == new else "o" for each in sectors))
    assert len(ends) == 8, "any of the sectors may be the one that is lost"


def test_a_later_write_may_survive_an_earlier_one() -> None:
    orders = set()
    for seed in range(CUTS):
        file = File(bytes(10 * SECTOR))
        file.write(0, b"1")
        file.write(5 * SECTOR, b"2")
        file.cut(Random(seed))
        orders.add((file.seen[0:1] == b"1", file.seen[5 * SECTOR : 5 * SECTOR + 1] == b"2"))
    assert (False, True) in orders


def test_a_file_that_grew_over_a_lost_sector_holds_zeros_there() -> None:
    found = set()
    for seed in range(CUTS):
        file = File()
        file.write(0, b"x" * SECTOR * 2)
        file.cut(Random(seed))
        found.add(bytes(file.seen))
    assert bytes(SECTOR) + b"x" * SECTOR in found
    assert bytes(SECTOR * 2) in found


def test_a_cut_off_end_may_come_back() -> None:
    lengths = set()
    for seed in range(CUTS):
        file = File(b"x" * 100)
        file.truncate(10)
        file.cut(Random(seed))
        lengths.add(len(file.seen))
    assert lengths == {10, 100}


def test_a_sync_after_one_that_failed_says_yes_and_saves_nothing() -> None:
    kept = set()
    for seed in range(CUTS):
        file = File(bytes(SECTOR))
        file.write(0, b"doubt")
        file.fail_sync()
        file.write(SECTOR, b"later")
        file.sync()
        file.cut(Random(seed))
        assert file.seen[SECTOR:] == b"later", "what was written since is durable"
        kept.add(bytes(file.seen[:5]))
    assert kept == {b"doubt", bytes(5)}


def test_what_was_written_again_after_a_failed_sync_is_durable() -> None:
    for seed in range(CUTS):
        file = File(bytes(SECTOR))
        file.write(0, b"doubt")
        file.fail_sync()
        file.write(0, b"again")
        file.sync()
        file.cut(Random(seed))
        assert file.seen[:5] == b"again"


def test_memory_that_is_let_go_shows_what_a_failed_sync_left_out() -> None:
    file = File(b"old")
    file.write(0, b"new")
    file.fail_sync()
    assert file.seen == b"new"
    file.forget()
    assert file.seen == b"old"


def test_the_disk_is_a_disk_to_sqlite(disk: Disk, tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with opened(disk, path) as connection:
        connection.execute("CREATE TABLE t (n); INSERT INTO t VALUES (1)")
        assert connection.pragma("journal_mode") == "wal"
    with opened(disk, path) as connection:
        assert connection.execute("SELECT n FROM t").fetchall() == [(1,)]
    assert path.stat().st_size == 0, "a stand-in lies there, the bytes are the disk's"
    disk.copy_to(tmp_path)
    assert apsw.Connection(str(path)).pragma("integrity_check") == "ok"


def test_every_operation_is_counted_and_told_the_same_again(tmp_path: Path) -> None:
    traces = []
    for name in "ab":
        (tmp_path / name).mkdir()
        disk = Disk()
        disk.trace = []
        with opened(disk, tmp_path / name / "x.db") as connection:
            connection.execute("CREATE TABLE t (n); INSERT INTO t VALUES (1)")
        traces.append(disk.trace)
        assert disk.count == len(disk.trace) == sum(disk.kinds.values()) > 20
        disk.close()
    assert traces[0] == traces[1]
    assert {each.kind for each in traces[0]} == {
        "open",
        "read",
        "write",
        "sync",
        "truncate",
        "delete",
    }


def test_acknowledged_commits_survive_every_cut_with_full_sync_alone(tmp_path: Path) -> None:
    assert _lost(tmp_path, "FULL") == 0
    assert _lost(tmp_path, "NORMAL") > 0, "commits in WAL are not synced: the disk must show it"
    assert _lost(tmp_path, "OFF") > 0, "nothing is synced: the disk must show it"


def _lost(folder: Path, synchronous: str) -> int:
    """Return in how many cuts an acknowledged row was lost, or all of the file with it."""
    return sum(_loses(folder / f"{synchronous}-{n}.db", synchronous, n) for n in range(CUTS))


def _loses(path: Path, synchronous: str, seed: int) -> bool:
    chance, disk, told = Random(seed), Disk(), 0
    with opened(disk, path, synchronous) as connection:
        connection.wal_autocheckpoint(8)
        connection.execute("CREATE TABLE t (n)")
        disk.fail_at(chance.randrange(1, 150), Fault.POWER_CUT)
        with contextlib.suppress(PowerCut):
            while True:
                connection.execute("INSERT INTO t VALUES (randomblob(300))")
                told += 1
    disk.power_cut(chance)
    try:
        with opened(disk, path, synchronous) as connection:
            whole = connection.pragma("integrity_check") == "ok"
            kept = int(connection.execute("SELECT count(*) FROM t").fetchall()[0][0])
    except apsw.Error:
        return True
    finally:
        disk.close()
    return not whole or kept < told


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (Fault.IO_ERROR, apsw.IOError),
        (Fault.FULL, apsw.FullError),
        (Fault.READ_ONLY, apsw.IOError),
        (Fault.POWER_CUT, PowerCut),
    ],
)
def test_a_fault_that_was_planned_is_met(
    disk: Disk, tmp_path: Path, fault: Fault, raised: type[BaseException]
) -> None:
    with opened(disk, tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE t (n)")
        disk.fail_at(1, fault)
        with pytest.raises(raised):
            connection.execute("INSERT INTO t VALUES (1)")
    assert disk.hits == {fault: 1}


def test_a_sync_can_be_the_one_to_fail(disk: Disk, tmp_path: Path) -> None:
    with opened(disk, tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE t (n)")
        disk.before = lambda operation: Fault.IO_ERROR if operation.kind == SYNC else None
        with pytest.raises(apsw.IOError) as caught:
            connection.execute("INSERT INTO t VALUES (1)")
        assert caught.value.extendedresult == apsw.SQLITE_IOERR_FSYNC
        disk.before = None


def test_a_full_disk_takes_everything_again_once_there_is_room(disk: Disk, tmp_path: Path) -> None:
    with opened(disk, tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE t (n)")
        disk.full = True
        with pytest.raises(apsw.FullError):
            connection.execute("INSERT INTO t VALUES (1)")
        disk.full = False
        connection.execute("INSERT INTO t VALUES (2)")
        assert connection.execute("SELECT n FROM t").fetchall() == [(2,)]


def test_handles_of_a_dead_machine_do_nothing_more(disk: Disk, tmp_path: Path) -> None:
    with opened(disk, tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE t (n)")
        disk.kill()
        before = disk.files()
        with pytest.raises(apsw.IOError):
            connection.execute("INSERT INTO t VALUES (1)")
    assert disk.files() == before
    with opened(disk, tmp_path / "x.db") as connection:
        connection.execute("INSERT INTO t VALUES (2)")
        assert connection.execute("SELECT n FROM t").fetchall() == [(2,)]


def test_a_second_connection_is_locked_out(disk: Disk, tmp_path: Path) -> None:
    with opened(disk, tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE t (n)")
        with pytest.raises(apsw.BusyError), opened(disk, tmp_path / "x.db") as second:
            second.execute("SELECT * FROM t").fetchall()


def test_a_lost_write_is_seen_until_the_power_goes(disk: Disk, tmp_path: Path) -> None:
    with opened(disk, tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE t (n)")
        disk.lose_next_write()
        connection.execute("INSERT INTO t VALUES (1)")
        assert connection.execute("SELECT n FROM t").fetchall() == [(1,)]
    assert disk.hits == {Fault.LOST: 1}


def test_a_write_that_was_lost_never_reaches_the_disk() -> None:
    file = File(b"old")
    file.write(0, b"new", lost=True)
    file.sync()
    assert file.seen == b"new"
    file.cut(Random(1))
    assert file.seen == b"old"


def test_rot_flips_one_bit_for_good(disk: Disk, tmp_path: Path) -> None:
    disk.put(tmp_path / "x.db", bytes(1_000))
    assert disk.rot(Random(5), ".db").startswith("x.db at ")
    (content,) = disk.files().values()
    assert sum(byte.bit_count() for byte in content) == 1
    disk.power_cut(Random(1))
    assert disk.files() == {str(tmp_path / "x.db"): content}


def test_a_name_that_no_sync_made_durable_may_be_gone(tmp_path: Path) -> None:
    ends = set()
    for seed in range(40):
        disk = Disk()
        path = tmp_path / f"{seed}.db"
        disk.make(str(path)).write(0, b"x")
        disk.power_cut(Random(seed))
        assert path.exists() == (disk.find(str(path)) is not None)
        ends.add(path.exists())
        disk.close()
    assert ends == {True, False}


def test_the_first_sync_of_a_log_makes_its_name_durable(disk: Disk, tmp_path: Path) -> None:
    with opened(disk, tmp_path / "x.db") as connection:
        connection.execute("CREATE TABLE t (n)")
        disk.power_cut(Random(1))
    assert {Path(path).name for path in disk.files()} == {"x.db", "x.db-wal"}


def test_a_fault_may_be_chosen_for_each_operation(disk: Disk, tmp_path: Path) -> None:
    asked = []

    def third_write(operation: Operation) -> Fault | None:
        asked.append(operation)
        is_it = operation.kind == WRITE and disk.kinds[WRITE] == 3
        return Fault.IO_ERROR if is_it else None

    with opened(disk, tmp_path / "x.db") as connection:
        disk.before = third_write
        disk.kinds.clear()
        with pytest.raises(apsw.IOError):
            connection.execute("CREATE TABLE t (n)")
        disk.before = None
    writes = [each.file for each in asked if each.kind == WRITE]
    assert len(writes) == 3
    assert set(writes) == {"x.db-wal"}
