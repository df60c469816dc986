"""One durable transaction of the store's. Never nests, and never tries again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw
from playhouse.apsw_ext import APSWDatabase


@contextmanager
def writing(database: APSWDatabase) -> Iterator[None]:
    """One durable transaction, or nothing of it; past peewee's bookkeeping, which nests what we don't.

    Raises:
        apsw.Error: nothing of it stands, unless the disk failed in the very commit.
    """
    connection: apsw.Connection = database.connection()
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back after some errors.
            connection.execute("ROLLBACK")
        raise
