"""A transaction that fetches the rows of many jobs at once and writes them at once. Never in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, cast

import psycopg

from ledger.server.database import ConstraintBroken
from ledger.server.postgres import batches
from ledger.server.postgres.connection import (
    GONE,
    IN_THE_WAY,
    Connection,
    DayMissing,
    GroupLost,
    LineLost,
    OneByOne,
    TryAgain,
)
from ledger.server.postgres.plain import Numbers, PlainTx, check_committed, select
from ledger.server.tables import HEADS, TABLES, Needs, Row, Table

_UNKNOWN: Any = object()


class WorkingTx(PlainTx):
    """Rows by key, read from memory and written at the end.

    Two round trips a group if the jobs said what they need: one to begin and to fetch and lock it,
    one to write and commit. A row that nobody spoke of is fetched when it is asked for; a statement of
    another kind first sends what is waiting. What a job did can be undone in memory, unless it was
    sent: then, and when the database does not take what is sent, the group is begun anew, one by one.

    Attributes:
        lost: why the transaction can't go on, should a job have kept that to itself.
    """

    def __init__(self, connection: Connection, numbers: Numbers, days: set[str]) -> None:
        super().__init__(connection, numbers, days)
        self.lost: GroupLost | None = None
        self._rows: dict[Table, dict[Row, Row | None]] = {each: {} for each in TABLES}
        self._new: dict[Table, dict[Row, Row]] = {each: {} for each in TABLES}
        self._changed: dict[Table, dict[Row, None]] = {each: {} for each in TABLES}
        self._added: dict[Table, list[Row]] = {each: [] for each in TABLES if not each.by_key}
        self._undo: list[Callable[[], object]] = []
        self._sent = 0

    def begin(self, needs: Sequence[Needs | None]) -> str:
        """Begin, and fetch and lock what the jobs need; return the transaction's id."""
        wanted = batches.fetches([each for each in needs if each is not None])
        with self._pipeline():
            self.connection.execute("BEGIN")
            xid = self.connection.execute("SELECT pg_current_xact_id()::text")
            # More than a group can well use, so that none is short of numbers half-way.
            short = self._numbers.left < batches.NUMBERS_A_GROUP
            block = self.connection.execute("SELECT nextval('posting_numbers')") if short else None
            found = [(each, self.connection.execute(each.sql, each.arrays)) for each in wanted]
        for fetch, cursor in found:
            rows = self._rows[fetch.table]
            rows.update(dict.fromkeys(fetch.asked))
            rows.update((fetch.table.key_of(row), row) for row in cursor)
        batches.note_absent(self._rows, needs)
        if block is not None and (start := block.fetchone()) is not None:
            self._numbers.refill(start[0])
        row = xid.fetchone()
        assert row is not None
        return str(row[0])

    def commit(self) -> None:
        """Write all that is waiting, and commit, in one round trip.

        Raises:
            LineLost: in the middle of it; it may stand or not.
            GroupLost: the database did not take it; nothing stands.
        """
        with self._pipeline():
            self._flush()
            done = self.connection.execute("COMMIT")
        check_committed(done)

    def get(self, table: Table, *key: object) -> Row | None:
        """Return the row with this key, or None."""
        rows = self._rows[table]
        row = rows.get(key, _UNKNOWN)
        if row is _UNKNOWN:
            row = self._direct(select(table, lock=True), key).fetchone()
            rows[key] = row
        return cast("Row | None", row)

    def put(self, table: Table, row: Row) -> None:
        """Add a new row."""
        if not table.by_key:
            added = self._added[table]
            count = len(added)
            added.append(row)
            self._undo.append(lambda: added.__delitem__(slice(count, None)))
            return
        key = table.key_of(row)
        rows, new = self._rows[table], self._new[table]
        if not table.check(row) or rows.get(key) is not None or key in new:
            raise ConstraintBroken(table.name)
        before = rows.get(key, _UNKNOWN)
        rows[key] = new[key] = row

        def undo() -> None:
            del new[key]
            _restore(rows, key, before)

        self._undo.append(undo)

    def set(self, table: Table, key: Row, **values: object) -> None:
        """Change columns of a row that is there."""
        old = self.get(table, *key)
        assert old is not None
        cells = list(old)
        for name, value in values.items():
            cells[table.places[name]] = value
        row = tuple(cells)
        if not table.check(row):
            raise ConstraintBroken(table.name)
        rows, new, changed = self._rows[table], self._new[table], self._changed[table]
        rows[key] = row
        if key in new:
            new[key] = row
            self._undo.append(lambda: (new.update({key: old}), rows.update({key: old})))
            return
        first = key not in changed
        changed[key] = None
        self._undo.append(
            lambda: (rows.update({key: old}), changed.pop(key, None) if first else None)
        )

    def put_numbered(self, table: Table, row: Row) -> int:
        """Add a new posting and return its number; one that is undone gives it back."""
        before = self._numbers.next
        try:
            number = self.number(table, row)
        except DayMissing as missing:
            self._lose(missing)
        self.put(table, (number, *row))
        if self._numbers.next == before + 1:
            self._undo.append(lambda: self._numbers.give_back(before))
        return number

    @contextmanager
    def savepoint(self) -> Iterator[Callable[[], None]]:
        """Open a stretch that can be undone, in memory."""
        mark, sent = len(self._undo), self._sent

        def undo() -> None:
            if self._sent != sent:
                self._lose(OneByOne("what must be undone was sent"))
            while len(self._undo) > mark:
                self._undo.pop()()

        yield undo

    def send(self, sql: str, parameters: Sequence[object] = ()) -> psycopg.Cursor[Any]:
        """Run one statement of any kind, after what is waiting."""
        reads = sql.startswith("SELECT")
        waiting = (*self._new.values(), *self._changed.values(), *self._added.values())
        if not reads or any(waiting):
            self._sent += 1
            with self._pipeline():
                self._flush()
        cursor = self._direct(sql, parameters)
        if not reads:  # Rows that it may have changed are read anew.
            for table in TABLES:
                if table.name in sql:
                    self._rows[table].clear()
        return cursor

    def _direct(self, sql: str, parameters: Sequence[object]) -> psycopg.Cursor[Any]:
        if self.lost is not None:
            raise self.lost
        try:
            return super().send(sql, parameters)
        except (ConstraintBroken, psycopg.Error) as error:
            self._lose(OneByOne(str(error)), error)
        except GroupLost as error:
            self._lose(error)

    def _flush(self) -> None:
        for table in TABLES:
            if rows := self._added.get(table) or self._in_order(table):
                self.connection.execute(batches.insert(table), batches.columns(table.columns, rows))
            if self._changed[table]:
                held = self._rows[table]
                rows = [row for key in sorted(self._changed[table]) if (row := held[key])]
                sql, columns = batches.update(table)
                cells = [tuple(row[table.places[name]] for name, _ in columns) for row in rows]
                self.connection.execute(sql, batches.columns(columns, cells))
            self._new[table].clear()
            self._changed[table].clear()
        for rows in self._added.values():
            rows.clear()

    def _in_order(self, table: Table) -> list[Row]:
        """Return new rows by key, so that two servers with the same rows do not wait crosswise."""
        rows = list(self._new[table].values())
        # Heads are numbered as they appear: the last one to appear is the newest.
        return rows if table is HEADS else sorted(rows, key=table.key_of)

    @contextmanager
    def _pipeline(self) -> Iterator[None]:
        try:
            with self.connection.pipeline():
                yield
        except IN_THE_WAY as error:
            self._lose(TryAgain(str(error)), error)
        except GONE as error:
            self._lose(LineLost(str(error)), error)
        except psycopg.Error as error:
            self._lose(OneByOne(str(error)), error)

    def _lose(self, why: GroupLost, cause: BaseException | None = None) -> NoReturn:
        self.lost = why
        raise why from cause


def _restore(rows: dict[Row, Row | None], key: Row, before: Any) -> None:
    if before is _UNKNOWN:
        rows.pop(key, None)
    else:
        rows[key] = before
