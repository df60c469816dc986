"""Knows where rows live: the shard of a card, the server of a shard. Never holds money."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TypeVar

from ledger.server.postgres.connection import Connection
from ledger.server.tables import SHARDS, TABLES, Home, Row, Table, shard_of, till_of

CARDS_KEPT = 200_000  # In memory, about 60 MB; more are asked for anew.

T = TypeVar("T")
Columns = tuple[tuple[str, str], ...]

# By the terminal that made an id: of what kind it is, which shard has the row, and whose card paid.
DIRECTORY = Table(
    "directory",
    (("kind", "text"), ("id", "text"), ("home", "bigint"), ("card", "text")),
    key=("kind", "id"),
    home=Home.OWNER,
    owner=lambda key: till_of(key[1]),
)
ALL = (DIRECTORY, *TABLES)


class Homes:
    """What a server process remembers of where rows live.

    Attributes:
        places: the server of each shard. A statement names rows of one place only, so that whoever
            stands before the servers can hand it to one of them.
    """

    def __init__(self) -> None:
        self.places: Sequence[int] = (0,) * SHARDS
        self._one_place = True
        self._cards: dict[bytes, tuple[str, str]] = {}
        self._shards: dict[str, int] = {}

    def read(self, connection: Connection) -> None:
        """Read which servers have which shards; where nothing is said, one has them all."""
        places = [0] * SHARDS
        for shard, place in connection.execute("SELECT shard, place FROM shard_places"):
            places[shard] = place
        self.places = places
        self._one_place = len(set(places)) == 1

    def learn(self, pan_key: bytes, card: str, member: str) -> None:
        """Remember whose card this is; that never changes."""
        if len(self._cards) >= CARDS_KEPT:
            self._cards.clear()
            self._shards.clear()
        self._cards[pan_key] = (card, member)
        self._shards[card] = shard_of(member)

    def forget(self) -> None:
        """Forget all cards: some may have been opened in a transaction that came to nothing."""
        self._cards.clear()
        self._shards.clear()

    def card(self, pan_key: bytes) -> tuple[str, str] | None:
        """Return a card and its member, if they are remembered."""
        return self._cards.get(pan_key)

    def shard_of_card(self, card: str) -> int | None:
        """Return a card's shard, if it is remembered."""
        return self._shards.get(card)

    def by_place(self, rows: Iterable[T], shard: Callable[[T], int]) -> Iterator[list[T]]:
        """Give rows, in their order, by the server that has them."""
        if self._one_place:
            if all_rows := list(rows):
                yield all_rows
            return
        parts: dict[int, list[T]] = {}
        for row in rows:
            parts.setdefault(self.places[shard(row)], []).append(row)
        for place in sorted(parts):
            yield parts[place]


@cache
def is_spread(table: Table) -> bool:
    """Tell whether a table's rows live with their shards."""
    return table.home is not Home.EVERYWHERE


@cache
def stored(table: Table) -> Columns:
    """Return a table's columns as they are stored: where rows have a shard, with it."""
    if not is_spread(table) or "shard" in table.places:
        return table.columns
    return (*table.columns, ("shard", "bigint"))


@cache
def stored_key(table: Table) -> Columns:
    """Return the columns that name a row, its shard at the end."""
    key = tuple(next(each for each in table.columns if each[0] == name) for name in table.key)
    return (*key, ("shard", "bigint")) if is_spread(table) else key


def stored_row(table: Table, row: Row, shard: int | None) -> Row:
    """Return a row as it is stored."""
    return row if shard is None or "shard" in table.places else (*row, shard)
