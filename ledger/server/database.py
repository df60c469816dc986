"""What the rules ask of a database, whichever engine it is. Never names an engine's library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ledger.server.tables import Needs, Row, Table

VERSION = 8  # Of the tables, on every engine; the first files had no number.
GROUP_MAX = 256  # Jobs in one transaction; beyond, the first ones would wait too long.
POSTGRES = ("postgresql://", "postgres://")

T = TypeVar("T")
Database = Path | str
"""SQLite's file, or the URL of a PostgreSQL database."""


class DatabaseUnfit(Exception):
    """The database can't be used safely: commits would not last, or a newer ledger has written it."""


class LedgerUnavailable(Exception):
    """Nothing of the job stands: the transaction could not be made durable."""


class CommitUnknown(LedgerUnavailable):
    """The line broke in the commit and nobody could be asked since: the job may stand or not."""


class ConstraintBroken(Exception):
    """A row would break a rule that the database itself holds: a floor, a key, a check."""


class Tx(Protocol):
    """What a job works on, inside the writer's transaction.

    Rows that payments need are read and written by key (`get`, `put`, `set`), so that an engine may
    fetch those of many jobs at once and write them at once. All else is SQL that both engines take:
    `?` for parameters, ON CONFLICT with its target, no function that only one of them has.

    Attributes:
        feed_grew: set by whoever appends to the feed; waiting readers are woken after the commit.
    """

    feed_grew: bool

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Row]:
        """Run one statement.

        Raises:
            ConstraintBroken: the database did not take it.
        """
        ...

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """Return the first row, or None."""
        ...

    def change(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement and return how many rows it changed.

        Raises:
            ConstraintBroken: the database did not take it.
        """
        ...

    def get(self, table: Table, *key: object) -> Row | None:
        """Return the row with this key, or None; it stays as it is until the transaction ends."""
        ...

    def find(self, table: Table, column: str, value: str) -> Iterator[Row]:
        """Give the rows in no order that have this in a column which tells their shard as the key does."""
        ...

    def put(self, table: Table, row: Row) -> None:
        """Add a new row.

        Raises:
            ConstraintBroken: there is one with its key, or a check does not hold. An engine that
                writes later may say so later; nothing of the job stands then either.
        """
        ...

    def put_numbered(self, table: Table, row: Row) -> int:
        """Add a new row whose number, its first column, the database gives; return the number."""
        ...

    def set(self, table: Table, key: Row, **values: object) -> None:
        """Change columns of a row that is there.

        Raises:
            ConstraintBroken: a check does not hold.
        """
        ...

    def savepoint(self) -> AbstractContextManager[Callable[[], None]]:
        """Open a stretch that can be undone: what the context gives undoes it."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Let a reader's statements all see one moment."""
        ...


class ReadTx(Tx, Protocol):
    """Reads what was committed, over a line of its own."""

    def close(self) -> None:
        """Let the database go."""
        ...


Job = Callable[[Tx], Any]


@dataclass(slots=True)
class Asked:
    """A job of a group, and what came of it.

    Attributes:
        needs: the rows that it will ask for, as far as it knows beforehand.
    """

    job: Job
    needs: Needs | None = None
    value: Any = None
    error: Exception | None = None


class Engine(Protocol):
    """One kind of database, for the one writer of a process.

    Attributes:
        on_loop: jobs are cheap enough there for the event loop's thread.
    """

    on_loop: bool

    def apply(self, group: Sequence[Asked]) -> None:
        """Begin, and run each job so that one that fails leaves nothing.

        Raises:
            LedgerUnavailable: the group as a whole is lost.
        """
        ...

    def commit(self, group: Sequence[Asked]) -> bool:
        """Make what was applied durable; return whether the feed grew.

        Raises:
            LedgerUnavailable: the group as a whole is lost.
        """
        ...

    def give_up(self) -> None:
        """Undo what was applied; after an error of `apply` or `commit`."""
        ...

    def run_now(self, job: Callable[[Tx], T]) -> T:
        """Run one job alone and commit it.

        Raises:
            Exception: whatever the job raised; nothing of it stands.
        """
        ...

    def close(self) -> None:
        """Let the database go."""
        ...


def is_postgres(database: Database) -> bool:
    """Tell whether a database is named by PostgreSQL's URL."""
    return isinstance(database, str) and database.startswith(POSTGRES)


def named(text: str) -> Database:
    """Return the database that a text names: a URL, or a file."""
    return text if is_postgres(text) else Path(text)


def exists(database: Database) -> bool:
    """Tell whether a ledger has made this database.

    Raises:
        DatabaseUnfit: nobody can be asked.
    """
    if is_postgres(database):
        with _library():
            from ledger.server.postgres.reader import has_tables
        return has_tables(str(database))
    return Path(database).is_file()


def open_engine(database: Database) -> Engine:
    """Open a database for writing, making the tables if need be.

    Raises:
        DatabaseUnfit: it can't be used safely.
    """
    if is_postgres(database):
        with _library():
            from ledger.server.postgres.engine import PostgresEngine
        return PostgresEngine(str(database))
    from ledger.server.sqlite import SqliteEngine

    return SqliteEngine(Path(database))


def open_reader(database: Database) -> ReadTx:
    """Open a database for reading what was committed.

    Raises:
        DatabaseUnfit: it can't be opened.
    """
    if is_postgres(database):
        with _library():
            from ledger.server.postgres.reader import Reader
        return Reader(str(database))
    from ledger.server.sqlite import open_reader as open_file

    return open_file(Path(database))


@contextmanager
def _library() -> Iterator[None]:
    try:
        yield
    except ImportError as error:  # An optional library.
        raise DatabaseUnfit("PostgreSQL: install requirements-postgresql.lock") from error
