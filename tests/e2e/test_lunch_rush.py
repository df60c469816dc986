"""A lunch rush at a live till: orders by signed calls, answered by keys; the line goes and comes; both sides end equal.

Scaled down to half a minute. `IEUM_FULL_RUSH=1` lives the whole hour: 300 orders, five minutes without a line.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from drivers.simulators.card.keys import LEDGER_FILE
from ledger.server.cardcrypto import load_ledger_keys
from ledger.server.channels.door import add_key
from ledger.server.channels.signing import ChannelKey, sign
from ledger.server.channels.traffic import Arrival, lunch_rush
from ledger.server.channels.vault import Vault
from ledger.server.writer import Writer
from pos.domain.events import read_event
from pos.domain.order import Order
from pos.domain.order_events import OrderEvent, fold_orders
from tests.e2e.till import Till

FULL = os.environ.get("IEUM_FULL_RUSH") == "1"
ORDERS, SECONDS, OUTAGE_AT, OUTAGE_S = (300, 3_600, 1_700, 300) if FULL else (30, 20, 9, 5)
if FULL and (shorter := os.environ.get("IEUM_RUSH_S")):  # The same 300 in so many seconds.
    SECONDS, OUTAGE_AT, OUTAGE_S = (int(shorter) * each // 12 for each in (12, 6, 1))
CHANNELS = ("baedal-eum", "webhook")
QUIET_S = 5
SHOWN = re.compile(r"주문 (B\d+) ")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(4_500 if FULL else 240),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux here"),
]


class PlainTill(Till):
    """Started by the interpreter at hand: the set-up has its own tests."""

    program = f"{sys.executable} -c 'from composition.command_line import app; app()'"


class City(threading.Thread):
    """Posts the channels' calls, each at its time."""

    def __init__(self, url: str, keys: dict[str, ChannelKey], arrivals: list[Arrival]) -> None:
        super().__init__(daemon=True)
        self.words: Counter[str] = Counter()
        self._url, self._keys, self._arrivals = url, keys, arrivals
        self._nonces = 0

    def run(self) -> None:
        begun = time.monotonic()
        with httpx.Client(timeout=10) as client:
            for each in self._arrivals:
                time.sleep(max(0.0, begun + each.at_s - time.monotonic()))
                self.words[self._post(client, each)] += 1

    def _post(self, client: httpx.Client, arrival: Arrival) -> str:
        key = self._keys[arrival.channel]
        body = json.dumps(arrival.said, ensure_ascii=False).encode()
        self._nonces += 1
        seconds, nonce = int(time.time()), f"nonce-{self._nonces:020d}"
        headers = {
            "X-Ieum-Key": key.id,
            "X-Ieum-Time": str(seconds),
            "X-Ieum-Nonce": nonce,
            "X-Ieum-Signature": sign(key.secret, seconds, nonce, body),
        }
        answer = client.post(f"{self._url}/channels/{key.id}", content=body, headers=headers).json()
        return str(answer.get("result") or answer.get("code"))


@pytest.fixture
def till(tmp_path: Path) -> Iterator[PlainTill]:
    shop = PlainTill(tmp_path / "shop")
    shop.home.mkdir()
    shop.start()
    yield shop
    shop.end()


def give_keys(database: Path) -> dict[str, ChannelKey]:
    writer = Writer(database)
    vault = Vault.of(load_ledger_keys(database.with_name(LEDGER_FILE)))
    try:
        return {
            name: writer.run_now(lambda tx, name=name: add_key(tx, vault, name, 1))
            for name in CHANNELS
        }
    finally:
        writer.close()


def switch_line(till: Till) -> None:
    till.keys("F12")
    till.wait_for("체험판: 계산대 주변")
    till.keys("n", "F12", pause_s=0.4)


def answer_one(till: Till, number: int) -> str:
    """Answer the most urgent order by keys; return the one that was on the screen."""
    till.keys("IC", pause_s=0.3)
    found = SHOWN.search(till.screen())
    if found is None:
        till.keys("Escape", pause_s=0.2)
        return ""
    if number % 9 == 4:
        till.keys("r", "2", pause_s=0.25)
    elif number % 3 == 1:
        till.keys("5", pause_s=0.25)
    else:
        till.keys("Enter", pause_s=0.25)
    till.keys("Escape", pause_s=0.1)
    return found[1]


def at_till(home: Path) -> tuple[dict[str, Order], int, list[str]]:
    """Return the orders as the journal tells them, what is unsent, and whose acceptance stands in it."""
    with closing(sqlite3.connect(f"file:{home / 'terminal.db'}?mode=ro", uri=True)) as db:
        rows = list(db.execute("SELECT kind, body FROM journal ORDER BY sequence"))
        unsent = int(db.execute("SELECT count(*) FROM outbox").fetchone()[0])
    events = [read_event(kind, json.loads(body)) for kind, body in rows]
    accepted = [json.loads(body)["order_key"] for kind, body in rows if kind == "order.accepted"]
    return fold_orders([e for e in events if isinstance(e, OrderEvent)]), unsent, accepted


def at_ledger(home: Path) -> dict[str, tuple[str, str | None, int | None, int]]:
    """Return state, decision, commission and number of postings by order."""
    with closing(sqlite3.connect(f"file:{home / 'ledger.db'}?mode=ro", uri=True)) as db:
        posted = Counter(
            r[0] for r in db.execute("SELECT reference FROM postings WHERE kind = 'order'")
        )
        rows = db.execute("SELECT key, state, decision, commission FROM orders")
        return {key: (state, by, won, posted[by or ""]) for key, state, by, won in rows}


def test_a_rush_is_answered_by_keys_and_both_sides_end_equal(till: PlainTill) -> None:
    keys = give_keys(till.home / "ledger.db")
    arrivals = [
        each
        for each in lunch_rush(Random(7), ORDERS, SECONDS, datetime.now(UTC))
        if each.channel in keys and (FULL or each.at_s < SECONDS + 5)
    ]
    city = City(till.facts()["ledger"], keys, arrivals)
    city.start()
    begun, cut, number = time.monotonic(), 0, 0
    answered: list[str] = []
    seen_at = begun  # When an order last waited: the screen may be between two pictures.
    while city.is_alive() or time.monotonic() - seen_at < QUIET_S or cut == 1:
        passed = time.monotonic() - begun
        if (cut == 0 and passed > OUTAGE_AT) or (cut == 1 and passed > OUTAGE_AT + OUTAGE_S):
            switch_line(till)
            cut += 1
        if "새 주문" not in till.screen():
            time.sleep(0.2)
            continue
        seen_at = time.monotonic()
        shown = answer_one(till, number)
        number += 1
        if shown:
            answered.append(shown)
    compare_when_drained(till, answered)
    assert city.words["placed"] >= len(CHANNELS) * ORDERS // 4
    assert city.words["known"] > 0


def compare_when_drained(till: PlainTill, answered: list[str]) -> None:
    give_up = time.monotonic() + 40
    wrong: list[Any] = ["never compared"]
    while wrong and time.monotonic() < give_up:
        time.sleep(0.5)
        mine, unsent, accepted = at_till(till.home)
        theirs = at_ledger(till.home)
        wrong = [f"{unsent} unsent"] if unsent else []
        wrong += [key for key in theirs if key not in mine]
        wrong += [key for key, n in Counter(accepted).items() if n > 1]
        for key, (state, decision, commission, posted) in theirs.items():
            order = mine.get(key)
            if order is None:
                continue
            if order.state.value != state:
                wrong.append((key, order.state.value, state))
            if (
                decision
                and commission is not None
                and posted != int(bool(commission) or order.paid_in_app)
            ):
                wrong.append((key, "posted", posted))
            if order.short_number in answered and state == "auto_cancelled":
                wrong.append((key, "answered in time on the screen, and ran out"))
    assert wrong == []
    assert (
        len(set(answered)) >= len(theirs) * 0.6
    )  # The rest: cancelled before, or by the customer.
