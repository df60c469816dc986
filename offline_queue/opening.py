"""Opens the terminal's database so that a commit means durable, or refuses. Never sells around a doubt."""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import apsw
from peewee import PeeweeException
from playhouse.apsw_ext import APSWDatabase

from offline_queue import schema
from offline_queue.identity import (
    is_the_last_opened,
    note_closing,
    note_opening,
    sync,
    was_opened_before,
)
from offline_queue.log_file import has_log, look_at_log
from offline_queue.planted import refuse_planted
from offline_queue.rows import UNRESOLVED_COPY
from pos.domain.errors import StoreDamaged, StoreInUse, StoreOfOtherVersion, StoreUnavailable

BUSY_TIMEOUT_S = 2.0  # Only a reader of another process could hold it: the report command.
WANTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
"""PRAGMAs set, and read back: SQLite ignores silently what it can't do."""

DISK_FULL = "디스크 가득 참 / disk full"
READ_ONLY = "읽기 전용 / read-only"
DISK_ERROR = "디스크 오류 / disk error"
A_LINK = "바로가기임, 파일 자체를 지정 / a symbolic link; name the file itself"
NO_PERMISSION = "권한 없음 / no permission"
REASONS: tuple[tuple[type[apsw.Error], str], ...] = (
    (apsw.FullError, DISK_FULL),
    (apsw.ReadOnlyError, READ_ONLY),
    (apsw.CantOpenError, "파일을 열 수 없음 / file can't be opened"),
    (apsw.BusyError, "다른 프로그램이 사용 중 / in use by another program"),
    (apsw.IOError, DISK_ERROR),
)
OS_REASONS = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: NO_PERMISSION,
    errno.EPERM: NO_PERMISSION,
    errno.EIO: DISK_ERROR,
}
OPENING = "opening"  # The token of the last opening, here and in the file beside the database.
# A statement of ours that names what is not there: the file's own description of its tables is spoilt.
DAMAGE = (apsw.CorruptError, apsw.NotADBError, apsw.SQLError)


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn the database's errors into the two a cashier can act on.

    Raises:
        StoreUnavailable, StoreDamaged: in place of anything SQLite or the disk raised.
    """
    try:
        yield
    except (PeeweeException, apsw.Error) as error:
        root = _root(error)
        if isinstance(root, DAMAGE):
            raise StoreDamaged(reason=str(root)) from error
        reason = next((text for kind, text in REASONS if isinstance(root, kind)), str(root))
        raise StoreUnavailable(reason=reason) from error
    except UnicodeDecodeError as error:  # A flipped bit in what was a text.
        raise StoreDamaged(reason=str(error.reason)) from error
    except OSError as error:
        reason = OS_REASONS.get(error.errno or 0, error.strerror or str(error))
        raise StoreUnavailable(reason=reason) from error


def is_disk_fault(error: BaseException) -> bool:
    """Tell whether an error leaves it open what reached the disk: then nothing is tried again."""
    cause = error.__cause__
    return cause is not None and isinstance(_root(cause), apsw.IOError)


def _root(error: BaseException) -> BaseException:
    """Return apsw's own error from inside peewee's."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, apsw.Error):
            return seen
        inner = seen.args[0] if seen.args else None
        if isinstance(inner, apsw.Error):
            return inner
        seen = seen.__cause__ or seen.__context__
    return error


def hold(path: Path) -> TextIO:
    """Make this process the only one that sells on this database; held until the file is closed.

    Raises:
        StoreInUse: another process holds it.
    """
    file = Path(f"{path}.lock").open("a")  # noqa: SIM115 - the open file is the lock.
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise StoreInUse() from error
    return file


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that can be sold on.

    Attributes:
        is_copy: it is not the file last opened here, so it has a new incarnation, and what the
            copy shows as open has not been resolved yet.
    """

    database: APSWDatabase
    incarnation: int
    is_copy: bool


def open_database(
    path: Path,
    *,
    device: int,
    new_incarnation: Callable[[], int],
    read_only: bool,
    vfs: str | None = None,
) -> Opened:
    """Open or make the database.

    A file that is not the one last opened here, a copy put back, gets a new incarnation, so that
    none of its numbers can be mistaken for one given out since (DESIGN 6).

    `vfs` names another disk than the machine's, as a test registers it. It shares no memory, which
    WAL needs between connections, so it is opened by this one alone.

    Raises:
        StoreUnavailable: it can't be opened, is another terminal's, or can't be made durable.
        StoreDamaged: it is no database, or its log is missing.
    """
    if path.is_symlink():  # Its log would lie elsewhere, and its lock not keep others out.
        raise StoreUnavailable(reason=A_LINK)
    if not read_only:
        look_at_log(path, vfs)
    database = APSWDatabase(str(path), timeout=BUSY_TIMEOUT_S, pragmas={}, vfs=vfs)
    database.connect()
    try:
        if vfs is not None:
            database.execute_sql("PRAGMA locking_mode=EXCLUSIVE")
        path.chmod(0o600)
        _make_durable(database)
        incarnation, is_copy = _lay_out(
            database, path, device, new_incarnation, read_only=read_only, vfs=vfs
        )
        sync(path.parent)  # The new file's name.
    except BaseException:
        with suppress(PeeweeException, apsw.Error):  # What was raised first is what matters.
            _keep_log(database)
            database.close()
        raise
    # To remove it is for `close_database`: not for a reader, nor for a process that ends by an error
    # and closes on the way out, for the next start would miss it and take it for stolen.
    _keep_log(database)
    return Opened(database, incarnation, is_copy)


def close_database(database: APSWDatabase, path: Path) -> None:
    """Close it for good: the log goes into the file and away, which is noted first."""
    with suppress(OSError):
        note_closing(path)
        _keep_log(database, keep=False)
    database.close()


def _keep_log(database: APSWDatabase, *, keep: bool = True) -> None:
    """Let the closing leave the log as it is, or not."""
    database.connection().config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, int(keep))


def _lay_out(
    database: APSWDatabase,
    path: Path,
    device: int,
    new_incarnation: Callable[[], int],
    *,
    read_only: bool,
    vfs: str | None,
) -> tuple[int, bool]:
    """Make what is missing in the file; say which incarnation it is, and whether an unresolved copy."""
    meta = _Meta(database)
    refuse_planted(database)
    if _refuse_other_versions(meta) is None:
        # Bound for this alone: the process may hold more than one database, as tests do.
        with database.bind_ctx(schema.TABLES):
            database.create_tables(schema.TABLES)
        for trigger in schema.APPEND_ONLY:
            database.execute_sql(trigger)
    if not read_only:
        for table in schema.LATER_TABLES:
            database.execute_sql(table)
    incarnation = _identify(meta, device, new_incarnation)
    opening = meta.get(OPENING)
    known = read_only or is_the_last_opened(path, opening)
    # Just made, it gave out no number yet; but one that forgot its opening is a copy too.
    just_made = opening is None and not was_opened_before(path)
    if not known and not just_made:
        incarnation = _renew(meta, new_incarnation)
    is_copy = meta.get(UNRESOLVED_COPY) is not None
    if not read_only:
        note_opening(path, opening, lambda token: _put_into_log(meta, token, path, vfs))
    return incarnation, is_copy


def _put_into_log(meta: _Meta, token: str, path: Path, vfs: str | None) -> None:
    """Keep the opening's token, and see that it went into the log.

    After an error in turning the log on, SQLite says that it is on, and works without one.
    """
    meta.put(OPENING, token)
    if not has_log(path, vfs):
        raise _not_durable("journal_mode")


class _Meta:
    """The values kept by key, in plain SQL: drawn up by peewee, they took half of an opening."""

    def __init__(self, database: APSWDatabase) -> None:
        self.database = database

    def get(self, key: str) -> str | None:
        """Return the value kept under a key."""
        sql = "SELECT value FROM meta WHERE key = ?"
        row = self.database.execute_sql(sql, (key,)).fetchone()
        return None if row is None else str(row[0])

    def put(self, key: str, value: str) -> None:
        """Keep a value under a key."""
        sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
        self.database.execute_sql(sql, (key, value))

    def once(self, key: str, make: Callable[[], str]) -> str:
        """Return the value kept under a key, storing it the first time."""
        found = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found


def _refuse_other_versions(meta: _Meta) -> str | None:
    """Look before anything is added to a file that another version laid out; None for a new one."""
    sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'"
    there = meta.database.execute_sql(sql).fetchone()
    found = None if there is None else meta.get("schema")
    if found not in (None, str(schema.SCHEMA_VERSION)):
        raise StoreOfOtherVersion(version=found, ours=schema.SCHEMA_VERSION)
    return found


def _identify(meta: _Meta, device: int, new_incarnation: Callable[[], int]) -> int:
    incarnation = int(meta.once("incarnation", lambda: str(new_incarnation())))
    if int(meta.once("device", lambda: str(device))) != device:
        raise StoreUnavailable(reason="다른 단말기의 기록 / another terminal's record")
    meta.once("schema", lambda: str(schema.SCHEMA_VERSION))
    return incarnation


def _renew(meta: _Meta, new_incarnation: Callable[[], int]) -> int:
    incarnation = new_incarnation()
    meta.put("incarnation", str(incarnation))
    meta.put(UNRESOLVED_COPY, "1")  # Until the recovery is through; it may be killed half way.
    # What waits in a copy may be on paper since: it comes as a marked copy and opens no drawer.
    meta.database.execute_sql(
        "UPDATE print_job SET reprint = 1, open_drawer = 0 WHERE state IN ('waiting', 'printing')"
    )
    return incarnation


def _make_durable(database: APSWDatabase) -> None:
    for name, wanted in WANTED.items():
        database.execute_sql(f"PRAGMA {name}={wanted}")
        found = database.execute_sql(f"PRAGMA {name}").fetchone()
        if found is None or found[0] != wanted:
            raise _not_durable(name)


def _not_durable(pragma: str) -> StoreUnavailable:
    reason = f"안전한 저장을 켤 수 없음({pragma}) / can't be made durable ({pragma})"
    return StoreUnavailable(reason=reason)
