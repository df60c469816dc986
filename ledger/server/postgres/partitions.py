"""Makes the tables that a settlement day's postings and entries go to. Never drops one."""

from __future__ import annotations

from datetime import date

from ledger.server.postgres.connection import Connection

PARTED = ("postings", "entries")


def known_days(connection: Connection) -> set[str]:
    """Return the days that have tables."""
    rows = connection.execute(
        "SELECT to_date(right(relname, 8), 'YYYYMMDD')::text FROM pg_class JOIN pg_inherits"
        " ON inhrelid = pg_class.oid WHERE inhparent = 'entries'::regclass"
    )
    return {day for (day,) in rows}


def make(connection: Connection, day: str) -> None:
    """Make a day's tables, in a transaction of their own.

    They are attached, not created in place, for that would hold all payments off.
    """
    suffix = f"{date.fromisoformat(day):%Y%m%d}"  # No text from outside gets into a name.
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('ieum.days'))")
        if day in known_days(connection):
            return
        for name in PARTED:
            part = f"{name}_{suffix}"
            sql = (
                f"CREATE TABLE {part} (LIKE {name} INCLUDING ALL);"
                f" ALTER TABLE {name} ATTACH PARTITION {part} FOR VALUES IN ('{day}')"
            )
            connection.execute(sql.encode())
