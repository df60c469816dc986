"""The tables whose rows payments read and write by key, the same on every engine. Never holds a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any
from zlib import crc32

Row = tuple[Any, ...]
SHARDS = 4_096  # Far more than machines, so that shards move whole. Never changed: rows carry it.


def shard_of(owner: str) -> int:
    """Return the shard of a member, with all cards, or of a shop's terminal."""
    return crc32(owner.encode()) % SHARDS


def _picker(places: list[int]) -> Callable[[Row], Row]:
    """Return what picks a key out of a row; payments do little else so often."""
    if places == [0]:
        return lambda row: row[:1]
    if len(places) == 1:
        place = places[0]
        return lambda row: (row[place],)
    return itemgetter(*places)


def _always(_: Row) -> bool:
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table with a key.

    Attributes:
        columns: names and PostgreSQL's types, in the order of a row.
        key: what a row is asked for by.
        mutable: what may change in a row once it is there; none: rows are only added.
        by_key: rows are asked for by key; else they are only added.
        numbered: the first column is a number that the database gives.
        check: the database's own CHECK, for engines that write later than they answer.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    mutable: tuple[str, ...] = ()
    numbered: bool = False
    by_key: bool = True
    check: Callable[[Row], bool] = _always
    names: tuple[str, ...] = field(init=False)
    places: dict[str, int] = field(init=False)
    key_of: Callable[[Row], Row] = field(init=False)  # Returns a row's key.

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(name for name, _ in self.columns))
        object.__setattr__(self, "places", {n: i for i, n in enumerate(self.names)})
        object.__setattr__(self, "key_of", _picker([self.places[name] for name in self.key]))


def _columns(text: str, kinds: str) -> tuple[tuple[str, str], ...]:
    long = {"t": "text", "n": "bigint", "b": "bytea"}
    return tuple(zip(text.split(), (long[each] for each in kinds), strict=True))


ACCOUNTS = Table(
    "accounts",
    _columns("name card balance", "ttn"),
    key=("name",),
    mutable=("balance",),
    check=lambda row: row[2] >= 0,
)
CARDS = Table(
    "cards",
    _columns(
        "id pan_key status expires_on member last_online_atc offline_limit seen_limit seen_spent",
        "tbtttnnnn",
    ),
    key=("pan_key",),
    mutable=("last_online_atc", "offline_limit", "seen_limit", "seen_spent"),
)
CARD_ATCS = Table("card_atcs", _columns("card atc", "tn"), key=("card", "atc"))
CASHBACK_MONTHS = Table(
    "cashback_months",
    _columns("member month spend", "ttn"),
    key=("member", "month"),
    mutable=("spend",),
    check=lambda row: row[2] >= 0,
)
PAYMENTS = Table(
    "payments",
    _columns(
        "id body_hash answer reversed card posting month cashback_base member day shard earned_on",
        "tbtntntnttnt",
    ),
    key=("id",),
    mutable=("reversed",),
)
POSTINGS = Table(
    "postings",
    _columns("id day kind reference at shard", "nttttn"),
    key=("id",),
    numbered=True,
    by_key=False,
)
ENTRIES = Table(
    "entries",
    _columns("posting day line account amount shard", "ntntnn"),
    key=("posting", "line"),
    by_key=False,
)
RECORDS = Table(
    "records",
    _columns(
        "device incarnation sequence hash kind at body previous outcome",
        "nnntttttt",
    ),
    key=("device", "incarnation", "sequence"),
)
HEADS = Table(
    "heads",
    _columns("device incarnation sequence hash count", "nnntn"),
    key=("device", "incarnation"),
    mutable=("sequence", "hash", "count"),
)
SALES = Table(
    "sales",
    _columns(
        "id device day receipt_number total vat tenders training body_hash source",
        "tnttnntnbt",
    ),
    key=("id",),
    mutable=("body_hash", "source"),
)
POSTED_ONCE = Table(
    "posted_once", _columns("kind reference posting day", "ttnt"), key=("kind", "reference")
)
TENDERED = Table("tendered", _columns("payment sale mode", "ttt"), key=("payment",))

DEVICES = Table(
    "devices",
    _columns("device merchant enrolled_at revoked_at last_contact_at", "nnttt"),
    key=("device",),
    mutable=("last_contact_at",),
)
REQUESTS = Table(
    "request_nonces",
    _columns("created device nonce", "nnt"),
    key=("created", "device", "nonce"),
)

# In the order in which rows are locked and written, everywhere: so that no two servers wait for
# each other. Whoever changes a purse, a counter or a month holds the card's row.
TABLES = (
    DEVICES,
    REQUESTS,
    PAYMENTS,
    CARDS,
    ACCOUNTS,
    CASHBACK_MONTHS,
    CARD_ATCS,
    HEADS,
    RECORDS,
    SALES,
    TENDERED,
    POSTED_ONCE,
    POSTINGS,
    ENTRIES,
)


@dataclass(frozen=True, slots=True)
class Needs:
    """The rows that a job will ask for, as far as they are known before it runs.

    What is missing here is fetched when it is asked for; what is here too much costs a little.

    Attributes:
        payments: ids; the cards that they were paid by come along.
        cards: by the hash of the number; all their purses come along.
        counters: a card's hash and a transaction counter.
        months: a card's hash and a month of the cashback cap.
        records: device, incarnation, sequence; the heads come along.
        sales: ids.
        tendered: ids of payments that a sale may rest on.
        requests: when one was made, by which device, its nonce; the devices come along.
    """

    payments: tuple[str, ...] = ()
    cards: tuple[bytes, ...] = ()
    counters: tuple[tuple[bytes, int], ...] = ()
    months: tuple[tuple[bytes, str], ...] = ()
    records: tuple[tuple[int, int, int], ...] = ()
    sales: tuple[str, ...] = ()
    tendered: tuple[str, ...] = ()
    requests: tuple[tuple[int, int, str], ...] = ()
