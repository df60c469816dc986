"""The tables whose rows payments read and write by key, the same on every engine. Never holds a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from operator import itemgetter
from typing import Any
from zlib import crc32

from ledger.server import accounts

Row = tuple[Any, ...]
SHARDS = 4_096  # Far more than machines, so that shards move whole. Never changed: rows carry it.


def shard_of(owner: str) -> int:
    """Return the shard of a member, with all cards, or of a shop's terminal."""
    return crc32(owner.encode()) % SHARDS


def till_of(text: str) -> str:
    """Return the terminal in a payment's, sale's or refund's id: that of its shard."""
    return text[:12]


class Home(Enum):
    """What tells the shard of a row, for engines that spread rows over servers."""

    EVERYWHERE = "everywhere"
    """Nothing: there are few such rows, they hardly change, and every server has them all."""
    OWNER = "owner"
    """Whom its key names: a member, a terminal."""
    CARD = "card"
    """The member of the card that its key names."""
    ID = "id"
    """A directory, by the terminal in its id: a payment's own shard is its card's."""
    ROW = "row"
    """A column of its own; such rows are not asked for by key."""


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


def _first(key: Row) -> str:
    return str(key[0])


def _last(key: Row) -> str:
    return str(key[-1])


def _till_of_id(key: Row) -> str:
    return till_of(key[0])


def _till(key: Row) -> str:
    return f"{key[0]:012x}"


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
        home: what tells a row's shard.
        owner: returns whom or what a key names, for `home`.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    mutable: tuple[str, ...] = ()
    numbered: bool = False
    by_key: bool = True
    check: Callable[[Row], bool] = _always
    home: Home = Home.EVERYWHERE
    owner: Callable[[Row], str] = _first
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
    home=Home.CARD,
    owner=lambda key: accounts.card_of(key[0]),
)
CARDS = Table(
    "cards",
    _columns("id pan_key status expires_on member", "tbttt"),
    key=("pan_key",),
)
CARD_COUNTERS = Table(
    "card_counters",
    _columns("card last_online_atc offline_limit seen_limit seen_spent", "tnnnn"),
    key=("card",),
    mutable=("last_online_atc", "offline_limit", "seen_limit", "seen_spent"),
    home=Home.CARD,
)
CARD_ATCS = Table("card_atcs", _columns("card atc", "tn"), key=("card", "atc"), home=Home.CARD)
CASHBACK_MONTHS = Table(
    "cashback_months",
    _columns("member month spend", "ttn"),
    key=("member", "month"),
    mutable=("spend",),
    check=lambda row: row[2] >= 0,
    home=Home.OWNER,
)
PAYMENTS = Table(
    "payments",
    _columns(
        "id body_hash answer reversed card posting month cashback_base member day shard earned_on",
        "tbtntntnttnt",
    ),
    key=("id",),
    mutable=("reversed",),
    home=Home.ID,
)
CARD_REFUNDS = Table(
    "card_refunds",
    _columns(
        "id payment sale amount body_hash answer posting cashback cashback_base fee fee_support"
        " refund district_cashback merchant_funded day",
        "tttnbtnnnnntnnt",
    ),
    key=("id",),
    mutable=("refund",),
    home=Home.ID,
)
COUPONS = Table(
    "coupons",
    _columns("id kind card payment", "tttt"),
    key=("id", "card"),
    mutable=("payment",),
    home=Home.CARD,
    owner=_last,
)
GRANTS = Table(
    "grants",
    _columns("programme card", "tt"),
    key=("programme", "card"),
    home=Home.CARD,
    owner=_last,
)
COUNTER_CONFLICTS = Table(
    "counter_conflicts",
    _columns("payment card reused amount at", "ttnnt"),
    key=("payment", "card"),
    home=Home.CARD,
    owner=_last,
)
POSTINGS = Table(
    "postings",
    _columns("id day kind reference at shard", "nttttn"),
    key=("id",),
    numbered=True,
    by_key=False,
    home=Home.ROW,
)
ENTRIES = Table(
    "entries",
    _columns("posting day line account amount shard", "ntntnn"),
    key=("posting", "line"),
    by_key=False,
    home=Home.ROW,
)
RECORDS = Table(
    "records",
    _columns(
        "device incarnation sequence hash kind at body previous outcome",
        "nnntttttt",
    ),
    key=("device", "incarnation", "sequence"),
    home=Home.OWNER,
    owner=_till,
)
HEADS = Table(
    "heads",
    _columns("device incarnation sequence hash count", "nnntn"),
    key=("device", "incarnation"),
    mutable=("sequence", "hash", "count"),
    home=Home.OWNER,
    owner=_till,
)
SALES = Table(
    "sales",
    _columns(
        "id device day receipt_number total vat tenders training body_hash source",
        "tnttnntnbt",
    ),
    key=("id",),
    mutable=("body_hash", "source"),
    home=Home.OWNER,
    owner=_till_of_id,
)
REFUNDS = Table(
    "refunds",
    _columns(
        "id sale device day receipt_number kind total vat returns body_hash",
        "ttntttnntb",
    ),
    key=("id",),
    home=Home.OWNER,
    owner=_till_of_id,
)
POSTED_ONCE = Table(
    "posted_once",
    _columns("kind reference posting day", "ttnt"),
    key=("kind", "reference"),
    home=Home.OWNER,
    owner=_last,
)
TENDERED = Table(
    "tendered",
    _columns("payment sale mode", "ttt"),
    key=("payment",),
    home=Home.OWNER,
    owner=_till_of_id,
)
CONTACTS = Table(
    "device_contacts",
    _columns("device at", "nt"),
    key=("device",),
    mutable=("at",),
    home=Home.OWNER,
    owner=_till,
)
REQUESTS = Table(
    "request_nonces",
    _columns("device created nonce", "nnt"),
    key=("device", "created", "nonce"),
    home=Home.OWNER,
    owner=_till,
)

# In the order in which rows are locked and written, everywhere: so that no two servers wait for
# each other. Whoever changes a purse, a counter or a month holds the card's counters.
TABLES = (
    CONTACTS,
    REQUESTS,
    HEADS,
    RECORDS,
    SALES,
    REFUNDS,
    TENDERED,
    CARDS,
    CARD_COUNTERS,
    ACCOUNTS,
    CASHBACK_MONTHS,
    CARD_ATCS,
    COUPONS,
    GRANTS,
    COUNTER_CONFLICTS,
    PAYMENTS,
    CARD_REFUNDS,
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
        refunds: ids of what is given back.
        tendered: ids of payments that a sale may rest on.
        requests: which device made one, when, its nonce; its last contact comes along.
    """

    payments: tuple[str, ...] = ()
    cards: tuple[bytes, ...] = ()
    counters: tuple[tuple[bytes, int], ...] = ()
    months: tuple[tuple[bytes, str], ...] = ()
    records: tuple[tuple[int, int, int], ...] = ()
    sales: tuple[str, ...] = ()
    refunds: tuple[str, ...] = ()
    tendered: tuple[str, ...] = ()
    requests: tuple[tuple[int, int, str], ...] = ()
