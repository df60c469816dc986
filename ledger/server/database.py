"""Opens the ledger's SQLite file so that a commit means durable. Never works on another footing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

SCHEMA = Path(__file__).with_name("schema.sql")
UPGRADES = {number: Path(__file__).with_name(f"upgrade_{number}.sql") for number in (2, 3)}
VERSION = 3  # PRAGMA user_version; the first files had no number.
BUSY_MS = 5_000
FULL = 2  # PRAGMA synchronous as SQLite reads it back.


class DatabaseUnfit(Exception):
    """The file can't be opened safely: no write-ahead log, no full synchronisation, or a newer one."""


@dataclass(slots=True)
class Tx:
    """What a job works on, inside the writer's transaction.

    Attributes:
        feed_grew: set by whoever appends to the feed; waiting readers are woken after the commit.
    """

    connection: apsw.Connection
    feed_grew: bool = False

    def execute(self, sql: str, parameters: tuple[object, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """Run one statement."""
        return self.connection.execute(sql, parameters)

    def row(self, sql: str, parameters: tuple[object, ...] = ()) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        return next(iter(self.connection.execute(sql, parameters)), None)


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
    if mode != "wal" or connection.pragma("synchronous") != FULL:
        raise DatabaseUnfit(f"{path.name}: journal_mode {mode}")
    _make_tables(connection, path.name)
    connection.pragma("foreign_keys", value=True)  # Not before: an upgrade lays out parents anew.
    return connection


def _make_tables(connection: apsw.Connection, name: str) -> None:
    """Make or upgrade the tables, all of it or nothing."""
    version = connection.pragma("user_version")
    if version > VERSION:
        raise DatabaseUnfit(f"{name}: written by a newer ledger (version {version})")
    if version == VERSION:
        return
    old = bool(connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'payments'").fetchall())
    with connection:
        connection.execute(SCHEMA.read_text(encoding="utf-8"))
        for number, steps in UPGRADES.items():
            if old and number > max(version, 1):
                connection.execute(steps.read_text(encoding="utf-8"))
        connection.pragma("user_version", VERSION)


def open_reader(path: Path) -> apsw.Connection:
    """Open the file for reading what was committed.

    Raises:
        apsw.Error: it can't be opened.
    """
    return _open(path, apsw.SQLITE_OPEN_READONLY)


def _open(path: Path, flags: int) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(BUSY_MS)
    return connection
