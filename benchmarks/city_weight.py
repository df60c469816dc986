"""What a payment leaves in the database and its log, and what of a lone one's time goes by on the line.

Straight at the engine, without HTTP: the rows and their order are the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from benchmarks.city_fill import City
from benchmarks.city_payments import Payments
from benchmarks.figures import percentile
from ledger.server.postgres.connection import connect
from ledger.server.postgres.engine import PostgresEngine
from pos.domain.forwarding import ForwardStatus

GROUP = 50
SALES = 4  # Of so many payments one is told of as a finished sale.
BATCH = 10
LONE = 200


@dataclass(frozen=True)
class Weight:
    """What requests left behind.

    Attributes:
        payments: approved ones, advices among them.
        tables: by name, bytes of rows and of indexes, both with what is free in them.
    """

    payments: int
    tables: dict[str, tuple[int, int]]
    wal: int
    wal_synced: int


def tables(url: str, city: City, count: int) -> str:
    """Make payments in groups, then some alone; return what was seen."""
    engine, maker = PostgresEngine(url), Payments(city)
    with psycopg.connect(url, autocommit=True) as db:
        _groups(engine, maker, 1)
        db.execute("CHECKPOINT")  # So that each page's first change is counted whole, as after any.
        before = _weight(db, 0)
        used = time.process_time()
        _groups(engine, maker, count // GROUP)
        used = time.process_time() - used
        after = _weight(db, count // GROUP * GROUP)
        bytes_ = _bytes("payment", before, after)
        start = _weight(db, 0)
        for _ in range(count // SALES // BATCH):
            batch = maker.sales(BATCH)
            engine.commit([batch])
            assert batch.error is None
            assert all(each.status is ForwardStatus.ACCEPTED for each in batch.value), batch.value
        end = _weight(db, count // SALES // BATCH * BATCH)
        sales = _bytes("record of a finished sale", start, end)
        cards = _bytes_of_cards(db, city)
    rules = (
        f"Rules and working set: {used / after.payments * 1_000:.2f} ms of a processor a payment."
    )
    lone = _lone(url, engine, maker)
    engine.close()
    return "\n\n".join((bytes_, sales, cards, rules, lone))


def _groups(engine: PostgresEngine, maker: Payments, count: int) -> None:
    for _ in range(count):
        group = [maker.next() for _ in range(GROUP)]
        engine.commit(group)
        assert not any(each.error for each in group)


def _lone(url: str, engine: PostgresEngine, maker: Payments) -> str:
    """Say what one payment takes alone, and what bare round trips and a bare commit take."""
    line = connect(url)
    line.execute("CREATE TEMPORARY TABLE nothing (n bigint)")

    def commit() -> None:
        with line.pipeline():
            line.execute("BEGIN")
            line.execute("SELECT pg_current_xact_id()")
            line.execute("COMMIT")

    def lone() -> None:
        asked = maker.next()
        began = time.perf_counter()
        engine.commit([asked])
        taken.append((time.perf_counter() - began) * 1_000)
        assert asked.error is None

    taken = list[float]()
    bare = [_timed(lambda: line.execute("SELECT 1")) for _ in range(LONE)]
    commits = [_timed(commit) for _ in range(LONE)]
    for _ in range(LONE):
        lone()
    line.close()
    rows = (
        ("a lone payment, three round trips (its card was not known before)", taken),
        ("a bare round trip", bare),
        ("a bare commit, one round trip", commits),
    )
    return "\n".join(
        [
            "| p50 / p99 ms | |",
            "|---|---|",
            *(
                f"| {what} | {percentile(ms, 0.5):.2f} / {percentile(ms, 0.99):.2f} |"
                for what, ms in rows
            ),
        ]
    )


def _timed(job: Callable[[], object]) -> float:
    begun = time.perf_counter()
    job()
    return (time.perf_counter() - begun) * 1_000


def _weight(db: psycopg.Connection[Any], payments: int) -> Weight:
    rows = db.execute(
        "SELECT coalesce(p.inhparent, c.oid)::regclass::text, sum(pg_table_size(c.oid))::bigint,"
        " sum(pg_indexes_size(c.oid))::bigint FROM pg_class c LEFT JOIN pg_inherits p"
        " ON p.inhrelid = c.oid WHERE c.relkind = 'r'"
        " AND c.relnamespace = 'public'::regnamespace GROUP BY 1"
    ).fetchall()
    wal = db.execute(
        "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,"
        " (SELECT sum(fsyncs)::bigint FROM pg_stat_io WHERE object = 'wal')"
    ).fetchone()
    assert wal is not None
    return Weight(payments, {name: (heap, index) for name, heap, index in rows}, wal[0], wal[1])


def _bytes(what: str, before: Weight, after: Weight) -> str:
    paid = after.payments - before.payments
    grown = {
        name: (
            heap - before.tables.get(name, (0, 0))[0],
            index - before.tables.get(name, (0, 0))[1],
        )
        for name, (heap, index) in after.tables.items()
    }
    rows = [
        f"| {name} | {heap / paid:,.0f} | {index / paid:,.0f} |"
        for name, (heap, index) in sorted(grown.items(), key=lambda each: -sum(each[1]))
        if heap + index >= paid
    ]
    heaps, indexes = (sum(each[at] for each in grown.values()) / paid for at in (0, 1))
    wal, synced = after.wal - before.wal, after.wal_synced - before.wal_synced
    return "\n".join(
        [
            f"Bytes a {what}, of {paid:,}:\n",
            "| table | rows | indexes |",
            "|---|---|---|",
            *rows,
            f"| all | {heaps:,.0f} | {indexes:,.0f} |",
            f"\nWAL {wal / paid:,.0f} bytes each; {synced:,} syncs.",
        ]
    )


def _bytes_of_cards(db: psycopg.Connection[Any], city: City) -> str:
    row = db.execute(
        "SELECT sum(pg_total_relation_size(name::regclass))::bigint FROM"
        " unnest(ARRAY['cards', 'card_counters', 'accounts']) AS name"
    ).fetchone()
    assert row is not None
    return f"A card: {row[0] / city.cards:,.0f} bytes in cards, card_counters and accounts."
