"""Looks for statements of others in the terminal's file, before any of ours runs. Never takes one out."""

from __future__ import annotations

from playhouse.apsw_ext import APSWDatabase

from offline_queue import schema
from pos.domain.errors import StoreDamaged


def refuse_planted(database: APSWDatabase) -> None:
    """Refuse a file with a trigger or a view that is not ours: it would have a part in each commit.

    Raises:
        StoreDamaged: there is one.
    """
    sql = "SELECT name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')"
    for name, text in database.execute_sql(sql).fetchall():
        if text not in schema.TRIGGERS:
            raise StoreDamaged(reason=f"낯선 트리거 / a strange trigger: {name}")
