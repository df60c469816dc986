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
from ledger.server.postgres.homes import (
    DIRECTORY,
    Homes,
    is_spread,
    stored,
    stored_key,
    stored_row,
)
from ledger.server.tables import (
    CARD_REFUNDS,
    PAYMENTS,
    POSTINGS,
    Home,
    Row,
    Table,
    shard_of,
    till_of,
)

BLOCK = 1_000  # As the sequence in schema.sql steps.
MEMBER = "SELECT pan_key, member FROM cards WHERE id = ?"


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

    def __init__(
        self, connection: Connection, numbers: Numbers, days: set[str], homes: Homes
    ) -> None:
        self.connection = connection
        self.feed_grew = False
        self._numbers = numbers
        self._days = days
        self._homes = homes

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
        named = self._stored_key(table, key)
        return None if named is None else self.row(select(table, lock=self.locks), named)

    def find(self, table: Table, column: str, value: str) -> Iterator[Row]:
        """Give the rows that have this in a column."""
        match table.home:
            case Home.CARD:
                shard = self._shard_of_card(value)
            case Home.ID:
                where = self.get(DIRECTORY, PAYMENTS.name, value)
                shard = shard_of(till_of(value)) if where is None else where[2]
            case _:
                shard = shard_of(till_of(value))
        return self.execute(_find(table, column), (value, shard))

    def put(self, table: Table, row: Row) -> None:
        """Add a new row."""
        if table.home is Home.ID:
            self.put(DIRECTORY, self._directory_row(table, row))
        self.send(_insert(table), stored_row(table, row, self._shard(table, row)))

    def put_numbered(self, table: Table, row: Row) -> int:
        """Add a new posting and return its number."""
        number = self.number(table, row)
        self.put(table, (number, *row))
        return number

    def set(self, table: Table, key: Row, **values: object) -> None:
        """Change columns of a row that is there."""
        named = self._stored_key(table, key)
        assert named is not None
        self.send(_update(table, tuple(values)), (*values.values(), *named))

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

    def _stored_key(self, table: Table, key: Row) -> Row | None:
        """Return what names a row with its shard; None where no id of this kind is known."""
        match table.home:
            case Home.EVERYWHERE | Home.ROW:
                return key
            case Home.OWNER:
                return (*key, shard_of(table.owner(key)))
            case Home.CARD:
                return (*key, self._shard_of_card(table.owner(key)))
            case Home.ID:
                row = self.get(DIRECTORY, table.name, key[0])
                return None if row is None else (*key, row[2])

    def _shard(self, table: Table, row: Row) -> int | None:
        """Return the shard of a row."""
        if "shard" in table.places:
            return int(row[table.places["shard"]])
        named = self._stored_key(table, table.key_of(row))
        assert named is not None
        return int(named[-1]) if is_spread(table) else None

    def _directory_row(self, table: Table, row: Row) -> Row:
        """Return where an id's row will be: a payment's with its card, a refund's with its payment."""
        name = row[0]
        if table is PAYMENTS:
            return (table.name, name, self._shard(table, row), row[4])
        assert table is CARD_REFUNDS
        paid = self.get(DIRECTORY, PAYMENTS.name, row[1])
        if paid is None:
            return (table.name, name, shard_of(till_of(name)), None)
        return (table.name, name, paid[2], paid[3])

    def _shard_of_card(self, card: str) -> int:
        shard = self._homes.shard_of_card(card)
        if shard is not None:
            return shard
        row = self._member_of(card)
        if row is None:  # Nobody's.
            return shard_of(card)
        self._homes.learn(bytes(row[0]), card, row[1])
        return shard_of(row[1])

    def _member_of(self, card: str) -> Row | None:
        return self.row(MEMBER, (card,))

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
    sql = f"SELECT {', '.join(table.names)} FROM {table.name} WHERE {_where(table)}"  # noqa: S608
    return f"{sql} FOR UPDATE" if lock and table.mutable else sql


@cache
def _find(table: Table, column: str) -> str:
    names = ", ".join(table.names)
    return f"SELECT {names} FROM {table.name} WHERE {column} = ? AND shard = ?"  # noqa: S608


@cache
def _insert(table: Table) -> str:
    names = [name for name, _ in stored(table)]
    marks = ", ".join("?" for _ in names)
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608


@cache
def _update(table: Table, names: tuple[str, ...]) -> str:
    assert set(names) <= set(table.mutable)
    changed = ", ".join(f"{name} = ?" for name in names)
    return f"UPDATE {table.name} SET {changed} WHERE {_where(table)}"  # noqa: S608


def _where(table: Table) -> str:
    return " AND ".join(f"{name} = ?" for name, _ in stored_key(table))
