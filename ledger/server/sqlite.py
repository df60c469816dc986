"""SQLite as the ledger's engine: one file, so that a commit means durable. Never works on another footing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import apsw

from ledger.server import accounts
from ledger.server.database import (
    VERSION,
    Asked,
    ConstraintBroken,
    DatabaseUnfit,
    LedgerUnavailable,
    Tx,
)
from ledger.server.tables import Row, Table, shard_of

SCHEMA = Path(__file__).with_name("schema.sql")
LATER_TABLES = Path(__file__).with_name("order_tables.sql")
BUSY_MS = 5_000
FULL = 2  # PRAGMA synchronous as SQLite reads it back.

T = TypeVar("T")


@dataclass(slots=True)
class SqliteTx:
    """A transaction on the file's connection."""

    connection: apsw.Connection
    feed_grew: bool = False

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Row]:
        """Run one statement."""
        try:
            return self.connection.execute(sql, tuple(parameters))
        except apsw.ConstraintError as error:
            raise ConstraintBroken(str(error)) from error

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """Return the first row, or None."""
        return next(iter(self.execute(sql, parameters)), None)

    def change(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement and return how many rows it changed."""
        self.execute(sql, parameters)
        return int(self.connection.changes())

    def get(self, table: Table, *key: object) -> Row | None:
        """Return the row with this key, or None."""
        return self.row(_select(table), key)

    def find(self, table: Table, column: str, value: str) -> Iterator[Row]:
        """Give the rows that have this in a column."""
        return self.execute(_find(table, column), (value,))

    def put(self, table: Table, row: Row) -> None:
        """Add a new row."""
        self.execute(_insert(table, numbered=False), row)

    def put_numbered(self, table: Table, row: Row) -> int:
        """Add a new row and return its number."""
        made = self.row(_insert(table, numbered=True), row)
        assert made is not None
        return int(made[0])

    def set(self, table: Table, key: Row, **values: object) -> None:
        """Change columns of a row that is there."""
        self.execute(_update(table, tuple(values)), (*values.values(), *key))

    @contextmanager
    def savepoint(self) -> Iterator[Callable[[], None]]:
        """Open a stretch that can be undone."""

        def undo() -> None:
            self.execute("ROLLBACK TO stretch")

        self.execute("SAVEPOINT stretch")
        yield undo
        self.execute("RELEASE stretch")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let a reader's statements all see one moment."""
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


@cache
def _select(table: Table) -> str:
    where = " AND ".join(f"{name} = ?" for name in table.key)
    return f"SELECT {', '.join(table.names)} FROM {table.name} WHERE {where}"  # noqa: S608


@cache
def _find(table: Table, column: str) -> str:
    return f"SELECT {', '.join(table.names)} FROM {table.name} WHERE {column} = ?"  # noqa: S608


@cache
def _insert(table: Table, *, numbered: bool) -> str:
    names = table.names[1:] if numbered else table.names
    marks = ", ".join("?" for _ in names)
    sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
    return f"{sql} RETURNING {table.names[0]}" if numbered else sql


@cache
def _update(table: Table, names: tuple[str, ...]) -> str:
    assert set(names) <= set(table.mutable)
    changed = ", ".join(f"{name} = ?" for name in names)
    where = " AND ".join(f"{name} = ?" for name in table.key)
    return f"UPDATE {table.name} SET {changed} WHERE {where}"  # noqa: S608


class SqliteEngine:
    """One connection that writes. After a failed write it takes nothing more."""

    on_loop = True  # A statement takes microseconds; only the commit waits for the disk.

    def __init__(self, path: Path) -> None:
        self._connection = open_writer(path)
        self._tx = SqliteTx(self._connection)
        self._broken = False

    def apply(self, group: Sequence[Asked]) -> None:
        """Begin, and run each job in a savepoint of its own."""
        try:
            if self._broken:
                raise LedgerUnavailable("an earlier write failed; restart the ledger")
            self._tx = SqliteTx(self._connection)
            self._tx.execute("BEGIN IMMEDIATE")
            for asked in group:
                self._run_alone(asked)
        except apsw.Error as error:
            self._doubt(error)
            raise LedgerUnavailable(str(error)) from error

    def commit(self, group: Sequence[Asked]) -> bool:
        """Commit, or say that nothing stands."""
        try:
            self._tx.execute("COMMIT")
        except apsw.Error as error:
            self._doubt(error)
            raise LedgerUnavailable(str(error)) from error
        return self._tx.feed_grew

    def give_up(self) -> None:
        """Roll back, if SQLite has not done so by itself."""
        try:
            if self._connection.in_transaction:
                self._tx.execute("ROLLBACK")
        except apsw.Error:
            self._broken = True

    def run_now(self, job: Callable[[Tx], T]) -> T:
        """Run one job alone and commit it."""
        tx = SqliteTx(self._connection)
        tx.execute("BEGIN IMMEDIATE")
        try:
            value = job(tx)
        except BaseException:
            tx.execute("ROLLBACK")
            raise
        tx.execute("COMMIT")
        return value

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _doubt(self, error: apsw.Error) -> None:
        # After a failed fsync nobody knows what the disk holds: never retried, never ignored.
        self._broken = self._broken or isinstance(error, apsw.IOError | apsw.CorruptError)

    def _run_alone(self, asked: Asked) -> None:
        """Run one job in a savepoint.

        Raises:
            apsw.Error, LedgerUnavailable: the whole transaction is lost, not only this job.
        """
        with self._tx.savepoint() as undo:
            try:
                asked.value = asked.job(self._tx)
            except Exception as error:
                if not self._connection.in_transaction:  # SQLite itself gave the transaction up.
                    raise LedgerUnavailable(str(error)) from error
                asked.error = error
                undo()


def open_writer(path: Path) -> apsw.Connection:
    """Open the file for its one writer, making the tables if need be.

    Raises:
        DatabaseUnfit: write-ahead log or full synchronisation did not hold, or a newer version of
            the ledger has written it.
        apsw.Error: it can't be opened at all.
    """
    connection = _open(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
    mode = connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.pragma("secure_delete", value=True)  # Customers' words leave no trace in free pages.
    if mode != "wal" or connection.pragma("synchronous") != FULL:
        raise DatabaseUnfit(f"{path.name}: journal_mode {mode}")
    _make_tables(connection, path.name)
    connection.execute(LATER_TABLES.read_text(encoding="utf-8"))
    connection.pragma("foreign_keys", value=True)  # After an upgrade, which replaces tables.
    return connection


def _make_tables(connection: apsw.Connection, name: str) -> None:
    """Make or upgrade the tables, all of it or nothing."""
    version = connection.pragma("user_version")
    if version > VERSION:
        raise DatabaseUnfit(f"{name}: written by a newer ledger (version {version})")
    if version == VERSION:
        return
    old = bool(connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'payments'").fetchall())
    connection.create_scalar_function("shard_of", _shard_of, 1)
    connection.create_scalar_function("card_of", _card_of, 1)
    with connection:
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        if old:
            for number in range(max(version, 1) + 1, VERSION + 1):
                upgrade = SCHEMA.with_name(f"upgrade_{number}.sql")
                connection.execute(upgrade.read_text(encoding="utf-8"))
        connection.pragma("user_version", VERSION)


def _shard_of(*given: object) -> int:
    return shard_of(str(given[0]))


def _card_of(*given: object) -> str:
    return accounts.card_of(str(given[0]))


def open_reader(path: Path) -> SqliteTx:
    """Open the file for reading what was committed.

    Raises:
        apsw.Error: it can't be opened.
    """
    return SqliteTx(_open(path, apsw.SQLITE_OPEN_READONLY))


def _open(path: Path, flags: int) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(BUSY_MS)
    return connection
