"""Says in few statements what a whole group reads and writes. Never sends anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from ledger.server import accounts
from ledger.server.tables import (
    ACCOUNTS,
    CARD_ATCS,
    CARDS,
    CASHBACK_MONTHS,
    DEVICES,
    HEADS,
    PAYMENTS,
    RECORDS,
    REQUESTS,
    SALES,
    TENDERED,
    Needs,
    Row,
    Table,
)

NUMBERS_A_GROUP = 256  # One posting a job, as a rule; should that not do, more are fetched.

Columns = tuple[tuple[str, str], ...]


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


def fetches(needs: Sequence[Needs]) -> list[Fetch]:
    """Return what reads, and locks in one order, all that a group needs; what nobody needs is left out."""
    payments = _all(each.payments for each in needs)
    cards = _all(each.cards for each in needs)
    made: list[Fetch] = []
    if requests := _all(each.requests for each in needs):
        made.append(_by_key(DEVICES, sorted({each[1:2] for each in requests})))
        made.append(_by_key(REQUESTS, requests))
    if payments:
        made.append(_by_key(PAYMENTS, [(each,) for each in payments]))
    if payments or cards:
        both = (array("bytea", cards), array("text", payments))
        made += [Fetch(CARDS, _CARDS, both), Fetch(ACCOUNTS, _ACCOUNTS, both)]
    if months := _all(each.months for each in needs):
        made.append(Fetch(CASHBACK_MONTHS, _MONTHS, _arrays(("bytea", "text"), months)))
    if counters := _all(each.counters for each in needs):
        made.append(Fetch(CARD_ATCS, _COUNTERS, _arrays(("bytea", "bigint"), counters)))
    if records := _all(each.records for each in needs):
        made.append(_by_key(HEADS, sorted({each[:2] for each in records})))
        made.append(_by_key(RECORDS, records))
    if sales := _all(each.sales for each in needs):
        made.append(_by_key(SALES, [(each,) for each in sales]))
    if tendered := _all(each.tendered for each in needs):
        made.append(_by_key(TENDERED, [(each,) for each in tendered]))
    return made


def note_absent(rows: dict[Table, dict[Row, Row | None]], needs: Sequence[Needs | None]) -> None:
    """Note which rows are not there, for those whose keys only the cards that were found tell."""
    found = rows[CARDS]
    for card in list(found.values()):
        if card is not None:
            for name in (*accounts.purses(card[0]).values(), accounts.offline_reserve(card[0])):
                rows[ACCOUNTS].setdefault((name,), None)
    for each in needs:
        if each is None:
            continue
        for key in each.cards:
            found.setdefault((key,), None)
        for key, month in each.months:
            if (card := found.get((key,))) is not None:
                rows[CASHBACK_MONTHS].setdefault((card[4], month), None)
        for key, atc in each.counters:
            if (card := found.get((key,))) is not None:
                rows[CARD_ATCS].setdefault((card[0], atc), None)


@cache
def insert(table: Table) -> bytes:
    """Return the statement that adds many rows, given by column."""
    names, source = ", ".join(table.names), _unnest(table.columns)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM {source}".encode()  # noqa: S608


@cache
def update(table: Table) -> tuple[bytes, Columns]:
    """Return the statement that changes many rows, and the columns that it is given."""
    taken = tuple(each for each in table.columns if each[0] in (*table.key, *table.mutable))
    changed = ", ".join(f"{name} = given.{name}" for name in table.mutable)
    where = " AND ".join(f"{table.name}.{name} = given.{name}" for name in table.key)
    names = ", ".join(name for name, _ in taken)
    source = f"{_unnest(taken)} AS given ({names})"
    sql = f"UPDATE {table.name} SET {changed} FROM {source} WHERE {where}"  # noqa: S608
    return sql.encode(), taken


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
    key = tuple(each for each in table.columns if each[0] in table.key)
    names = ", ".join(f"{table.name}.{name}" for name in table.names)
    on = " AND ".join(f"{table.name}.{name} = given.{name}" for name in table.key)
    given = f"{_unnest(key)} AS given ({', '.join(table.key)})"
    sql = f"SELECT {names} FROM {given} JOIN {table.name} ON {on}"  # noqa: S608
    if table.mutable:
        order = ", ".join(f"{table.name}.{name}" for name in table.key)
        sql += f" ORDER BY {order} FOR UPDATE OF {table.name}"
    return sql.encode()


def _by_key(table: Table, keys: Sequence[Row]) -> Fetch:
    kinds = [kind for name, kind in table.columns if name in table.key]
    return Fetch(table, _by_key_sql(table), _arrays(kinds, keys), tuple(keys))


# Of the cards that are asked for by their number's hash, or by a payment that they paid.
_CHOSEN = (
    "(SELECT id, pan_key, member FROM cards WHERE pan_key = ANY (%s::bytea[]) UNION"
    " SELECT c.id, c.pan_key, c.member FROM payments p JOIN cards c ON c.id = p.card"
    " WHERE p.id = ANY (%s::text[]))"
)
_GIVEN_MONTHS = "unnest(%s::bytea[], %s::text[]) AS given (pan_key, month)"
_GIVEN_COUNTERS = "unnest(%s::bytea[], %s::bigint[]) AS given (pan_key, atc)"


def _select(table: Table, rest: str) -> bytes:
    names = ", ".join(f"{table.name}.{name}" for name in table.names)
    return f"SELECT {names} FROM {rest}".encode()  # noqa: S608


_CARDS = _select(
    CARDS, f"{_CHOSEN} AS chosen JOIN cards USING (id) ORDER BY cards.id FOR UPDATE OF cards"
)
# These hang on the card's row, which is held by now.
_ACCOUNTS = _select(ACCOUNTS, f"{_CHOSEN} AS chosen JOIN accounts ON accounts.card = chosen.id")
_COUNTERS = _select(
    CARD_ATCS,
    f"{_GIVEN_COUNTERS} JOIN cards USING (pan_key)"
    " JOIN card_atcs ON card_atcs.card = cards.id AND card_atcs.atc = given.atc",
)
# These belong to the member, who may have several cards.
_MONTHS = _select(
    CASHBACK_MONTHS,
    f"{_GIVEN_MONTHS} JOIN cards USING (pan_key) JOIN cashback_months"
    " ON cashback_months.member = cards.member AND cashback_months.month = given.month"
    " ORDER BY cashback_months.member, cashback_months.month FOR UPDATE OF cashback_months",
)
