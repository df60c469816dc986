"""A ledger whose payments are made at chosen moments, and a sweep over it. Never used by the product."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ledger.server import fraud_flags, fraud_sweep, payments, refunds
from ledger.server.cards import CardFacts, NewCard
from ledger.server.database import Database, Tx, is_postgres, open_engine, open_reader
from ledger.server.fraud_flags import Flag
from ledger.server.fraud_limits import load_fraud_data
from ledger.server.judging import Ask, Merchant
from ledger.server.payments import hash_body
from ledger.server.seed import seed
from ledger.server.tables import TENDERED
from pos.domain.card import Cryptogram
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline, GivenBack
from pos.domain.payment_events import RefundAsked
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from tests.ledger.plain_cards import PlainOpener, new_card, policy

T = TypeVar("T")
NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LOADED = NOON - timedelta(days=30)
DATA = load_fraud_data()


def pan(number: int) -> str:
    return f"62909900000{number:05d}"


def cards(count: int, charged: int) -> tuple[NewCard, ...]:
    """Return cards named `0`, `1`, ... of members of their own."""
    blank = new_card("rich", charged=charged, offline_limit=0)
    names = map(str, range(count))
    return tuple(
        replace(blank, id=name, label=name, pan=pan(number), member=f"M-{name}")
        for number, name in enumerate(names)
    )


class World:
    """Cards, shops by number, and a clock that only the test moves."""

    def __init__(self, database: Database, *, count: int = 6, charged: int = 1_000_000) -> None:
        self.database = database
        self.engine = open_engine(database)
        self.run(lambda tx: seed(tx, cards(count, charged), PlainOpener(), LOADED))
        self.reader = open_reader(database)
        self.number = 0
        self.counters: dict[str, int] = {}

    def run(self, job: Callable[[Tx], T]) -> T:
        return self.engine.run_now(job)

    def pay(
        self,
        card: int,
        shop: int,
        amount: int,
        after_s: float = 0,
        *,
        mode: ApprovalMode = ApprovalMode.ONLINE,
        **other: Any,
    ) -> Approval | Decline:
        """Pay; `atc` and `right` may be chosen, and `sold=False` leaves the sale unfinished."""
        ask = self.ask(card, shop, amount, after_s, mode=mode, **other)
        answer = self.run(partial(payments.authorize, ask=ask, policy=policy()))
        if other.get("sold", True) and isinstance(answer, Approval):
            tender = (ask.payment_id.hex, ask.payment_id.hex, mode.value)
            self.run(lambda tx: tx.put(TENDERED, tender))
        return answer

    def ask(
        self, card: int, shop: int, amount: int, after_s: float, *, mode: ApprovalMode, **other: Any
    ) -> Ask:
        self.number += 1
        name = str(card)
        atc = other.get("atc") or self.counters.get(name, 0) + 1
        self.counters[name] = max(atc, self.counters.get(name, 0))
        at = NOON + timedelta(seconds=after_s)
        cid = Cryptogram.TC if mode is ApprovalMode.OFFLINE_GUARANTEED else Cryptogram.ARQC
        key = PlainOpener().pan_key(pan(card))
        facts = CardFacts(key, atc, cid, Won(amount), other.get("right", True))
        merchant = Merchant(shop, shop, eligible=True, earns_cashback=True)
        payment_id = TransactionId(shop, 7, self.number)
        return Ask(payment_id, merchant, Won(amount), mode, facts, hash_body(atc, amount), at, at)

    def refund(self, shop: int, amount: int, after_s: float) -> GivenBack | Decline:
        """Give the last payment back, in part."""
        paid = TransactionId(shop, 7, self.number)
        self.number += 1
        event = RefundAsked(
            TransactionId(shop, 7, self.number), paid, paid, Won(amount), False, NOON
        )
        at = NOON + timedelta(seconds=after_s)
        return self.run(partial(refunds.give_back, event=event, policy=policy(), at=at))

    def sweep(self, after_s: float = 86_400, rows_max: int = fraud_sweep.ROWS_MAX) -> int:
        """Sweep until there is nothing more; return how many turns wrote something."""
        turns = 0
        while self.turn(after_s, rows_max):
            turns += 1
        return turns

    def turn(self, after_s: float, rows_max: int = fraud_sweep.ROWS_MAX) -> bool:
        now = NOON + timedelta(seconds=after_s)
        turn = self.look(after_s, rows_max)
        if turn.is_empty:
            return False
        self.run(partial(fraud_sweep.write, turn=turn, data=DATA, now=now))
        return True

    def look(self, after_s: float, rows_max: int = fraud_sweep.ROWS_MAX) -> fraud_sweep.Turn:
        now = NOON + timedelta(seconds=after_s)
        ordered = not is_postgres(self.database)
        return fraud_sweep.look(self.reader, DATA, now, ordered=ordered, rows_max=rows_max)

    def flags(self) -> list[Flag]:
        return fraud_flags.open_flags(self.reader)

    def rules(self) -> list[str]:
        return [each.rule for each in self.flags()]

    def kept(self) -> list[list[Any]]:
        """Return all that a sweep leaves, but for the moments of its turns."""
        tables = (
            "SELECT id, rule, subject, day, severity, seen, state FROM fraud_flags ORDER BY id",
            "SELECT * FROM fraud_facts ORDER BY id",
            "SELECT * FROM fraud_cursors ORDER BY name",
            "SELECT * FROM counter_conflicts",
        )
        return [list(self.reader.execute(sql)) for sql in tables]

    def forget(self, conflicts: list[Any]) -> None:
        """Undo all sweeps."""
        for name in ("fraud_cursors", "fraud_facts", "fraud_flags"):
            self.run(partial(_run, sql=f"DELETE FROM {name}"))
        for row in conflicts:
            marks = ", ".join("?" * len(row))  # On PostgreSQL with its shard.
            sql = f"INSERT INTO counter_conflicts VALUES ({marks})"
            self.run(partial(_run, sql=sql, values=row))

    def close(self) -> None:
        self.engine.close()
        close = getattr(self.reader, "connection").close  # noqa: B009 - of either engine.
        close()


def _run(tx: Tx, sql: str, values: tuple[object, ...] = ()) -> int:
    return tx.change(sql, values)


def main() -> None:
    """Sweep turn by turn, saying so after each; for a process that is killed."""
    given = sys.argv[1]
    world = object.__new__(World)
    world.database = given if is_postgres(given) else Path(given)
    world.engine, world.reader = open_engine(world.database), open_reader(world.database)
    while world.turn(86_400, 1):
        sys.stdout.write(".")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
