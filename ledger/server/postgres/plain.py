"""A transaction in which every statement is sent as it comes. Never faster than its round trips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg

from ledger.server.database import ConstraintBroken
from ledger.server.postgres.connection import (
    GONE,
    IN_THE_WAY,
    Connection,
    DayMissing,
    LineLost,
    TryAgain,
    in_its_words,
)
from ledger.server.tables import POSTINGS, Row, Table

BLOCK = 1_000  # As the sequence in schema.sql steps.


class Numbers:
    """Gives postings their numbers out of blocks, so that none costs a round trip."""

    def __init__(self) -> None:
        self.next = 0
        self._end = 0

    @property
    def left(self) -> int:
        """Return how many there are without asking."""
        return self._end - self.next

    def refill(self, start: int) -> None:
        """Take a new block; what was left of the old one stays unused."""
        self.next, self._end = start, start + BLOCK

    def give_back(self, first: int) -> None:
        """Have numbers of this block for use again, from the first on; others stay unused."""
        if self._end - BLOCK <= first <= self.next:
            self.next = first

    def take(self) -> int:
        """Return the next number."""
        assert self.left > 0
        self.next += 1
        return self.next - 1


class PlainTx:
    """A transaction on a connection, statement by statement.

    Attributes:
        locks: rows that may change are locked when they are read.
    """

    locks = True

    def __init__(self, connection: Connection, numbers: Numbers, days: set[str]) -> None:
        self.connection = connection
        self.feed_grew = False
        self._numbers = numbers
        self._days = days

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Row]:
        """Run one statement."""
        cursor = self.send(sql, parameters)
        return iter(cursor.fetchall() if cursor.description else ())

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """Return the first row, or None."""
        return next(self.execute(sql, parameters), None)

    def change(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement and return how many rows it changed."""
        return self.send(sql, parameters).rowcount

    def get(self, table: Table, *key: object) -> Row | None:
        """Return the row with this key, or None."""
        return self.row(select(table, lock=self.locks), key)

    def put(self, table: Table, row: Row) -> None:
        """Add a new row."""
        self.send(_insert(table), row)

    def put_numbered(self, table: Table, row: Row) -> int:
        """Add a new posting and return its number."""
        number = self.number(table, row)
        self.put(table, (number, *row))
        return number

    def set(self, table: Table, key: Row, **values: object) -> None:
        """Change columns of a row that is there."""
        self.send(_update(table, tuple(values)), (*values.values(), *key))

    @contextmanager
    def savepoint(self) -> Iterator[Callable[[], None]]:
        """Open a stretch that can be undone."""

        def undo() -> None:
            self.send("ROLLBACK TO stretch")

        self.send("SAVEPOINT stretch")
        yield undo
        self.send("RELEASE stretch")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let a reader's statements all see one moment."""
        self.send("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try:
            yield
        finally:
            self.send("COMMIT")

    def number(self, table: Table, row: Row) -> int:
        """Return the number for a new posting.

        Raises:
            DayMissing: its day has no tables yet.
        """
        assert table is POSTINGS
        if (day := row[table.places["day"] - 1]) not in self._days:
            raise DayMissing(day)
        if not self._numbers.left:
            start = self.row("SELECT nextval('posting_numbers')")
            assert start is not None
            self._numbers.refill(start[0])
        return self._numbers.take()

    def send(self, sql: str, parameters: Sequence[object] = ()) -> psycopg.Cursor[Any]:
        """Run one statement.

        Raises:
            ConstraintBroken: the database did not take it.
            GroupLost: the transaction can't go on.
        """
        try:
            return self.connection.execute(in_its_words(sql), parameters)
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            # Also a text with a zero in it, or a number that is too large: no column takes it.
            raise ConstraintBroken(type(error).__name__) from error
        except IN_THE_WAY as error:
            raise TryAgain(str(error)) from error
        except GONE as error:
            raise LineLost(str(error)) from error


def check_committed(cursor: psycopg.Cursor[Any]) -> None:
    """Check that a COMMIT was one: on a transaction that is lost already, PostgreSQL rolls back.

    Raises:
        TryAgain: it rolled back; nothing stands.
    """
    if cursor.statusmessage != "COMMIT":
        raise TryAgain(f"{cursor.statusmessage} for a COMMIT")


@cache
def select(table: Table, *, lock: bool) -> str:
    """Return the statement that reads a row by its key."""
    where = " AND ".join(f"{name} = ?" for name in table.key)
    sql = f"SELECT {', '.join(table.names)} FROM {table.name} WHERE {where}"  # noqa: S608
    return f"{sql} FOR UPDATE" if lock and table.mutable else sql


@cache
def _insert(table: Table) -> str:
    marks = ", ".join("?" for _ in table.names)
    return f"INSERT INTO {table.name} ({', '.join(table.names)}) VALUES ({marks})"  # noqa: S608


@cache
def _update(table: Table, names: tuple[str, ...]) -> str:
    assert set(names) <= set(table.mutable)
    changed = ", ".join(f"{name} = ?" for name in names)
    where = " AND ".join(f"{name} = ?" for name in table.key)
    return f"UPDATE {table.name} SET {changed} WHERE {where}"  # noqa: S608
