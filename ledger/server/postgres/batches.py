"""Says in few statements what a whole group reads and writes. Never sends anything.

Each statement names the shards of its rows, and all of them are of one place: so that whoever stands
before several servers can hand it to one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

from ledger.server.postgres.homes import DIRECTORY, Columns, Homes, is_spread, stored, stored_key
from ledger.server.tables import (
    ACCOUNTS,
    CARD_ATCS,
    CARD_COUNTERS,
    CARD_REFUNDS,
    CARDS,
    CASHBACK_MONTHS,
    CONTACTS,
    HEADS,
    PAYMENTS,
    RECORDS,
    REQUESTS,
    SALES,
    TENDERED,
    Needs,
    Row,
    Table,
    shard_of,
)

NUMBERS_A_GROUP = 256  # One posting a job, as a rule; should that not do, more are fetched.


@dataclass(frozen=True, slots=True)
class Fetch:
    """One statement that reads rows of many jobs.

    Attributes:
        asked: the keys that, where no row is found, have none.
    """

    table: Table
    sql: bytes
    arrays: tuple[str, ...]
    asked: tuple[Row, ...] = ()


class Fetches:
    """What reads, and locks in one order, all that a group needs, in two goes.

    The second waits for the first to say whose the cards are and where known ids live. Where all of
    that is remembered and every id comes with its card, the first go is enough, unless an id is known.
    """

    def __init__(self, needs: Sequence[Needs], homes: Homes) -> None:
        self._needs = needs
        self._homes = homes
        self._cards = _all(each.cards for each in needs)
        paired = all(len(each.payments) <= len(each.cards) for each in needs)
        self._at_once = paired and all(homes.card(each) for each in self._cards)

    def first(self) -> list[Fetch]:
        """Return what can be asked for without knowing more."""
        needs, made = self._needs, list[Fetch]()
        if requests := _all(each.requests for each in needs):
            made += self._keyed(CONTACTS, sorted({each[:1] for each in requests}))
            made += self._keyed(REQUESTS, requests)
        ids = [(PAYMENTS.name, each) for each in _all(each.payments for each in needs)]
        ids += [(CARD_REFUNDS.name, each) for each in _all(each.refunds for each in needs)]
        made += self._keyed(DIRECTORY, sorted(ids))
        if records := _all(each.records for each in needs):
            made += self._keyed(HEADS, sorted({each[:2] for each in records}))
            made += self._keyed(RECORDS, records)
        made += self._keyed(SALES, [(each,) for each in _all(each.sales for each in needs)])
        made += self._keyed(TENDERED, [(each,) for each in _all(e.tendered for e in needs)])
        made += self._keyed(CARDS, [(each,) for each in self._cards])
        return made + self._of_cards({}) if self._at_once else made

    def second(self, directory: Iterable[Row | None]) -> list[Fetch]:
        """Return what else is needed, now that the cards are known.

        Args:
            directory: its rows for the ids that are asked for, as far as there are any.
        """
        known = [row for row in directory if row is not None]
        paid_by = {row[3]: row[2] for row in known if row[3] is not None}
        made = [] if self._at_once and not known else self._of_cards(paid_by)
        for table in (PAYMENTS, CARD_REFUNDS):
            keys = sorted((row[1], row[2]) for row in known if row[0] == table.name)
            made += self._spread(table, _by_key_sql(table), keys, keys=1)
        return made

    def _of_cards(self, paid_by: dict[str, int]) -> list[Fetch]:
        """Return what reads the cards' counters, purses and months.

        Args:
            paid_by: further cards, and their shards.
        """
        found = {key: card for key in self._cards if (card := self._homes.card(key)) is not None}
        shards = {card: shard_of(member) for card, member in found.values()} | paid_by
        cards = sorted(shards.items())
        counters = {
            (found[key][0], atc)
            for each in self._needs
            for key, atc in each.counters
            if key in found
        }
        months = {
            (found[key][1], of) for each in self._needs for key, of in each.months if key in found
        }
        made = self._spread(CARD_COUNTERS, _by_key_sql(CARD_COUNTERS), cards, keys=1)
        # These hang on the card's counters, which are held by now.
        made += self._spread(ACCOUNTS, _OF_CARDS, cards)
        # These belong to the member, who may have several cards.
        made += self._keyed(CASHBACK_MONTHS, sorted(months))
        wanted = sorted((card, atc, shards[card]) for card, atc in counters)
        return made + self._spread(CARD_ATCS, _by_key_sql(CARD_ATCS), wanted, keys=2)

    def _keyed(self, table: Table, keys: Sequence[Row]) -> list[Fetch]:
        """Return what reads rows by keys that tell their shard, or that have none."""
        if not is_spread(table):
            kinds = [kind for _, kind in stored_key(table)]
            return (
                [Fetch(table, _by_key_sql(table), _arrays(kinds, keys), tuple(keys))]
                if keys
                else []
            )
        rows = [(*key, shard_of(table.owner(key))) for key in keys]
        return self._spread(table, _by_key_sql(table), rows, keys=len(table.key))

    def _spread(self, table: Table, sql: bytes, rows: Sequence[Row], keys: int = 0) -> list[Fetch]:
        """Return one statement a place.

        Args:
            table: whose rows are read.
            sql: the statement.
            rows: what to ask by, each with its shard last.
            keys: how much of that is the key.
        """
        made = list[Fetch]()
        for part in self._homes.by_place(rows, itemgetter(-1)):
            kinds = [kind for _, kind in stored_key(table)] if keys else ["text", "bigint"]
            asked = tuple(row[:keys] for row in part) if keys else ()
            made.append(Fetch(table, sql, (*_arrays(kinds, part), shards_in(part)), asked))
        return made


@cache
def insert(table: Table) -> bytes:
    """Return the statement that adds many rows, given by column as they are stored."""
    names, source = ", ".join(name for name, _ in stored(table)), _unnest(stored(table))
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM {source}".encode()  # noqa: S608


@cache
def update(table: Table) -> tuple[bytes, Columns]:
    """Return the statement that changes many rows, and the columns that it is given; then their shards."""
    changing = tuple(each for each in table.columns if each[0] in table.mutable)
    taken = (*changing, *stored_key(table))
    changed = ", ".join(f"{name} = given.{name}" for name in table.mutable)
    names = ", ".join(name for name, _ in taken)
    source = f"{_unnest(taken)} AS given ({names})"
    sql = f"UPDATE {table.name} SET {changed} FROM {source} WHERE {_same(table)}"  # noqa: S608
    return sql.encode(), taken


def shards_in(rows: Iterable[Row]) -> str:
    """Return the shards of rows that have theirs last, each once, as PostgreSQL writes an array."""
    return array("bigint", sorted({row[-1] for row in rows}))


def columns(described: Columns, rows: Sequence[Row]) -> tuple[str, ...]:
    """Return rows column by column, each an array as PostgreSQL writes it."""
    return _arrays(tuple(kind for _, kind in described), rows)


def array(kind: str, values: Iterable[Any]) -> str:
    r"""Return an array as PostgreSQL writes it: one text is far cheaper to send than its parts.

    A text with quotes keeps them: {"say \"yes\"",NULL}.
    """
    if kind == "bigint":
        return "{" + ",".join(["NULL" if each is None else str(each) for each in values]) + "}"
    if kind == "bytea":
        parts = ["NULL" if each is None else f'"\\\\x{each.hex()}"' for each in values]
        return "{" + ",".join(parts) + "}"
    return "{" + ",".join(map(_text, values)) + "}"


def _text(value: str | None) -> str:
    if value is None:
        return "NULL"
    if '"' in value or "\\" in value:
        value = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{value}"'


def _arrays(kinds: Sequence[str], rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(map(array, kinds, zip(*rows, strict=True)))


def _all(of_each: Iterable[Iterable[Any]]) -> list[Any]:
    """Return what any of them needs, once, in order: the order in which rows are locked."""
    return sorted(set(chain.from_iterable(of_each)))


def _unnest(described: Columns) -> str:
    return "unnest(" + ", ".join(f"%s::{kind}[]" for _, kind in described) + ")"


@cache
def _by_key_sql(table: Table) -> bytes:
    key = stored_key(table)
    names = ", ".join(f"{table.name}.{name}" for name in table.names)
    given = f"{_unnest(key)} AS given ({', '.join(name for name, _ in key)})"
    sql = f"SELECT {names} FROM {given} JOIN {table.name} ON {_same(table)}"  # noqa: S608
    if table.mutable:
        order = ", ".join(f"{table.name}.{name}" for name in table.key)
        sql += f" ORDER BY {order} FOR UPDATE OF {table.name}"
    return sql.encode()


def _same(table: Table) -> str:
    """Return the condition that a row is one of those given, and of one of the shards named."""
    same = [f"{table.name}.{name} = given.{name}" for name, _ in stored_key(table)]
    if is_spread(table):
        same.append(f"{table.name}.shard = ANY (%s::bigint[])")
    return " AND ".join(same)


_OF_CARDS = (
    f"SELECT {', '.join(f'{ACCOUNTS.name}.{name}' for name in ACCOUNTS.names)}"  # noqa: S608
    " FROM unnest(%s::text[], %s::bigint[]) AS given (card, shard) JOIN accounts"
    " ON accounts.card = given.card AND accounts.shard = given.shard"
    " AND accounts.shard = ANY (%s::bigint[])"
).encode()
