"""Backup beside a selling terminal, restore in place of one that does not run, and what they refuse."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import apsw
import pytest

from offline_queue.audit import audit
from offline_queue.copies import back_up, restore
from offline_queue.device_key import PUBLIC_NAME, SECRET_NAME, public_keys
from offline_queue.store import SqliteStore
from pos.domain.audit_errors import (
    CopyRefused,
    JournalUnreadable,
    KeyUnusable,
    RecordNotGenuine,
)
from pos.domain.errors import StoreInUse
from pos.domain.events import DrawerOpened, to_record
from pos.ports import Change
from tests.fakes import DEVICE, NOON

EVENT = to_record(DrawerOpened("x", NOON))


class Till:
    """A terminal's folder, opened and closed as a shop does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "terminal.db"
        self.incarnations = iter(range(100, 200))

    def open(self) -> SqliteStore:
        self.folder.mkdir(exist_ok=True)
        make = self.incarnations.__next__
        return SqliteStore(self.database, device=DEVICE, new_incarnation=make)

    async def write(self, count: int) -> None:
        store = self.open()
        for _ in range(count):
            await store.commit(Change(records=(EVENT,)))
        await store.close()


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path / "till")


async def test_a_backup_made_while_the_terminal_sells_holds_all_that_was_committed(
    till: Till, tmp_path: Path
) -> None:
    to = tmp_path / "copy.db"
    store = till.open()
    for _ in range(5):
        await store.commit(Change(records=(EVENT,)))
    found = back_up(till.database, to)
    await store.commit(Change(records=(EVENT,)))
    assert (found.count, found.last_at) == (5, NOON)
    assert audit(to, public_keys(tmp_path / "copy.db.pub")) == found
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "copy.db.pub", "till"]
    assert to.stat().st_mode & 0o777 == 0o600
    await store.close()


async def test_sales_going_on_neither_delay_a_backup_nor_wait_for_it(
    till: Till, tmp_path: Path
) -> None:
    store = till.open()
    await store.commit(Change(records=(EVENT,) * 2_000))
    copying = asyncio.create_task(asyncio.to_thread(back_up, till.database, tmp_path / "copy.db"))
    while not copying.done():
        await store.commit(Change(records=(EVENT,)))
    found = await copying
    total = await store.verify()
    assert 2_000 <= found.count <= total
    await store.close()


async def test_a_restored_copy_is_a_new_incarnation_and_the_old_record_is_kept(
    till: Till, tmp_path: Path
) -> None:
    await till.write(3)
    back_up(till.database, tmp_path / "copy.db")
    await till.write(2)

    found, aside = restore(till.database, tmp_path / "copy.db", device=DEVICE)
    assert found.count == 3
    assert aside is not None
    assert audit(aside, public_keys(till.folder / PUBLIC_NAME)).count == 5

    store = till.open()
    assert store.incarnation == 101
    assert store.is_copy
    await store.close()
    store = till.open()
    assert store.is_copy, "killed before it was resolved, it is still to be resolved"
    await store.commit(Change(copy_resolved=True))
    await store.close()
    store = till.open()
    assert (store.incarnation, store.is_copy) == (101, False)
    assert await store.verify() == 3
    made = await store.commit(Change(records=(EVENT,)))
    assert (made[0].sequence, made[0].incarnation) == (4, 101)
    await store.close()
    assert audit(till.database, public_keys(till.folder / PUBLIC_NAME)).count == 4


async def test_a_copy_of_this_very_moment_is_a_new_incarnation_too(
    till: Till, tmp_path: Path
) -> None:
    await till.write(1)
    back_up(till.database, tmp_path / "copy.db")
    restore(till.database, tmp_path / "copy.db", device=DEVICE)
    store = till.open()
    assert store.incarnation == 101
    await store.close()


async def test_a_new_machine_goes_on_with_a_key_of_its_own(till: Till, tmp_path: Path) -> None:
    await till.write(3)
    back_up(till.database, tmp_path / "copy.db")
    new = Till(tmp_path / "new")
    _, aside = restore(new.database, tmp_path / "copy.db", device=DEVICE)
    assert aside is None
    await new.write(1)
    keys = public_keys(new.folder / PUBLIC_NAME)
    assert len(keys.raw) == 2
    assert audit(new.database, keys).count == 4
    assert (new.folder / SECRET_NAME).read_bytes() != (till.folder / SECRET_NAME).read_bytes()


async def test_nothing_is_restored_under_a_running_terminal(till: Till, tmp_path: Path) -> None:
    await till.write(1)
    back_up(till.database, tmp_path / "copy.db")
    store = till.open()
    with pytest.raises(StoreInUse):
        restore(till.database, tmp_path / "copy.db", device=DEVICE)
    await store.commit(Change(records=(EVENT,)))
    assert await store.verify() == 2
    await store.close()


async def test_a_copy_that_someone_changed_is_refused_and_the_record_stays(
    till: Till, tmp_path: Path
) -> None:
    await till.write(3)
    copy = tmp_path / "copy.db"
    back_up(till.database, copy)
    before = till.database.read_bytes()
    connection = apsw.Connection(str(copy))
    connection.execute("DROP TRIGGER journal_keeps_its_words")
    connection.execute("UPDATE journal SET body = replace(body, 'x', 'y') WHERE sequence = 2")
    connection.close()
    with pytest.raises(RecordNotGenuine, match="Record 2"):
        restore(till.database, copy, device=DEVICE)
    assert till.database.read_bytes() == before
    store = till.open()
    assert store.incarnation == 100
    await store.close()


async def test_another_terminals_copy_is_refused(till: Till, tmp_path: Path) -> None:
    await till.write(1)
    back_up(till.database, tmp_path / "copy.db")
    with pytest.raises(CopyRefused, match="another terminal"):
        restore(till.database, tmp_path / "copy.db", device=DEVICE + 1)


async def test_bad_places_are_named_and_nothing_is_left_there(till: Till, tmp_path: Path) -> None:
    await till.write(1)
    copy = tmp_path / "copy.db"
    back_up(till.database, copy)
    with pytest.raises(CopyRefused, match="exists already"):
        back_up(till.database, copy)
    with pytest.raises(JournalUnreadable, match="no such file"):
        back_up(tmp_path / "none" / "terminal.db", tmp_path / "other.db")
    with pytest.raises(CopyRefused, match="No such file"):
        back_up(till.database, tmp_path / "nowhere" / "copy.db")
    with pytest.raises(JournalUnreadable, match="no such file"):
        restore(till.database, tmp_path / "none.db", device=DEVICE)
    (tmp_path / "copy.db.pub").unlink()
    with pytest.raises(KeyUnusable):
        restore(tmp_path / "new" / "terminal.db", copy, device=DEVICE)
    assert not list(tmp_path.rglob("*.copying"))


async def test_a_damaged_record_can_be_replaced_and_a_strange_log_is_not_read(
    till: Till, tmp_path: Path
) -> None:
    await till.write(3)
    back_up(till.database, tmp_path / "copy.db")
    store = till.open()
    await store.commit(Change(records=(EVENT,)))
    log = Path(f"{till.database}-wal")
    shutil.copy(log, tmp_path / "log")
    await store.close()
    till.database.write_bytes(b"no database " * 1_000)
    shutil.copy(tmp_path / "log", log)
    _, aside = restore(till.database, tmp_path / "copy.db", device=DEVICE)
    assert aside is not None
    assert Path(f"{aside}-wal").exists()
    store = till.open()
    assert await store.verify() == 3
    await store.close()
