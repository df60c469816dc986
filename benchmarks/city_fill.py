"""Fills a PostgreSQL ledger with a city's cards and shops, in the shapes that the rules themselves write.

One card is opened by the real code; all others are copies of its rows under other names, loaded by COPY.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.server import accounts, merchants
from ledger.server.cards import NO_ATC, NewCard, open_card
from ledger.server.devices import enrol
from ledger.server.postgres.homes import stored
from ledger.server.tables import ACCOUNTS, CARD_COUNTERS, ENTRIES, POSTINGS, Row, Table, shard_of
from ledger.server.writer import Writer
from pos.domain.tender import Purse
from pos.domain.won import Won
from tests.ledger.plain_cards import PlainOpener

FIRST_DEVICE = 0x0001_0000_0000
PURSES = {Purse.POLICY: Won(50_000), Purse.CHARGED: Won(5_000_000)}
OFFLINE = Won(100_000)
_CARDS = (
    "id",
    "pan_key",
    "masked_pan",
    "label",
    "expires_on",
    "status",
    "member",
    "hot_ref",
)


@dataclass(frozen=True)
class City:
    """How much of a city a database holds; each shop has one terminal, each card so many times its purses."""

    cards: int
    shops: int
    purses: int = 1


def pan(number: int) -> str:
    """Return a card's number."""
    return f"62909911{number:08d}"


def key(shop: int) -> Ed25519PrivateKey:
    """Return the key of a shop's terminal."""
    seed = hashlib.sha256(f"terminal {shop}".encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def fill(url: str, city: City) -> None:
    """Make the tables and fill them."""
    now = datetime.now(UTC)
    writer = Writer(url)
    held = {purse: Won(won.amount * city.purses) for purse, won in PURSES.items()}
    first = NewCard("c0", "", pan(0), date(2031, 12, 31), "active", "m0", OFFLINE, held)
    opener = PlainOpener()
    writer.run_now(lambda tx: open_card(tx, first, opener.pan_key(first.pan), "", now))
    device = FIRST_DEVICE + 1
    public = key(1).public_key().public_bytes_raw()
    writer.run_now(lambda tx: enrol(tx, merchants.add(tx, "shop 1"), device, public, now))
    writer.close()
    with psycopg.connect(url, autocommit=True) as db:
        _copy_cards(db, city.cards)
        _copy_shops(db, city.shops, now)
        db.execute("VACUUM (ANALYZE)")


def _copy_cards(db: psycopg.Connection[Any], count: int) -> None:
    """Copy the first card's rows, card after card; its name is in some, its shard in all."""
    opener = PlainOpener()
    postings = _rows(db, POSTINGS)
    entries = _rows(db, ENTRIES)
    purses = _rows(db, ACCOUNTS)
    day = postings[0][1]
    suffix = day.replace("-", "")
    template = next(iter(db.execute(f"SELECT {', '.join(_CARDS)} FROM cards".encode())))

    def cards() -> Iterator[Row]:
        for number in range(1, count):
            number_of = pan(number)
            row = (f"c{number}", opener.pan_key(number_of), template[2], *template[3:6])
            yield (*row, f"m{number}", template[7])

    def of_each(rows: Sequence[Row], *named: int) -> Iterator[Row]:
        """Give the rows of every card: another number, name and shard."""
        for number in range(1, count):
            shard = shard_of(f"m{number}")
            for row in rows:
                cells = list(row)
                for place in named:
                    cells[place] = str(cells[place]).replace("c0", f"c{number}")
                cells[-1] = shard
                yield tuple(cells)

    def numbered(rows: Iterator[Row], each: int) -> Iterator[Row]:
        for at, row in enumerate(rows):
            yield (row[0] + len(postings) * (1 + at // each), *row[1:])

    _copy(db, "cards", _CARDS, cards())
    counters = (
        (f"c{number}", NO_ATC, 0, 0, 0, shard_of(f"m{number}")) for number in range(1, count)
    )
    _copy(db, "card_counters", _names(CARD_COUNTERS), counters)
    _copy(db, "accounts", _names(ACCOUNTS), of_each(purses, 0, 1))
    made = numbered(of_each(postings, 3), len(postings))
    _copy(db, f"postings_{suffix}", _names(POSTINGS), made)
    lines = numbered(of_each(entries, 3), len(entries))
    _copy(db, f"entries_{suffix}", _names(ENTRIES), lines)
    last = f"SELECT setval('posting_numbers', max(id) + 1000) FROM postings_{suffix}"
    db.execute(last.encode())


def _copy_shops(db: psycopg.Connection[Any], count: int, now: datetime) -> None:
    at = now.isoformat()
    shops = range(2, count + 1)
    _copy(
        db,
        "merchants",
        ("id", "name", "eligible", "earns_cashback"),
        ((number, f"shop {number}", 1, 1) for number in shops),
    )
    devices = ((FIRST_DEVICE + number, number, at) for number in shops)
    _copy(db, "devices", ("device", "merchant", "enrolled_at"), devices)
    keys = (
        (FIRST_DEVICE + number, key(number).public_key().public_bytes_raw(), at) for number in shops
    )
    _copy(db, "device_keys", ("device", "public_key", "first_seen"), keys)
    for name in ("merchants", "device_keys"):
        db.execute(f"SELECT setval('{name}_id_seq', max(id)) FROM {name}".encode())


def _names(table: Table) -> tuple[str, ...]:
    return tuple(name for name, _ in stored(table))


def _rows(db: psycopg.Connection[Any], table: Table) -> list[Row]:
    """Return the rows of the first card's opening, each with its shard last."""
    assert _names(table)[-1] == "shard"
    key_of = ", ".join(table.key)
    sql = f"SELECT {', '.join(_names(table))} FROM {table.name} ORDER BY {key_of}"
    return db.execute(sql.encode()).fetchall()


def _copy(
    db: psycopg.Connection[Any], table: str, names: Sequence[str], rows: Iterator[Row]
) -> None:
    sql = f"COPY {table} ({', '.join(names)}) FROM STDIN"
    with db.cursor() as cursor, cursor.copy(sql.encode()) as copy:
        for row in rows:
            copy.write_row(row)


def purse(card: int) -> str:
    """Return the account that a card pays from."""
    return accounts.purse(f"c{card}", Purse.CHARGED)
