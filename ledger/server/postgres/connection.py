"""Opens PostgreSQL so that a commit means durable, and names its troubles. Never works on another footing."""

from __future__ import annotations

from functools import cache
from typing import Any

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper

from ledger.server.database import DatabaseUnfit

CONNECT_S = 2
LOCK_MS = 5_000  # For a lock; a group that waits longer is begun anew.
SILENCE_MS = 5_000  # Sent and not acknowledged by the other machine: the line is gone.
# Commits last on this server, and on the standbys that it is told to wait for.
SETTINGS = f"-c synchronous_commit=on -c lock_timeout={LOCK_MS} -c timezone=UTC"
# The writer asks by key alone. Left to itself the planner would keep, from when the tables were empty,
# plans that read them whole.
BY_KEY = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off"
MUST_BE_ON = ("fsync", "full_page_writes")

Connection = psycopg.Connection[tuple[Any, ...]]


class GroupLost(Exception):
    """The transaction as a whole can't go on; nothing of it stands yet."""


class LineLost(GroupLost):
    """The database is gone, or the line to it."""


class TryAgain(GroupLost):
    """Another transaction was in the way; the same may well do when it is begun anew."""


class OneByOne(GroupLost):
    """A job failed when others' rows had been written with its own: each must run by itself."""


class DayMissing(GroupLost):
    """A settlement day has begun that has no tables yet; `args[0]` names it."""


IN_THE_WAY = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
)
GONE = (psycopg.OperationalError, psycopg.InterfaceError)


def connect(url: str, *, read_only: bool = False) -> Connection:
    """Connect, and make sure that a commit will last.

    Raises:
        LineLost: nobody answers.
        DatabaseUnfit: it answers, and its commits would not last.
    """
    given = conninfo_to_dict(url)
    options = f"{given.get('options') or ''} {SETTINGS}"
    options += " -c default_transaction_read_only=on" if read_only else f" {BY_KEY}"
    given |= {"options": options, "connect_timeout": CONNECT_S, "tcp_user_timeout": SILENCE_MS}
    try:
        connection = psycopg.connect(make_conninfo("", **given), autocommit=True)
        connection.prepare_threshold = 2
        # One type for all whole numbers, so that a statement is prepared once.
        connection.adapters.register_dumper(int, Int8Dumper)
        connection.adapters.register_dumper(int, Int8BinaryDumper)
        off = [name for name in MUST_BE_ON if _shown(connection, name) != "on"]
    except GONE as error:
        raise LineLost(str(error)) from error
    if off:
        connection.close()
        raise DatabaseUnfit(f"PostgreSQL runs with {', '.join(off)} off")
    return connection


@cache
def in_its_words(sql: str) -> bytes:
    """Return a statement with psycopg's marks for its parameters."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


def _shown(connection: Connection, name: str) -> str:
    row = connection.execute(f"SHOW {name}".encode()).fetchone()
    return "" if row is None else str(row[0])
