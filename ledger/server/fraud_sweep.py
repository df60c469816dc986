"""Looks through new payments for fraud, a few at a time, behind their back. Never in a payment's way.

A turn reads over a connection of its own and then, in one short transaction, keeps what it goes by, its
flags and how far it came: all of it or nothing, so that a turn that was cut off is simply done again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from ledger.server import books, fraud_facts, fraud_flags
from ledger.server.database import (
    ConstraintBroken,
    Database,
    DatabaseUnfit,
    Engine,
    LedgerUnavailable,
    Tx,
    is_postgres,
    open_engine,
    open_reader,
)
from ledger.server.fraud_facts import Read
from ledger.server.fraud_limits import FraudData
from ledger.server.fraud_rules import (
    CARD_RULES,
    SHOP_RULES,
    Fact,
    Finding,
    Kind,
    Rule,
    findings,
    in_order,
)
from ledger.server.tables import Row
from ledger.server.writer import Writer
from pos.domain.business_day import business_day
from pos.domain.codec import encode
from pos.domain.won import Won

ROWS_MAX = 200  # A turn; it is written in a few milliseconds.
EVERY_S = 5.0
PAUSE_S = 0.2  # While there is more: of four moments, payments have three for themselves.
PART_MAX = 100  # Names in one question, rows in one statement.
_COLUMNS = "id, kind, card, shop, at, amount, held"


class Overtaken(Exception):
    """Another server has swept the same; nothing of this turn stands."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn is going to write."""

    read: Read
    facts: tuple[Fact, ...] = ()
    found: tuple[Finding, ...] = ()
    masked: tuple[tuple[str, str], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to write."""
        return not (self.read.moves or self.facts)


def look(
    tx: Tx, data: FraudData, now: datetime, *, ordered: bool, rows_max: int = ROWS_MAX
) -> Turn:
    """Read what is new and judge it; nothing is written.

    Args:
        tx: a reader.
        data: limits and places.
        now: what is too young is left for later.
        ordered: postings' numbers rise as they are committed.
        rows_max: postings, and counters, to read at most.
    """
    cursors = {str(name): int(last) for name, last in tx.execute("SELECT * FROM fraud_cursors")}
    if ordered:
        read = fraud_facts.read_in_order(tx, data, now, cursors, rows_max)
    else:
        today = business_day(now)
        read = fraud_facts.read_by_day(tx, data, today, now, cursors, rows_max)
    taken = fraud_facts.conflicts(tx, data, rows_max)
    facts = (*read.facts, *taken)
    known = {str(name) for (name,) in _of(tx, "SELECT id", "id", (each.id for each in facts))}
    new = [each for each in facts if each.id not in known]
    found = tuple(_judge(tx, new, data))
    cards = {each.card for finding in found for each in finding.facts}
    masked = tuple(_masked(tx, cards))
    return Turn(read, facts, found, masked)


def write(tx: Tx, turn: Turn, data: FraudData, now: datetime) -> int:
    """Keep a turn; return how many flags are new.

    Raises:
        Overtaken: another server was there first.
    """
    for name, (before, after) in turn.read.moves.items():
        _move(tx, name, before, after)
    for name in turn.read.done:
        tx.execute("DELETE FROM fraud_cursors WHERE name = ?", (name,))
    _keep(tx, turn.facts)
    for each in turn.facts:
        if each.kind in {Kind.REUSED, Kind.BEHIND}:
            tx.execute("DELETE FROM counter_conflicts WHERE payment = ?", (each.id,))
    _forget(tx, turn, data)
    return fraud_flags.raise_flags(tx, turn.found, dict(turn.masked), now)


class Sweeper:
    """Sweeps a database for ever."""

    def __init__(self, database: Database, writer: Writer, data: FraudData) -> None:
        self._database = database
        self._writer = writer
        self._data = data
        self._reader: Tx | None = None
        self._engine: Engine | None = None

    async def keep(self, now: Callable[[], datetime]) -> None:
        """Sweep turn by turn; a task of the server's."""
        while True:
            more = False
            with suppress(LedgerUnavailable, ConstraintBroken, DatabaseUnfit, Overtaken):
                more = await self.turn(now())
            await asyncio.sleep(PAUSE_S if more else EVERY_S)

    async def turn(self, now: datetime) -> bool:
        """Do one turn; return whether there is more to read.

        Raises:
            LedgerUnavailable, ConstraintBroken, DatabaseUnfit, Overtaken: nothing of it stands.
        """
        turn = await asyncio.to_thread(self._look, now)
        if turn.is_empty:
            return False
        job = partial(write, turn=turn, data=self._data, now=now)
        if is_postgres(self._database):  # Over a line of its own: no payment waits for it.
            await asyncio.to_thread(self._run_apart, job)
        else:
            await self._writer.run(job, heavy=True)
        return turn.read.more

    def close(self) -> None:
        """Let the line of its own go."""
        if self._engine is not None:
            self._engine.close()

    def _look(self, now: datetime) -> Turn:
        if self._reader is None:
            self._reader = open_reader(self._database)
        return look(self._reader, self._data, now, ordered=not is_postgres(self._database))

    def _run_apart(self, job: Callable[[Tx], int]) -> None:
        if self._engine is None:
            self._engine = open_engine(self._database)
        self._engine.run_now(job)


def _judge(tx: Tx, new: Sequence[Fact], data: FraudData) -> Iterator[Finding]:
    """Look at every card and shop that something new is known of."""
    yield from _judge_by("card", CARD_RULES, data.longest, tx, new, data)
    paid = [each for each in new if each.kind is Kind.PAID]
    yield from _judge_by("shop", SHOP_RULES, data.longest_of_shop, tx, paid, data)


def _judge_by(
    column: str,
    rules: Sequence[Rule],
    window: timedelta,
    tx: Tx,
    new: Sequence[Fact],
    data: FraudData,
) -> Iterator[Finding]:
    lines: dict[str, dict[str, Fact]] = defaultdict(dict)
    since: dict[str, datetime] = {}
    for each in new:
        name = str(getattr(each, column))
        lines[name][each.id] = each
        since[name] = min(since.get(name, each.at), each.at)
    if not lines:
        return
    oldest = encode(min(since.values()) - window)
    for row in _of(tx, f"SELECT {_COLUMNS}", column, lines, "AND at >= ?", oldest):
        known = _fact(row)
        lines[getattr(known, column)].setdefault(known.id, known)
    for name in sorted(lines):
        yield from findings(rules, in_order(lines[name].values()), since[name], data)


def _of(
    tx: Tx, select: str, column: str, names: Iterable[str], rest: str = "", *values: object
) -> Iterator[Row]:
    """Return the facts with these names in a column, a part of the names at a time."""
    wanted = sorted(set(names))
    for start in range(0, len(wanted), PART_MAX):
        part = wanted[start : start + PART_MAX]
        marks = ", ".join("?" for _ in part)
        sql = f"{select} FROM fraud_facts WHERE {column} IN ({marks}) {rest}"
        yield from tx.execute(sql, (*part, *values))


def _masked(tx: Tx, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in sorted(names):
        row = tx.row("SELECT masked_pan FROM cards WHERE id = ?", (name,))
        if row is not None:
            yield name, str(row[0])


def _fact(row: Row) -> Fact:
    name, kind, card, shop, at, amount, held = row
    return Fact(
        name, Kind(kind), card, shop, datetime.fromisoformat(at), Won(amount), Won(held)
    )  # fmt: skip


def _row(fact: Fact) -> Row:
    won = (fact.amount.amount, fact.held.amount)
    return (fact.id, fact.kind.value, fact.card, fact.shop, encode(fact.at), *won)


def _move(tx: Tx, name: str, before: int | None, after: int) -> None:
    if before is None:
        sql = "INSERT INTO fraud_cursors (name, last) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"
        moved = tx.change(sql, (name, after))
    else:
        sql = "UPDATE fraud_cursors SET last = ? WHERE name = ? AND last = ?"
        moved = tx.change(sql, (after, name, before))
    if not moved:
        raise Overtaken(name)


def _keep(tx: Tx, facts: Sequence[Fact]) -> None:
    """Keep facts, many in one statement: on PostgreSQL, each statement is a round trip."""
    for start in range(0, len(facts), PART_MAX):
        part = facts[start : start + PART_MAX]
        marks = ", ".join("(?, ?, ?, ?, ?, ?, ?)" for _ in part)
        sql = f"INSERT INTO fraud_facts ({_COLUMNS}) VALUES {marks}"  # noqa: S608
        values = [cell for each in part for cell in _row(each)]
        tx.execute(f"{sql} ON CONFLICT (id) DO NOTHING", values)


def _forget(tx: Tx, turn: Turn, data: FraudData) -> None:
    """Drop facts that no rule will look at again, about as many as came."""
    if not turn.facts:
        return
    # A day's second look comes after it is over, and goes by the facts of the longest window.
    oldest = min(each.at for each in turn.facts) - data.longest - 2 * books.OPEN_DAYS
    tx.execute(
        "DELETE FROM fraud_facts WHERE id IN"
        " (SELECT id FROM fraud_facts WHERE at < ? ORDER BY at LIMIT ?)",
        (encode(oldest), 2 * ROWS_MAX),
    )
