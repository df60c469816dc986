"""kill -9 at any moment, again and again, with real store, cards, ledger and paper; then all is compared.

An outside witness, this test, has read what the till said of each closed sale before it died.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import httpx
import pytest

from composition.demo.home import Home
from composition.demo.servers import ledger_process, printer_process
from offline_queue.copies import back_up
from offline_queue.rebuild import rebuild
from tests.e2e.compare import compare, read_journal, total_of

ROOT = Path(__file__).resolve().parents[2]
KILLS = 12
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@dataclass
class Town:
    """Ledger and printer, which live on while the till dies."""

    home: Home
    ledger_port: int
    printer_port: int
    told: dict[str, int] = field(default_factory=dict)

    def till(self, seed: int) -> subprocess.Popen[str]:
        words = [str(self.home.folder), str(self.ledger_port), str(self.printer_port), str(seed)]
        return subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.worker", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "IEUM_NO_PCSC": "1"},
        )

    def hear(self, till: subprocess.Popen[str]) -> None:
        """Write down what the dead till had said."""
        assert till.stdout is not None
        for line in till.stdout.read().splitlines():
            number, amount = line.split()
            assert self.told.setdefault(number, int(amount)) == int(amount)

    def book(self) -> Any:
        token = self.home.token.read_text(encoding="ascii").strip()
        headers = {"Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{self.ledger_port}/demo/entries"
        return httpx.get(url, headers=headers, timeout=10).json()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    home = Home(tmp_path / "shop", ROOT)
    home.make(fresh=False)
    ledger, printer = ledger_process(home), printer_process(home)
    token = home.token.read_text(encoding="ascii").strip()
    ready, printer_ready = await asyncio.gather(
        ledger.start(IEUM_LEDGER_TOKEN=token), printer.start()
    )
    yield Town(home, int(ready["port"]), int(printer_ready["port"]))
    await asyncio.gather(ledger.stop(), printer.stop())


async def test_no_won_is_lost_or_doubled_however_often_the_till_is_killed(town: Town) -> None:
    chance = random.Random(20261124)
    for seed in range(1, KILLS + 1):
        till = town.till(seed)
        assert till.stdout is not None
        town.told.update([_said(till.stdout.readline())])  # It sells.
        time.sleep(chance.uniform(0.0, 1.2))
        os.kill(till.pid, signal.SIGKILL)
        till.wait()
        town.hear(till)
    last = town.till(0)
    journal = read_journal(town.home.folder / "terminal.db")
    for _ in range(300):
        journal = read_journal(town.home.folder / "terminal.db")
        if journal.unsent == journal.unprinted == 0:
            break
        time.sleep(0.1)
    os.kill(last.pid, signal.SIGKILL)
    last.wait()
    town.hear(last)

    journal = read_journal(town.home.folder / "terminal.db")
    compare(journal, town.book(), town.home.receipts)
    kept = {sale["receipt_number"]: total_of(sale) for sale in journal.sales.values()}
    assert town.told.items() <= kept.items()
    assert len(kept) > KILLS
    assert journal.offline, "the line never went: the test proves too little"
    _the_record_proves_itself(town.home.folder / "terminal.db", len(journal.sequences))


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


def _said(line: str) -> tuple[str, int]:
    assert line, "the till said nothing: see its stderr"
    number, amount = line.split()
    return number, int(amount)
