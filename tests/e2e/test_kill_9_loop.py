"""kill -9 at any moment, again and again, with real store, cards, ledger and paper; then all is compared.

An outside witness, this test, has read what each till told its customers before it died: every sale
that was closed and every card payment that was approved. 100 kills; 1,000 in the nightly run.

A killed process leaves the machine's memory as it is, so what was written and never synced is still
there: this says nothing of syncs. `tests/offline_queue/test_every_io.py` does, on a disk that
forgets.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import httpx
import pytest

from composition.demo.enrolment import introduce
from composition.demo.servers import ledger_database, ledger_process, printer_process
from config.settings import load_settings
from offline_queue.copies import back_up
from offline_queue.device_key import device_key
from offline_queue.rebuild import rebuild
from tests.e2e.compare import compare, read_journal, total_of
from tests.e2e.worker import ROOT, DeepPurses

KILLS, KILLS_NIGHTLY = 100, 1_000
WORDS = (0, 0, 1, 1, 2, 3, 5)  # How often a till speaks before it is killed; 0: while it starts.
LATER_S = 0.12  # Up to so long after that; a card sale takes half of it.
DRAINS = 0  # The seed of the till that only lets everything drain.
STALLED_S = 30
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3_600)]


@dataclass
class Witness:
    """What customers were told, in won."""

    sales: dict[str, int] = field(default_factory=dict)
    payments: dict[str, int] = field(default_factory=dict)

    def hear(self, line: str) -> None:
        kind, name, amount = line.split()
        told = {"sale": self.sales, "paid": self.payments}[kind]
        assert told.setdefault(name, int(amount)) == int(amount)


@dataclass
class Town:
    """Ledger and printer, which live on while the tills die, and where tills come from."""

    home: DeepPurses
    ledger_port: int
    nursery: asyncio.subprocess.Process
    witness: Witness = field(default_factory=Witness)

    @property
    def database(self) -> Path:
        return self.home.folder / "terminal.db"

    async def till(self, seed: int) -> int:
        """Start a till and return its process."""
        assert self.nursery.stdin is not None
        self.nursery.stdin.write(f"{seed}\n".encode())
        kind, number = (await self.line()).split()
        assert kind == "till"
        return int(number)

    async def line(self) -> str:
        assert self.nursery.stdout is not None
        line = (await self.nursery.stdout.readline()).decode()
        assert line, "no till can be started any more: see stderr"
        return line

    async def hear(self) -> None:
        """Wait until the till says something, and write it down."""
        line = await self.line()
        assert not line.startswith("gone"), f"a till ended by itself: {line}; see stderr"
        self.witness.hear(line)

    async def kill(self, till: int) -> None:
        """Kill it, and write down what it had said."""
        os.kill(till, signal.SIGKILL)
        while not (line := await self.line()).startswith("gone"):
            self.witness.hear(line)
        assert int(line.split()[1]) == signal.SIGKILL, "it had ended by itself: see stderr"

    def book(self) -> Any:
        token = self.home.operator_token.read_text(encoding="ascii").strip()
        headers = {"Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{self.ledger_port}/demo/entries"
        return httpx.get(url, headers=headers, timeout=60).json()

    def waiting(self) -> int:
        """Return how many records and papers have not gone out."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        waiting = connection.execute(
            "SELECT (SELECT count(*) FROM outbox)"
            " + (SELECT count(*) FROM print_job WHERE state IN ('waiting', 'printing'))"
        ).fetchone()[0]
        connection.close()
        return int(waiting)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    home = DeepPurses(tmp_path / "shop", ROOT)
    home.make(fresh=False)
    ledger, printer = ledger_process(home), printer_process(home)
    token = home.operator_token.read_text(encoding="ascii").strip()
    settings = load_settings(home.settings)
    key = device_key(home.folder)
    introduce(ledger_database(home), settings.terminal.device, key.public)
    ready, printer_ready = await asyncio.gather(
        ledger.start(IEUM_OPERATOR_TOKEN=token), printer.start()
    )
    words = [str(home.folder), str(ready["port"]), str(printer_ready["port"])]
    nursery = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.e2e.worker", *words),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
        env={**os.environ, "IEUM_NO_PCSC": "1"},
    )
    yield Town(home, int(ready["port"]), nursery)
    if nursery.returncode is None:
        nursery.kill()
    await nursery.wait()
    await asyncio.gather(ledger.stop(), printer.stop())


async def test_no_won_is_lost_or_doubled_however_often_the_till_is_killed(
    town: Town, nightly: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    kills = KILLS_NIGHTLY if nightly else KILLS
    chance = random.Random(20261124)
    for seed in range(1, kills + 1):
        till = await town.till(seed)
        for _ in range(chance.choice(WORDS)):
            await town.hear()
        await asyncio.sleep(chance.uniform(0, LATER_S))
        await town.kill(till)
    await let_everything_drain(town)

    journal = read_journal(town.database)
    compare(journal, town.book(), town.home.receipts)
    kept = {sale["receipt_number"]: total_of(sale) for sale in journal.sales.values()}
    told = town.witness
    assert told.sales.items() <= kept.items(), "a sale was acknowledged and is lost"
    assert told.payments.items() <= (journal.offline | journal.approved).items()
    assert len(told.sales) > kills // 2
    assert len(told.payments) > kills // 4
    assert journal.offline, "the line never went: the test proves too little"
    assert journal.reversed, "no payment was ever in doubt: the test proves too little"
    _the_record_proves_itself(town.database, len(journal.sequences))
    with capsys.disabled():
        sys.stdout.write(
            f"\n[kill -9] {kills} kills, {len(told.sales)} acknowledged sales and "
            f"{len(told.payments)} acknowledged card payments, 0 lost, 0 doubled\n"
        )


async def let_everything_drain(town: Town) -> None:
    last = await town.till(DRAINS)
    waiting, patience = -1, STALLED_S
    while waiting != 0:
        await asyncio.sleep(0.2)
        now = town.waiting()
        patience = patience - 0.2 if now == waiting else STALLED_S
        assert patience > 0, f"{now} records and papers do not go out"
        waiting = now
    await town.kill(last)


def _the_record_proves_itself(database: Path, count: int) -> None:
    """Every record is signed, a backup of the killed till holds all, projections can be remade."""
    copy = database.with_name("backup.db")
    assert back_up(database, copy).count == count
    connection = apsw.Connection(str(copy))
    question = "SELECT sale FROM open_payment_sale ORDER BY sale"
    live = connection.execute(question).fetchall()
    connection.execute("DELETE FROM open_payment_sale")
    rebuild(connection)
    assert connection.execute(question).fetchall() == live
    connection.close()
