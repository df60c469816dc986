"""PostgreSQL's own troubles: lost lines, doubtful commits, new days, other servers, jobs that fail late."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from ledger.server import books, payments, records
from ledger.server.database import (
    VERSION,
    Asked,
    ConstraintBroken,
    DatabaseUnfit,
    LedgerUnavailable,
    Tx,
    open_reader,
)
from ledger.server.judging import Ask, Merchant
from ledger.server.payments import hash_body
from ledger.server.postgres.connection import LineLost
from ledger.server.postgres.engine import PostgresEngine
from ledger.server.postgres.homes import ALL, is_spread, stored
from ledger.server.postgres.plain import PlainTx
from ledger.server.postgres.working_set import WorkingTx
from ledger.server.seed import seed
from ledger.server.sqlite import open_writer
from ledger.server.tables import POSTINGS, TABLES, TENDERED
from ledger.server.writer import Writer
from pos.domain.forwarding import ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from tests.ledger.cluster import Cluster
from tests.ledger.conftest import DEVICE
from tests.ledger.journal import Journal
from tests.ledger.plain_cards import CARDS, PlainOpener, policy, seal
from tests.ledger.test_writer import move

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SHOP = Merchant(1, 1, eligible=True, earns_cashback=True)


@pytest.fixture
def url(cluster: Cluster) -> str:
    return cluster.fresh()


@pytest.fixture
def engine(url: str) -> Iterator[PostgresEngine]:
    made = PostgresEngine(url)
    yield made
    made.close()


@pytest.fixture
async def writer(url: str) -> AsyncIterator[Writer]:
    made = Writer(url)
    made.start()
    yield made
    await asyncio.to_thread(made.close)


def post(name: str, won: int, at: datetime = NOW) -> Asked:
    return Asked(lambda tx: books.post(tx, move(name, won), at, shard=7))


def ask(number: int, card: str = "rich", amount: int = 10) -> Ask:
    payment_id = TransactionId(1, 7, number)
    facts = PlainOpener().open(
        seal(payment_id, Won(amount), number, card=card, cid="tc"), payment_id.hex
    )
    mode = ApprovalMode.OFFLINE_GUARANTEED  # Its counters may come in any order.
    return Ask(payment_id, SHOP, Won(amount), mode, facts, hash_body(number), NOW, NOW)


def pay(wanted: Ask) -> Asked:
    return Asked(lambda tx: payments.authorize(tx, wanted, policy()), payments.needs(wanted))


def cut(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )


def test_a_job_that_fails_after_a_statement_of_its_own_leaves_nothing_of_it(
    engine: PostgresEngine,
) -> None:
    def fail(tx: Tx) -> None:
        books.post(tx, move("purse:b:charged", 7), NOW, shard=7)
        tx.execute("INSERT INTO announced_keys VALUES (?, ?)", ("key", "now"))
        raise RuntimeError("no")

    group = (post("purse:a:charged", 1), Asked(fail), post("purse:a:charged", 2))
    engine.commit(group)

    assert [type(each.error) for each in group] == [type(None), RuntimeError, type(None)]
    assert engine.run_now(lambda tx: books.balance(tx, "purse:a:charged")) == Won(3)
    assert engine.run_now(lambda tx: tx.row("SELECT count(*) FROM announced_keys")) == (0,)
    assert engine.run_now(books.check) == []


def test_what_only_the_database_can_refuse_fails_the_job_that_it_belongs_to(
    engine: PostgresEngine,
) -> None:
    """Two of a kind in one group: seen when all is written, said to the second alone."""
    group = (post("x", 1), post("y", 5), post("y", 5), post("z", 1))
    engine.commit(group)

    broken = [isinstance(each.error, ConstraintBroken) for each in group]
    assert broken == [False, False, True, False]
    assert engine.run_now(books.check) == []


def test_a_job_that_hides_the_databases_refusal_changes_nothing(engine: PostgresEngine) -> None:
    def hide(tx: Tx) -> str:
        with tx.savepoint() as undo:
            try:
                tx.execute("INSERT INTO announced_keys VALUES (?, ?)", ("key", "now"))
                tx.execute("INSERT INTO announced_keys VALUES (?, ?)", ("key", "now"))
            except Exception:
                undo()
        return "hidden"

    group = (post("x", 1), Asked(hide), post("y", 1))
    engine.commit(group)

    assert group[1].value == "hidden"
    assert engine.run_now(lambda tx: tx.row("SELECT count(*) FROM announced_keys")) == (0,)
    assert engine.run_now(lambda tx: tx.row("SELECT count(*) FROM postings")) == (2,)


def test_a_group_of_payments_takes_two_round_trips(
    engine: PostgresEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.run_now(lambda tx: seed(tx, CARDS, PlainOpener(), NOW))
    engine.commit([pay(ask(1))])
    trips = {"pipelines": 0, "statements": 0}
    pipeline, direct = WorkingTx._pipeline, WorkingTx._direct

    def counted(tx: WorkingTx) -> object:
        trips["pipelines"] += 1
        return pipeline(tx)

    def single(tx: WorkingTx, sql: str, parameters: tuple[object, ...]) -> object:
        trips["statements"] += 1
        return direct(tx, sql, parameters)

    monkeypatch.setattr(WorkingTx, "_pipeline", counted)
    monkeypatch.setattr(WorkingTx, "_direct", single)
    group = [pay(ask(number)) for number in range(2, 52)]
    engine.commit(group)

    assert all(isinstance(each.value, Approval) for each in group)
    assert trips == {"pipelines": 2, "statements": 0}


def test_no_shop_and_no_fund_has_a_row_that_payments_wait_for(engine: PostgresEngine) -> None:
    engine.run_now(lambda tx: seed(tx, CARDS, PlainOpener(), NOW))
    engine.commit([pay(ask(number)) for number in range(1, 20)])

    names = engine.run_now(lambda tx: list(tx.execute("SELECT name, card FROM accounts")))

    assert {card for _, card in names} == {each.id for each in CARDS}
    shop = engine.run_now(lambda tx: books.balance(tx, "merchant:000000000001:2026-11-24"))
    assert shop > Won(0)


def test_a_day_is_rolled_up_once_it_is_over_and_balances_stay(engine: PostgresEngine) -> None:
    for days in range(4):
        engine.commit([post("shop", 10 + days, NOW + timedelta(days=days))])
    before = engine.run_now(books.balances)

    today = (NOW + timedelta(days=3)).date()
    assert engine.run_now(lambda tx: books.roll_up(tx, today)) == 2
    assert engine.run_now(lambda tx: books.roll_up(tx, today)) == 0

    assert engine.run_now(lambda tx: tx.row("SELECT count(*) FROM rollups")) == (4,)
    assert engine.run_now(books.balances) == before
    assert engine.run_now(lambda tx: books.balance(tx, "shop")) == Won(10 + 11 + 12 + 13)
    assert engine.run_now(books.check) == []


def test_every_settlement_day_has_tables_of_its_own(engine: PostgresEngine, url: str) -> None:
    for days in range(3):
        engine.commit([post("shop", 10 + days, NOW + timedelta(days=days))])

    with psycopg.connect(url) as reader:
        parts = reader.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'entries'::regclass ORDER BY 1"
        ).fetchall()
    assert parts == [("entries_20261124",), ("entries_20261125",), ("entries_20261126",)]


async def test_a_line_that_was_cut_while_idle_is_made_anew_unnoticed(
    writer: Writer, url: str
) -> None:
    await writer.run(post("x", 1).job)
    cut(url)
    await writer.run(post("x", 2).job)

    assert books.balance(open_reader(url), "x") == Won(3)


def test_a_reader_whose_line_was_cut_reads_on(engine: PostgresEngine, url: str) -> None:
    engine.commit([post("x", 1)])
    reader = open_reader(url)
    cut(url)

    assert books.balance(reader, "x") == Won(1)


@pytest.mark.parametrize("stands", [True, False])
def test_after_a_commit_that_the_line_broke_in_the_database_is_asked(
    engine: PostgresEngine, url: str, monkeypatch: pytest.MonkeyPatch, stands: bool
) -> None:
    """The answer is right either way: the writer knows what stands."""
    engine.commit([post("x", 1)])
    commit = WorkingTx.commit

    def broken(tx: WorkingTx) -> None:
        if stands:
            commit(tx)
        cut(url)
        if not stands:
            commit(tx)
        tx.connection.close()
        tx._lose(LineLost("cut"))

    monkeypatch.setattr(WorkingTx, "commit", broken)
    group = [post("x", 2)]
    if stands:
        engine.commit(group)
        assert group[0].value is not None
    else:
        with pytest.raises(LedgerUnavailable):
            engine.commit(group)
    monkeypatch.undo()

    assert engine.run_now(lambda tx: books.balance(tx, "x")) == Won(3 if stands else 1)


def test_two_servers_on_one_database_post_every_payment_once(
    engine: PostgresEngine, url: str
) -> None:
    """Both are sent the same payments, in other groups and another order."""
    engine.run_now(lambda tx: seed(tx, CARDS, PlainOpener(), NOW))
    wanted = [ask(number, card=("rich", "poor")[number % 2]) for number in range(1, 201)]
    answers: list[dict[str, object]] = [{}, {}]

    def serve(which: int) -> None:
        own = PostgresEngine(url)
        mine = wanted if which else wanted[::-1]
        for start in range(0, len(mine), 20):
            group = [pay(each) for each in mine[start : start + 20]]
            own.commit(group)
            assert [each.error for each in group] == [None] * 20
            for each, one in zip(mine[start:], group, strict=False):
                answers[which][each.payment_id.hex] = one.value
        own.close()

    threads = [threading.Thread(target=serve, args=(which,)) for which in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(answers[0]) == 200
    assert answers[0] == answers[1]
    assert engine.run_now(books.check) == []
    count = engine.run_now(
        lambda tx: tx.row(
            "SELECT count(*), count(DISTINCT reference) FROM postings WHERE kind = ?", ("payment",)
        )
    )
    assert count == (200, 200)


def test_tables_of_another_version_are_left_alone(url: str) -> None:
    PostgresEngine(url).close()
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("UPDATE ledger_version SET version = %s", (VERSION + 1,))

    with pytest.raises(DatabaseUnfit, match="version"):
        PostgresEngine(url)


def test_tables_of_the_fourth_version_are_brought_up(url: str) -> None:
    engine = PostgresEngine(url)
    engine.run_now(lambda tx: seed(tx, CARDS, PlainOpener(), NOW))
    engine.close()
    with psycopg.connect(url, autocommit=True) as other:
        for name in ("offline_limit", "seen_limit", "seen_spent"):
            other.execute(f"ALTER TABLE card_counters DROP COLUMN {name}".encode())
        for table in ("device_numbers", "operator_log", "rule_versions", "rule_sources"):
            other.execute(f"DROP TABLE {table}".encode())
        other.execute("DROP FUNCTION operator_log_stays; DROP TABLE customer_codes, channel_keys")
        other.execute("UPDATE ledger_version SET version = 4")

    PostgresEngine(url).close()

    with psycopg.connect(url) as other:
        found = other.execute(
            "SELECT card, offline_limit, seen_limit, seen_spent FROM card_counters"
            " WHERE card IN ('rich', 'poor') ORDER BY card"
        ).fetchall()
    assert found == [("poor", 0, 0, 0), ("rich", 50_000, 0, 0)]


def test_a_database_that_does_not_sync_is_refused(cluster: Cluster) -> None:
    careless = Cluster("fsync=off")
    try:
        careless.start()
        with pytest.raises(DatabaseUnfit, match="fsync"):
            PostgresEngine(careless.url("postgres"))
    finally:
        careless.stop()


def test_a_commit_waits_for_the_disk_whatever_the_database_is_set_to(
    engine: PostgresEngine, url: str
) -> None:
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("ALTER DATABASE postgres SET synchronous_commit = off")
    try:
        own = PostgresEngine(url)
        assert own.run_now(lambda tx: tx.row("SELECT current_setting('synchronous_commit')")) == (
            "on",
        )
        own.close()
    finally:
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("ALTER DATABASE postgres RESET synchronous_commit")


def test_postings_are_numbered_without_a_gap_while_one_server_works(
    engine: PostgresEngine,
) -> None:
    for number in range(3):
        engine.commit([post("x", number + 1), Asked(_fail), post("y", number + 1)])

    numbers = engine.run_now(lambda tx: list(tx.execute("SELECT id FROM postings ORDER BY id")))

    assert [each for (each,) in numbers] == [1, 2, 3, 4, 5, 6]


def _fail(tx: Tx) -> None:
    tx.put_numbered(POSTINGS, ("2026-11-24", "test", "gone", "now", 7))
    raise RuntimeError("no")


def test_a_text_that_no_column_takes_fails_its_job_alone(engine: PostgresEngine) -> None:
    def odd(tx: Tx) -> None:
        tx.put(TENDERED, ("zero\0", "sale", "online"))

    group = (post("x", 1), Asked(odd), post("y", 1))
    engine.commit(group)

    assert [type(each.error) for each in group] == [type(None), ConstraintBroken, type(None)]


def test_an_order_whose_key_no_column_takes_is_poison_and_blocks_nothing(
    engine: PostgresEngine,
) -> None:
    journal = Journal()
    journal.rejected(1, "a:\0")
    journal.cash_sale(2, 1_000)
    shop = Merchant(1, DEVICE, eligible=True, earns_cashback=True)
    batch = [records.prepare(each, shop, PlainOpener()) for each in journal.records]

    outcomes = engine.run_now(
        lambda tx: [records.take(tx, each, shop, policy(), NOW).status for each in batch]
    )

    assert outcomes == [ForwardStatus.POISON, ForwardStatus.ACCEPTED]


def test_a_commit_that_rolled_back_is_never_taken_for_one(engine: PostgresEngine) -> None:
    """A job that hides that the transaction is lost: PostgreSQL answers its COMMIT with ROLLBACK."""

    def hide(tx: Tx) -> str:
        assert isinstance(tx, PlainTx)
        with contextlib.suppress(psycopg.Error):
            tx.connection.execute("SELECT 1 / 0")
        return "all is well"

    for group in ((post("x", 1), Asked(hide)), (Asked(hide),)):
        with pytest.raises(LedgerUnavailable):
            engine.commit(group)

    assert engine.run_now(lambda tx: books.balance(tx, "x")) == Won(0)


def test_nobody_there_is_said_at_the_start() -> None:
    with pytest.raises(DatabaseUnfit):
        PostgresEngine("postgresql:///x?host=/nowhere")
    with pytest.raises(DatabaseUnfit):
        open_reader("postgresql:///x?host=/nowhere")


def test_both_engines_have_the_same_tables_columns_and_checks(url: str, tmp_path: Path) -> None:
    """So that whatever is added to the one is added to the other."""
    PostgresEngine(url).close()
    file = open_writer(tmp_path / "ledger.db")
    described = (
        "SELECT m.name, p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p"
        " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
    )
    checks = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%CHECK%'"
    with psycopg.connect(url) as reader:
        columns = reader.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'"
            " AND table_name NOT IN ('ledger_version', 'directory', 'shard_places')"
        ).fetchall()
        checked = reader.execute(
            "SELECT conrelid::regclass::text, count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"
            " GROUP BY 1"
        ).fetchall()

    # Rows that live with their shards carry them; SQLite's all live in one file.
    spread = {(table.name, "shard") for table in TABLES if is_spread(table)}
    assert set(columns) == set(file.execute(described)) | spread
    assert dict(checked) == {name: sql.count("CHECK") for name, sql in file.execute(checks)}


def test_the_tables_that_are_read_by_key_are_described_as_they_are(url: str) -> None:
    PostgresEngine(url).close()
    with psycopg.connect(url) as reader:
        for table in ALL:
            rows = reader.execute(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_name = %s",
                (table.name,),
            ).fetchall()
            assert set(stored(table)) <= set(rows), table.name
