"""What others may do to the terminal's files: refused in words, or sold on with nothing changed. Never a wrong sum."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from offline_queue.store import SqliteStore
from pos.domain.errors import StoreDamaged, StoreUnavailable
from pos.domain.events import DrawerOpened, to_record
from pos.ports import Change
from tests.fakes import DEVICE, NOON

ROOT = Path(__file__).parents[2]
DYING = f"""
import asyncio, os, sys
from pathlib import Path
from offline_queue.store import SqliteStore
from tests.offline_queue.test_hostile_files import CHANGE

async def main():
    store = SqliteStore(Path(sys.argv[1]), device={DEVICE}, new_incarnation=lambda: 42)
    await store.commit(CHANGE)
    await store.commit(CHANGE)
    os._exit(9)

asyncio.run(main())
"""
CHANGE = Change(records=(to_record(DrawerOpened("x", NOON)),))


def open_store(path: Path) -> SqliteStore:
    return SqliteStore(path, device=DEVICE, new_incarnation=lambda: 43)


@pytest.fixture
def left_open(tmp_path: Path) -> Path:
    """Return a database whose process was killed with two records in the log."""
    path = tmp_path / "terminal.db"
    command = [sys.executable, "-c", DYING, str(path)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    assert Path(f"{path}-wal").stat().st_size
    return path


@pytest.mark.parametrize("gone", ["emptied", "deleted"])
def test_a_log_that_was_taken_away_is_named_and_nothing_is_sold_on_without_it(
    left_open: Path, gone: str
) -> None:
    log = Path(f"{left_open}-wal")
    if gone == "emptied":
        log.write_bytes(b"")
    else:
        log.unlink()
    with pytest.raises(StoreDamaged, match=r"terminal\.db-wal"):
        open_store(left_open)


async def test_with_its_log_the_same_file_is_sold_on(left_open: Path) -> None:
    store = open_store(left_open)
    assert (await store.verify(), store.incarnation) == (2, 42)
    await store.close()


@pytest.mark.parametrize(
    "planted",
    [
        # A record more for each, and one that another statement would never see.
        "CREATE TRIGGER planted AFTER INSERT ON journal BEGIN "
        "INSERT INTO journal (sequence, incarnation, at_us, kind, sale, body, previous, hash, signature) "
        "VALUES (NEW.sequence + 1, 42, 0, 'x', '', '{}', '', '', ''); END",
        "CREATE TRIGGER planted AFTER INSERT ON journal BEGIN "
        "DELETE FROM outbox WHERE sequence = NEW.sequence; END",
        # Under a name of ours.
        "DROP TRIGGER journal_keeps_its_words; CREATE TRIGGER journal_keeps_its_words /* planted */"
        " AFTER INSERT ON outbox BEGIN DELETE FROM outbox; END",
    ],
)
async def test_a_planted_trigger_is_named_and_nothing_is_sold_on(
    tmp_path: Path, planted: str
) -> None:
    path = tmp_path / "terminal.db"
    store = open_store(path)
    await store.commit(CHANGE)
    await store.close()
    hand = apsw.Connection(str(path))
    hand.execute(planted)
    hand.close()
    with pytest.raises(StoreDamaged, match=r"planted|journal_keeps_its_words"):
        open_store(path)


def test_a_database_behind_a_symlink_is_refused_and_the_link_is_named(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    path = tmp_path / "terminal.db"
    path.symlink_to(tmp_path / "disk" / "terminal.db")
    with pytest.raises(StoreUnavailable, match="symbolic link"):
        open_store(path)
    assert not list((tmp_path / "disk").iterdir())
