"""A transaction that fetches the rows of many jobs at once and writes them at once. Never in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, NoReturn, cast

import psycopg

from ledger.server import accounts
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
from ledger.server.postgres.homes import ALL, DIRECTORY, Homes, stored, stored_row
from ledger.server.postgres.plain import MEMBER, Numbers, PlainTx, check_committed, select
from ledger.server.tables import ACCOUNTS, CARD_COUNTERS, CARDS, HEADS, Home, Needs, Row, Table

_UNKNOWN: Any = object()
Asked = list[tuple[batches.Fetch, psycopg.Cursor[Any]]]


class WorkingTx(PlainTx):
    """Rows by key, read from memory and written at the end.

    Two round trips a group if the jobs said what they need: one to begin and to fetch and lock it,
    one to write and commit; three where it must first be asked whose a card is or where an id lives. A row that nobody spoke of is fetched when it is asked for; a statement of
    another kind first sends what is waiting. What a job did can be undone in memory, unless it was
    sent: then, and when the database does not take what is sent, the group is begun anew, one by one.

    Attributes:
        lost: why the transaction can't go on, should a job have kept that to itself.
    """

    def __init__(
        self, connection: Connection, numbers: Numbers, days: set[str], homes: Homes
    ) -> None:
        super().__init__(connection, numbers, days, homes)
        self.lost: GroupLost | None = None
        self._rows: dict[Table, dict[Row, Row | None]] = {each: {} for each in ALL}
        self._new: dict[Table, dict[Row, Row]] = {each: {} for each in ALL}
        self._changed: dict[Table, dict[Row, None]] = {each: {} for each in ALL}
        self._added: dict[Table, list[Row]] = {each: [] for each in ALL if not each.by_key}
        self._undo: list[Callable[[], object]] = []
        self._sent = 0
        self._whole: set[str] = set()  # Cards whose accounts were all fetched.
        self._shards: dict[str, int] = {}  # Of cards, also of such as are nobody's.

    def begin(self, needs: Sequence[Needs | None]) -> str:
        """Begin, and fetch and lock what the jobs need; return the transaction's id."""
        fetches = batches.Fetches([each for each in needs if each is not None], self._homes)
        with self._pipeline():
            self.connection.execute("BEGIN")
            xid = self.connection.execute("SELECT pg_current_xact_id()::text")
            # More than a group can well use, so that none is short of numbers half-way.
            short = self._numbers.left < batches.NUMBERS_A_GROUP
            block = self.connection.execute("SELECT nextval('posting_numbers')") if short else None
            found = self._ask(fetches.first())
        self._keep(found)
        for pan_key, card in self._rows[CARDS].items():
            if card is not None:
                self._homes.learn(pan_key[0], card[0], card[4])
        if more := fetches.second(self._rows[DIRECTORY].values()):
            with self._pipeline():
                found = self._ask(more)
            self._keep(found)
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
        if row is _UNKNOWN and table is ACCOUNTS and accounts.card_of(str(key[0])) in self._whole:
            return None  # A purse of a programme that the card has no money of.
        if row is _UNKNOWN:
            named = self._stored_key(table, key)
            row = (
                None if named is None else self._direct(select(table, lock=True), named).fetchone()
            )
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
        if table.home is Home.ID:
            self.put(DIRECTORY, self._directory_row(table, row))
        key = table.key_of(row)
        if table.home is Home.CARD:
            self._shard_of_card(table.owner(key))  # So that it is known when all is written.
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
            for table in ALL:
                if table.name in sql:
                    self._rows[table].clear()
                    self._whole.clear()
                    self._shards.clear()
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

    def _shard_of_card(self, card: str) -> int:
        shard = self._shards.get(card)
        if shard is None:
            shard = self._shards[card] = super()._shard_of_card(card)
        return shard

    def _member_of(self, card: str) -> Row | None:
        return self._direct(MEMBER, (card,)).fetchone()  # Nothing that waits changes it.

    def _ask(self, fetches: Sequence[batches.Fetch]) -> Asked:
        return [(each, self.connection.execute(each.sql, each.arrays)) for each in fetches]

    def _keep(self, found: Asked) -> None:
        for fetch, cursor in found:
            rows = self._rows[fetch.table]
            rows.update(dict.fromkeys(fetch.asked))
            rows.update((fetch.table.key_of(row), row) for row in cursor)
            if fetch.table is CARD_COUNTERS:  # Their purses were asked for with them.
                self._whole.update(card for (card,) in fetch.asked)

    def _flush(self) -> None:
        for table in ALL:
            if rows := self._added.get(table) or self._in_order(table):
                self._insert(table, rows)
            if self._changed[table]:
                held = self._rows[table]
                self._update(
                    table, [row for key in sorted(self._changed[table]) if (row := held[key])]
                )
            self._new[table].clear()
            self._changed[table].clear()
        for rows in self._added.values():
            rows.clear()

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        shards = [(row, self._shard(table, row) or 0) for row in rows]
        for part in self._homes.by_place(shards, itemgetter(1)):
            whole = [stored_row(table, row, shard) for row, shard in part]
            self.connection.execute(batches.insert(table), batches.columns(stored(table), whole))

    def _update(self, table: Table, rows: Sequence[Row]) -> None:
        sql, columns = batches.update(table)
        changing = [table.places[name] for name, _ in columns[: -len(table.key) - 1]]
        cells = [
            (*(row[at] for at in changing), *table.key_of(row), self._shard(table, row))
            for row in rows
        ]
        for part in self._homes.by_place(cells, itemgetter(-1)):
            arrays = (*batches.columns(columns, part), batches.shards_in(part))
            self.connection.execute(sql, arrays)

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
