"""Stands in for a router before several servers: reads of a statement which tables and shards it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from ledger.server.postgres.homes import ALL, is_spread

SPREAD = {table.name for table in ALL if is_spread(table)}
_TABLES = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)")
_INSERTED = re.compile(r"INSERT INTO \w+ \(([^)]*)\)")
_NAMED = re.compile(r"(?:(\w+)\.)?shard = (?:ANY \()?%s")


@dataclass(frozen=True)
class Statement:
    """What one statement names.

    Attributes:
        tables: those that live with their shards; `shards`: which of them it can touch; None: any.
    """

    sql: str
    tables: frozenset[str]
    shards: frozenset[int] | None


@dataclass
class Recorder:
    """Every statement of every connection, transaction by transaction."""

    transactions: list[list[Statement]] = field(default_factory=list[list[Statement]])

    def note(self, sql: str, parameters: Sequence[Any]) -> None:
        if sql.startswith("BEGIN") or not self.transactions:
            self.transactions.append([])
        if tables := frozenset(_TABLES.findall(sql)) & SPREAD:
            self.transactions[-1].append(Statement(sql, tables, named(sql, tables, parameters)))

    @property
    def statements(self) -> list[Statement]:
        return [each for one in self.transactions for each in one]


def named(sql: str, tables: frozenset[str], parameters: Sequence[Any]) -> frozenset[int] | None:
    """Return the shards that a statement names for each of its tables, as a router would find them."""
    if inserted := _INSERTED.match(sql):
        columns = inserted[1].split(", ")
        return _values(parameters[columns.index("shard")]) if "shard" in columns else None
    shards: dict[str, frozenset[int]] = {}
    for found in _NAMED.finditer(sql):
        place = sql[: found.end()].count("%s") - 1
        shards[found[1] or next(iter(tables))] = _values(parameters[place])
    if set(shards) != tables:
        return None
    return frozenset().union(*shards.values())


def _values(given: Any) -> frozenset[int]:
    if isinstance(given, str):  # An array as PostgreSQL writes it.
        return frozenset(int(each) for each in given.strip("{}").split(","))
    return frozenset({int(given)})


def record(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Have every statement noted that this process sends."""
    recorder = Recorder()
    execute = psycopg.Connection.execute

    def noting(connection: Any, query: Any, params: Any = None, **more: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        recorder.note(text, () if params is None else params)
        return execute(connection, query, params, **more)

    monkeypatch.setattr(psycopg.Connection, "execute", noting)
    return recorder
