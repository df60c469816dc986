"""Runs groups of jobs on PostgreSQL, each group one transaction. Never says that what may stand does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

import psycopg

from ledger.server.database import (
    Asked,
    CommitUnknown,
    DatabaseUnfit,
    LedgerUnavailable,
    Tx,
)
from ledger.server.postgres import partitions
from ledger.server.postgres.connection import (
    GONE,
    IN_THE_WAY,
    Connection,
    DayMissing,
    GroupLost,
    LineLost,
    OneByOne,
    TryAgain,
    connect,
)
from ledger.server.postgres.homes import Homes
from ledger.server.postgres.plain import Numbers, PlainTx, check_committed
from ledger.server.postgres.upgrade import make_tables
from ledger.server.postgres.working_set import WorkingTx

TRIES = 8  # Of a group that others are in the way of.
PAUSE_S = 0.01  # After the first such try; longer after each.
BACK_OFF_S = (0.05, 1.0)  # Between attempts to connect: the first pause, the longest.
DOUBT_S = 20.0  # How long to ask for the outcome of a commit; clients wait less.

T = TypeVar("T")
Clock = Callable[[], float]


class PostgresEngine:
    """One connection that writes, made anew when it breaks."""

    on_loop = False  # Every statement waits for the line.

    def __init__(self, url: str, clock: Clock = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._numbers = Numbers()
        self._days: set[str] = set()
        self._homes = Homes()
        self._connection: Connection | None = None
        self._not_before = 0.0
        self._pause_s = BACK_OFF_S[0]
        try:
            connection = connect(url)
            make_tables(connection)
            self._days = partitions.known_days(connection)
            self._homes.read(connection)
        except (LineLost, psycopg.Error) as error:
            raise DatabaseUnfit(str(error)) from error
        self._connection = connection

    def apply(self, group: Sequence[Asked]) -> None:
        """Do nothing yet: all of it is done in one go, so that it can be done again."""

    def commit(self, group: Sequence[Asked]) -> bool:
        """Run the group and commit it, as often as need be."""
        one_by_one = reconnected = False
        for attempt in range(TRIES):
            try:
                return self._attempt(group, one_by_one=one_by_one)
            except DayMissing as missing:
                self._make_day(str(missing))
            except OneByOne:
                one_by_one = True
            except TryAgain:
                time.sleep(PAUSE_S * attempt)
            except LineLost as error:
                # Before the commit, so nothing stands: an idle line may just have been cut.
                if reconnected:
                    raise LedgerUnavailable(str(error)) from error
                reconnected = True
            except psycopg.Error as error:
                raise LedgerUnavailable(str(error)) from error
        raise LedgerUnavailable("other transactions were in the way")

    def give_up(self) -> None:
        """Undo nothing: a failed attempt was rolled back already."""

    def run_now(self, job: Callable[[Tx], T]) -> T:
        """Run one job alone and commit it."""
        asked = Asked(job)
        self.commit((asked,))
        if asked.error is not None:
            raise asked.error
        value: T = asked.value
        return value

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()

    def _attempt(self, group: Sequence[Asked], *, one_by_one: bool) -> bool:
        connection = self._connected()
        first = self._numbers.next
        try:
            if one_by_one:
                return self._plainly(connection, group)
            return self._together(connection, group)
        except CommitUnknown as unknown:
            self._homes.forget()
            return self._resolve(unknown, group)
        except (GroupLost, psycopg.Error):
            self._roll_back(connection)
            self._numbers.give_back(first)
            raise

    def _together(self, connection: Connection, group: Sequence[Asked]) -> bool:
        """Fetch what the jobs need at once, run them, write what they wrote at once."""
        tx = WorkingTx(connection, self._numbers, self._days, self._homes)
        xid = tx.begin([asked.needs for asked in group])
        for asked in group:
            _run_alone(tx, asked)
        if tx.lost is not None:
            raise tx.lost
        try:
            tx.commit()
        except LineLost as error:
            raise _after(error, connection, xid, tx) from error
        return tx.feed_grew

    def _plainly(self, connection: Connection, group: Sequence[Asked]) -> bool:
        """Run each job in a savepoint of its own."""
        tx = PlainTx(connection, self._numbers, self._days, self._homes)
        tx.send("BEGIN")
        row = tx.row("SELECT pg_current_xact_id()::text")
        assert row is not None
        for asked in group:
            _run_alone(tx, asked)
        try:
            check_committed(tx.send("COMMIT"))
        except LineLost as error:
            raise _after(error, connection, row[0], tx) from error
        return tx.feed_grew

    def _resolve(self, unknown: CommitUnknown, group: Sequence[Asked]) -> bool:
        """Ask what became of a commit that the line broke in.

        Raises:
            LedgerUnavailable: nothing of it stands.
            CommitUnknown: nobody could be asked for too long.
        """
        xid, feed_grew = unknown.args
        end = self._clock() + DOUBT_S
        while self._clock() < end:
            status = self._status(xid)
            if status == "committed":
                return bool(feed_grew)
            if status == "aborted":
                raise LedgerUnavailable("the line broke before the commit") from unknown
            time.sleep(BACK_OFF_S[0])
        raise unknown

    def _status(self, xid: str) -> str | None:
        """Return what became of a transaction; None while nobody can be asked."""
        with suppress(LedgerUnavailable, *GONE):
            row = self._connected().execute("SELECT pg_xact_status(%s::xid8)", (xid,)).fetchone()
            return None if row is None else str(row[0])
        return None

    def _connected(self) -> Connection:
        """Return the connection, made anew if it broke, but not again and again."""
        if self._connection is not None and not self._connection.closed:
            return self._connection
        if self._clock() < self._not_before:
            raise LedgerUnavailable("the database is gone")
        try:
            self._connection = connect(self._url)
        except (LineLost, DatabaseUnfit) as error:
            self._not_before = self._clock() + self._pause_s
            self._pause_s = min(self._pause_s * 2, BACK_OFF_S[1])
            raise LedgerUnavailable(str(error)) from error
        self._pause_s = BACK_OFF_S[0]
        return self._connection

    def _make_day(self, day: str) -> None:
        try:
            partitions.make(self._connected(), day)
        except IN_THE_WAY:
            return  # The next attempt asks for it again.
        except psycopg.Error as error:
            raise LedgerUnavailable(str(error)) from error
        self._days.add(day)

    def _roll_back(self, connection: Connection) -> None:
        self._homes.forget()
        try:
            connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()


def _after(error: LineLost, connection: Connection, xid: str, tx: Tx) -> Exception:
    """Return what a failed commit means: where the line still stands, the database has refused it."""
    return CommitUnknown(xid, tx.feed_grew) if connection.closed else error


def _run_alone(tx: WorkingTx | PlainTx, asked: Asked) -> None:
    """Run one job so that it leaves nothing if it fails.

    Raises:
        GroupLost: the whole transaction is lost, not only this job.
    """
    asked.value = asked.error = None
    with tx.savepoint() as undo:
        try:
            asked.value = asked.job(tx)
        except GroupLost:
            raise
        except Exception as error:
            asked.error = error
            undo()
