"""How long a payment and a day's report take as the books grow. Days are copies of one that was really lived.

Copies keep the shapes, shops and cards of that day's rows, under other numbers, ids and days; what the cards
paid in them is taken from their purses, so that the books still balance, which is checked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import psycopg

from benchmarks.city_fill import FIRST_DEVICE, City, fill
from benchmarks.city_payments import Payments
from benchmarks.figures import percentile
from ledger.server import books, settlement
from ledger.server.database import open_reader
from ledger.server.postgres import partitions
from ledger.server.postgres.engine import PostgresEngine
from pos.domain.business_day import business_day
from tests.ledger.cluster import Cluster
from tests.ledger.plain_cards import policy

SMALL = City(cards=5_000, shops=200, purses=1_000)  # Enough to pay each copied day.
A_DAY = 10_000  # Payments that are really made; all other days are copies.
GROUP = 50
STATISTICS_S = 2.0  # Until the counts of a busy line are sure to be told.
TIMED = 200  # Payments, each alone.


def table(cluster: Cluster, postings_max: int) -> str:
    """Measure at 10,000 postings and ten times as many, up to the most."""
    rows = [
        "| postings | payment p50 / p99 ms | pages it touches | shop's day ms | roll-up of a day ms | whole check s |",
        "|---|---|---|---|---|---|",
    ]
    url = cluster.fresh()
    fill(url, SMALL)
    engine = PostgresEngine(url)
    maker = Payments(SMALL)
    for _ in range(A_DAY // GROUP):
        engine.commit([maker.next() for _ in range(GROUP)])
    copies, wanted = 0, A_DAY
    while wanted <= postings_max:
        with psycopg.connect(url, autocommit=True) as db:
            more = wanted // A_DAY - 1 - copies
            _copy_days(db, copies, more)
            copies += more
        rows.append(_row(engine, url, maker, wanted))
        wanted *= 10
    engine.close()
    return "\n".join(rows)


def _row(engine: PostgresEngine, url: str, maker: Payments, wanted: int) -> str:
    taken, pages = list[float](), _pages(url)
    for _ in range(TIMED):
        asked = maker.next()
        taken.append(_timed(lambda asked=asked: engine.commit([asked])))
        assert asked.error is None, asked.error
    pages = _pages(url) - pages
    reader = open_reader(url)
    today = business_day(maker.now)
    shop, rates = f"{FIRST_DEVICE + 1:012x}", policy()
    report = median(
        _timed(lambda: settlement.statement(reader, shop, today, rates)) for _ in range(TIMED)
    )
    rolled = _timed(lambda: engine.run_now(lambda tx: books.roll_up(tx, today)))
    with psycopg.connect(url, autocommit=True) as db:
        days = _number(db, "SELECT count(*) FROM rolled_days")
        db.execute("TRUNCATE rolled_days, rollups")
    wrong = list[str]()
    checked = _timed(lambda: wrong.extend(books.check(reader)))
    assert wrong == [], wrong[:5]
    reader.close()
    each = f"{rolled / days:,.0f}" if days else "-"
    return (
        f"| {wanted:,} | {percentile(taken, 0.5):.1f} / {percentile(taken, 0.99):.1f}"
        f" | {pages / TIMED:,.0f} | {report:.1f} | {each} | {checked / 1_000:.1f} |"
    )


def _copy_days(db: psycopg.Connection[Any], before: int, more: int) -> None:
    """Copy the lived day into days before it, with the numbers and ids of another incarnation."""
    if not more:
        return
    [(day, shift)] = db.execute("SELECT max(day), max(id) + 1000 FROM postings").fetchall()
    for number in range(before + 1, before + more + 1):
        other = (datetime.fromisoformat(day) - timedelta(days=number)).date().isoformat()
        partitions.make(db, other)
        given = {"day": day, "other": other, "shift": shift + number * 10 * A_DAY, "n": number}
        for sql in _COPIES:
            db.execute(sql.encode(), given)
    db.execute("SELECT setval('posting_numbers', (SELECT max(id) FROM postings) + 1000)")
    db.execute(
        "UPDATE accounts SET balance = balance + moved FROM (SELECT account, sum(amount) AS moved"
        " FROM entries WHERE day < %(day)s AND day >= %(first)s GROUP BY account) AS copied"
        " WHERE account = name",
        {"day": _back(day, before), "first": _back(day, before + more)},
    )
    db.execute("VACUUM ANALYZE")


def _back(day: str, days: int) -> str:
    return (datetime.fromisoformat(day) - timedelta(days=days)).date().isoformat()


def _pages(url: str) -> int:
    """Return how many pages were looked at so far: that, unlike time, no other process changes."""
    time.sleep(STATISTICS_S)
    with psycopg.connect(url, autocommit=True) as db:
        return _number(
            db,
            "SELECT sum(blks_hit + blks_read)::bigint FROM pg_stat_database"
            " WHERE datname = current_database()",
        )


def _number(db: psycopg.Connection[Any], sql: str) -> int:
    row = db.execute(sql.encode()).fetchone()
    assert row is not None
    return int(row[0])


def _timed(job: Callable[[], object]) -> float:
    begun = time.perf_counter()
    job()
    return (time.perf_counter() - begun) * 1_000


# The first 10,000 payments only, so that every copy is of the same size. An id is of device (12 digits),
# incarnation (8), sequence: a copy's incarnation is its own.
_ID = "left({0}, 12) || lpad(to_hex(1000 + %(n)s), 8, '0') || right({0}, 12)"
_LIVED = (
    "WITH lived AS (SELECT id, reference, at, shard FROM postings"
    f" WHERE day = %(day)s AND kind = 'payment' ORDER BY id LIMIT {A_DAY})"
)
_COPIES = (
    f"{_LIVED} INSERT INTO postings (id, day, kind, reference, at, shard)"
    f" SELECT id + %(shift)s, %(other)s, 'payment', {_ID.format('reference')}, at, shard FROM lived",
    f"{_LIVED} INSERT INTO entries (posting, day, line, account, amount, shard)"
    " SELECT posting + %(shift)s, %(other)s, line, replace(account, %(day)s, %(other)s), amount,"
    " e.shard FROM entries e JOIN lived ON lived.id = posting WHERE e.day = %(day)s",
    f"{_LIVED} INSERT INTO payments (id, body_hash, answer, reversed, card, posting, month,"
    " cashback_base, member, day, shard, earned_on)"
    f" SELECT {_ID.format('p.id')}, body_hash, answer, reversed, card, posting + %(shift)s, month,"
    " cashback_base, member, %(other)s, p.shard, %(other)s FROM payments p"
    " JOIN lived ON reference = p.id",
    f"{_LIVED} INSERT INTO directory (kind, id, home, card, shard)"
    f" SELECT kind, {_ID.format('d.id')}, home, card, d.shard FROM directory d"
    " JOIN lived ON reference = d.id WHERE kind = 'payments'",
    f"{_LIVED} INSERT INTO card_atcs (card, atc, shard)"
    " SELECT DISTINCT p.card, 1000000 * %(n)s + a.atc, a.shard FROM payments p"
    " JOIN lived ON reference = p.id JOIN card_atcs a ON a.card = p.card AND a.atc < 1000000",
)
