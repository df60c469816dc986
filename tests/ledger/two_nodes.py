"""Two PostgreSQL servers behind a third that holds nothing of a shard: partitions by shard, on postgres_fdw.

It stands in for a router such as Citus, which can't be installed here: the ledger speaks to the third and
does not know of the others. Two-phase commit is what it lacks; so it says nothing about crashes.
"""

from __future__ import annotations

from typing import Any

import psycopg

from ledger.server.postgres.engine import PostgresEngine
from ledger.server.postgres.homes import ALL, is_spread
from ledger.server.tables import SHARDS
from tests.ledger.cluster import USER, Cluster

SPREAD = [table.name for table in ALL if is_spread(table)]
BY_DAY = ("postings", "entries")
HALF = SHARDS // 2


class TwoNodes:
    """A router and two nodes, each with half of the shards.

    Attributes:
        url: of the router.
    """

    def __init__(self, days: list[str]) -> None:
        self.nodes = [Cluster(), Cluster()]
        self._router = Cluster()
        for each in (*self.nodes, self._router):
            each.start()
            PostgresEngine(each.url(USER)).close()
        self.url = self._router.url(USER)
        for each in self.nodes:
            _part_by_day(each.url(USER), days)
        with psycopg.connect(self.url, autocommit=True) as router:
            self._spread(router, days)

    def stop(self) -> None:
        for each in (self._router, *self.nodes):
            each.stop()

    def shards(self, node: int, table: str) -> set[int]:
        """Return the shards of the rows that a node has."""
        with psycopg.connect(self.nodes[node].url(USER)) as reader:
            rows = reader.execute(f"SELECT DISTINCT shard FROM {table}".encode()).fetchall()
        return {shard for (shard,) in rows}

    def _spread(self, router: psycopg.Connection[Any], days: list[str]) -> None:
        def run(sql: str) -> None:
            router.execute(sql.encode())

        run("CREATE EXTENSION postgres_fdw")
        for number, node in enumerate(self.nodes):
            run(
                f"CREATE SERVER node{number} FOREIGN DATA WRAPPER postgres_fdw"
                f" OPTIONS (host '{node.folder}', dbname '{USER}', use_remote_estimate 'false')"
            )
            run(f"CREATE USER MAPPING FOR {USER} SERVER node{number} OPTIONS (user '{USER}')")
        for name in SPREAD:
            rows = f"(LIKE {name} INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING CONSTRAINTS)"
            run(f"CREATE TABLE whole {rows} PARTITION BY {_parted(name)}")
            run(f"DROP TABLE {name}")
            run(f"ALTER TABLE whole RENAME TO {name}")
            if name in BY_DAY:
                for day in days:
                    part = f"{name}_{day.replace('-', '')}"
                    run(
                        f"CREATE TABLE {part} PARTITION OF {name} FOR VALUES IN ('{day}')"
                        " PARTITION BY RANGE (shard)"
                    )
                    _on_nodes(router, part)
            else:
                _on_nodes(router, name)
        run(
            f"INSERT INTO shard_places SELECT shard, shard / {HALF}"
            f" FROM generate_series(0, {SHARDS - 1}) AS shard"
        )


def _parted(name: str) -> str:
    return "LIST (day)" if name in BY_DAY else "RANGE (shard)"


def _on_nodes(router: psycopg.Connection[Any], name: str) -> None:
    for number in range(2):
        router.execute(
            f"CREATE FOREIGN TABLE {name}_on_{number} PARTITION OF {name}"
            f" FOR VALUES FROM ({number * HALF}) TO ({(number + 1) * HALF})"
            f" SERVER node{number} OPTIONS (table_name '{name}')".encode()
        )


def _part_by_day(url: str, days: list[str]) -> None:
    with psycopg.connect(url, autocommit=True) as node:
        for name in BY_DAY:
            for day in days:
                part = f"{name}_{day.replace('-', '')}"
                node.execute(
                    f"CREATE TABLE {part} PARTITION OF {name} FOR VALUES IN ('{day}')".encode()
                )
