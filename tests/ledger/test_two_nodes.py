"""The ledger unchanged before two servers that each have half of the shards."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from ledger.server import books
from ledger.server.database import Asked, Tx
from ledger.server.postgres.engine import PostgresEngine
from tests.ledger.city_day import CityDay
from tests.ledger.cluster import Cluster
from tests.ledger.test_two_engines import BOOKS
from tests.ledger.two_nodes import HALF, SPREAD, TwoNodes

DAYS = ["2026-11-24"]
WRITTEN = {
    "accounts",
    "card_atcs",
    "card_counters",
    "card_refunds",
    "cashback_months",
    "device_contacts",
    "directory",
    "entries",
    "payments",
    "postings",
    "records",
}


@pytest.fixture
def nodes(cluster: Cluster) -> Iterator[TwoNodes]:
    made = TwoNodes(DAYS)
    yield made
    made.stop()


def book(tx: Tx) -> list[list[tuple[Any, ...]]]:
    return [list(tx.execute(sql)) for sql in BOOKS]


def lived(url: str) -> list[list[tuple[Any, ...]]]:
    """Live a day, in groups of several cards and alone, and return the books."""
    engine = PostgresEngine(url)
    day = CityDay(Random(5))
    engine.run_now(day.open)
    for action in day.actions(60):
        asked = Asked(action.job, action.needs)
        engine.commit([asked])
        assert asked.error is None, (action.kind, asked.error)
    actions = [day.pay() for _ in range(30)]
    group = [Asked(each.job, each.needs) for each in actions]
    engine.commit(group)
    assert [each.error for each in group] == [None] * 30
    assert engine.run_now(books.check) == []
    held = engine.run_now(book)
    engine.close()
    return held


def test_two_servers_hold_the_books_that_one_would(cluster: Cluster, nodes: TwoNodes) -> None:
    """And each has the rows of its own shards alone."""
    assert lived(nodes.url) == lived(cluster.fresh())

    for table in SPREAD:
        first, second = nodes.shards(0, table), nodes.shards(1, table)
        assert all(shard < HALF for shard in first), table
        assert all(shard >= HALF for shard in second), table
        if table in WRITTEN:
            assert first, table
            assert second, table
