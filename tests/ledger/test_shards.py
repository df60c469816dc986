"""Rows live with their shards: every statement says which, and an old database is brought to that."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from ledger.server import books, payments
from ledger.server.database import Asked, open_reader
from ledger.server.postgres.engine import PostgresEngine
from ledger.server.tables import SHARDS, shard_of, till_of
from pos.domain.identifiers import TransactionId
from tests.ledger.city_day import TILLS, CityDay
from tests.ledger.cluster import Cluster
from tests.ledger.router import Recorder, record
from tests.ledger.test_two_engines import BOOKS

THIRD = Path(__file__).with_name("postgres_3.sql")
# What a payment, reversal or refund touches of the terminal's shard, not its card's (decision 0010).
OF_THE_TILL = {
    "request_nonces",
    "device_contacts",
    "directory",
    "records",
    "heads",
    "sales",
    "tendered",
}
# Of a payment that draws nothing, no card is known; of a refund of one that is unknown, neither.
OF_NO_CARD = {"payments", "card_refunds"}
MANY = 8


def live(engine: PostgresEngine, day: CityDay, count: int) -> None:
    for action in day.actions(count):
        asked = Asked(action.job, action.needs)
        engine.commit([asked])
        assert asked.error is None, (action.kind, asked.error)


def spread_out(cluster: Cluster) -> str:
    """Return a database in which every shard is on a server of its own."""
    url = cluster.fresh()
    PostgresEngine(url).close()
    with psycopg.connect(url, autocommit=True) as other:
        numbers = f"generate_series(0, {SHARDS - 1}) AS shard"
        other.execute(f"INSERT INTO shard_places SELECT shard, shard FROM {numbers}".encode())
    return url


@pytest.mark.parametrize("seed", range(3))
def test_every_statement_of_a_payment_names_its_one_shard(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """And a transaction touches its card's shard and its terminal's, the latter in few tables."""
    engine = PostgresEngine(spread_out(cluster))
    day = CityDay(Random(seed))
    engine.run_now(day.open)
    recorder = record(monkeypatch)
    seen: dict[str, int] = defaultdict(int)
    for action in day.actions(150):
        recorder.transactions.clear()
        asked = Asked(action.job, action.needs)
        engine.commit([asked])
        assert asked.error is None, (action.kind, asked.error)
        check(recorder, {shard_of(each) for each in action.members}, action.till.device)
        seen[action.kind] += len(recorder.statements)
    monkeypatch.undo()

    assert min(seen[kind] for kind in ("pay", "advice", "reverse", "refund", "sale", "outcome")) > 9
    assert engine.run_now(books.check) == []
    engine.close()


def check(recorder: Recorder, cards: set[int], device: int) -> None:
    till = shard_of(f"{device:012x}")
    assert len(recorder.transactions) == 1
    for each in recorder.statements:
        assert each.shards is not None, each.sql
        assert len(each.shards) == 1, (each.sql, each.shards)
        if each.shards <= cards:
            continue
        assert each.shards == {till}, (each.sql, each.shards, cards)
        assert each.tables <= OF_THE_TILL | OF_NO_CARD, each.sql


def test_a_group_asks_each_server_for_its_own_rows_alone(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many cards' payments in one transaction: one statement a server and table, and the same books."""
    engine = PostgresEngine(spread_out(cluster))
    day = CityDay(Random(7))
    engine.run_now(day.open)
    actions = [day.pay() for _ in range(40)]
    recorder = record(monkeypatch)
    group = [Asked(each.job, each.needs) for each in actions]
    engine.commit(group)
    monkeypatch.undo()

    assert [each.error for each in group] == [None] * 40
    assert all(each.shards is not None and len(each.shards) == 1 for each in recorder.statements)
    members = {member for each in actions for member in each.members}
    wanted = {shard_of(each) for each in members} | {shard_of(f"{e.device:012x}") for e in TILLS}
    touched = frozenset[int]().union(*(each.shards or frozenset() for each in recorder.statements))
    assert touched <= wanted
    assert len(touched) > MANY
    assert engine.run_now(books.check) == []
    engine.close()


def test_where_shards_live_changes_nothing_in_the_books(cluster: Cluster) -> None:
    held = list[list[list[tuple[Any, ...]]]]()
    for url in (cluster.fresh, lambda: spread_out(cluster)):
        engine = PostgresEngine(url())
        day = CityDay(Random(11))
        engine.run_now(day.open)
        live(engine, day, 60)
        held.append(engine.run_now(lambda tx: [list(tx.execute(sql)) for sql in BOOKS]))
        engine.close()

    assert held[0] == held[1]


def test_a_database_of_the_third_version_keeps_every_row_and_finds_it(cluster: Cluster) -> None:
    """What was lived is written down as version 3 had it, and brought up: all is as it was."""
    url = cluster.fresh()
    engine = PostgresEngine(url)
    day = CityDay(Random(3))
    engine.run_now(day.open)
    live(engine, day, 120)
    engine.close()
    with psycopg.connect(url) as reader:
        before, described = tables(reader), shape(reader)

    url = cluster.fresh()
    with psycopg.connect(url, autocommit=True) as old:
        old.execute(THIRD.read_bytes())
        old.execute("INSERT INTO ledger_version VALUES (3)")
        write_as_third(old, before)
    engine = PostgresEngine(url)
    with psycopg.connect(url) as reader:
        after, described_after = tables(reader), shape(reader)

    assert described_after == described
    for name in before:
        assert after[name] == before[name], name
    assert engine.run_now(books.check) == []
    live(engine, day, 40)
    assert engine.run_now(books.check) == []
    engine.close()


def test_an_id_that_the_third_version_kept_in_a_shard_of_its_own_is_found(
    cluster: Cluster,
) -> None:
    url = cluster.fresh()
    gone = TransactionId(TILLS[0].device, 7, 9_999)
    with psycopg.connect(url, autocommit=True) as old:
        old.execute(THIRD.read_bytes())
        old.execute("INSERT INTO ledger_version VALUES (3)")
        old.execute(
            "INSERT INTO payments (id, reversed, shard) VALUES (%s, 1, %s)",
            (gone.hex, shard_of(gone.hex)),
        )
    assert shard_of(gone.hex) != shard_of(till_of(gone.hex))

    engine = PostgresEngine(url)

    assert payments.outcome(open_reader(url), gone).name == "REVERSED"  # type: ignore[union-attr]
    assert engine.run_now(lambda tx: payments.is_reversed(tx, gone))
    engine.run_now(lambda tx: payments.reverse(tx, gone, CityDay(Random(1)).now))
    engine.close()


def tables(reader: psycopg.Connection[Any]) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, by column."""
    names = reader.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        " AND table_name NOT LIKE 'postings\\_%' AND table_name NOT LIKE 'entries\\_%'"
    ).fetchall()
    held = dict[str, list[dict[str, Any]]]()
    for (name,) in names:
        cursor = reader.execute(f"SELECT * FROM {name}".encode())
        columns = [each.name for each in cursor.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor]
        held[name] = sorted(rows, key=lambda row: str(sorted(row.items())))
    return held


def shape(reader: psycopg.Connection[Any]) -> list[list[tuple[Any, ...]]]:
    """Return columns, keys, checks and indexes."""
    columns = (
        "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name"
        " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    kept = (
        "SELECT conrelid::regclass::text, contype, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid <> 0 AND contype <> 'n' ORDER BY 1, 2, 3"
    )
    options = "SELECT relname, reloptions FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    return [reader.execute(sql.encode()).fetchall() for sql in (columns, indexes, kept, options)]


def write_as_third(old: psycopg.Connection[Any], held: dict[str, list[dict[str, Any]]]) -> None:
    counters = {row["card"]: row["last_online_atc"] for row in held["card_counters"]}
    contacts = {row["device"]: row["at"] for row in held["device_contacts"]}
    for row in {row["day"]: row for row in held["postings"]}.values():
        for name in ("postings", "entries"):
            part = f"{name}_{row['day'].replace('-', '')}"
            old.execute(f"CREATE TABLE {part} (LIKE {name} INCLUDING ALL)".encode())
            old.execute(
                f"ALTER TABLE {name} ATTACH PARTITION {part} FOR VALUES IN ('{row['day']}')".encode()
            )
    for (name,) in old.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace AND relname <> 'ledger_version'"
    ).fetchall():
        cursor = old.execute(f"SELECT * FROM {name} LIMIT 0".encode())
        columns = [each.name for each in cursor.description or ()]
        marks = ", ".join(["%s"] * len(columns))
        for row in held[name]:
            known = row | {
                "last_online_atc": counters.get(row.get("id")),
                "last_contact_at": contacts.get(row.get("device")),
            }
            sql = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})"
            old.execute(sql.encode(), [known[each] for each in columns])
    old.execute("SELECT setval('posting_numbers', max(id) + 1000) FROM postings")
    for name in ("heads", "merchants", "device_keys"):
        old.execute(f"SELECT setval('{name}_id_seq', max(id)) FROM {name}".encode())
