"""Knows the cards by a keyed hash of their number. Never keeps or shows a number itself."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from ledger.server import books
from ledger.server.database import Tx
from ledger.server.offline_amount import Holds, SetAside
from ledger.server.rules import opening
from ledger.server.tables import CARD_ATCS, CARD_COUNTERS, CARDS, shard_of
from pos.domain.card import Cryptogram, mask_pan
from pos.domain.tender import Purse
from pos.domain.won import Won

ACTIVE, BLOCKED = "active", "blocked"
NO_ATC = -1  # Of a card that was never used online: any counter is higher.
STATUSES = (ACTIVE, BLOCKED)
HOT_REF_BYTES = 16
ForCard = Callable[[Won | None], str]
"""Returns what an approved card is told, hex: a new offline limit, or none."""


class SealBroken(Exception):
    """What was sealed can't be opened, or was sealed for another payment."""


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What a sealed card says, once it is opened; the number is already hashed away.

    Attributes:
        amount: what the card signed.
        cryptogram_right: the card's own key made the cryptogram over these data.
        holds: what it says of its offline amount, checked; None: nothing.
        for_card: makes its answer; None where none can be made.
    """

    pan_key: bytes
    atc: int
    cryptogram: Cryptogram
    amount: Won
    cryptogram_right: bool
    holds: Holds | None = None
    for_card: ForCard | None = field(default=None, repr=False, compare=False)


class CardOpener(Protocol):
    """Opens sealed cards with the ledger's keys."""

    def open(self, sealed: str, payment_id_hex: str) -> CardFacts:
        """Open what was sealed for this payment.

        Raises:
            SealBroken: it was not sealed to this ledger, for this payment, or was changed.
        """
        ...

    def pan_key(self, pan: str) -> bytes:
        """Return the keyed hash that a card number is known by."""
        ...

    def hot_ref(self, pan: str) -> str:
        """Return what terminals know the card by when it is stopped, 32 hex digits."""
        ...


def hash_pan(key: bytes, pan: str) -> bytes:
    """Return HMAC-SHA-256 of a card number: without the key, trying all numbers gives nothing."""
    return hmac.digest(key, pan.encode(), "sha256")


def hot_ref(key: bytes, pan: str) -> str:
    """Return what a terminal's card driver, too, can make of a number: 32 hex digits."""
    return hmac.digest(key, pan.encode(), "sha256")[:HOT_REF_BYTES].hex()


@dataclass(frozen=True, slots=True)
class Card:
    """A card as the ledger knows it.

    Attributes:
        pan_key: the keyed hash of its number.
        status: `active` or `blocked`.
        member: whose monthly cashback cap counts.
        set_aside: for what it approves by itself.
    """

    id: str
    pan_key: bytes
    status: str
    expires_on: date
    member: str
    last_online_atc: int
    set_aside: SetAside = SetAside()


@dataclass(frozen=True, slots=True, repr=False)
class NewCard:
    """A card to be opened. Its repr shows nothing, for it holds the number."""

    id: str
    label: str
    pan: str
    expires_on: date
    status: str
    member: str
    offline_limit: Won
    purses: Mapping[Purse, Won]


def find(tx: Tx, pan_key: bytes) -> Card | None:
    """Return the card with this hash, or None."""
    row = tx.get(CARDS, pan_key)
    if row is None:
        return None
    counters = tx.get(CARD_COUNTERS, row[0])
    assert counters is not None
    _, atc, limit, seen_limit, seen_spent = counters
    name, key, status, expires_on, member = row
    aside = SetAside(Won(limit), Holds(Won(seen_limit), Won(seen_spent)))
    return Card(name, key, status, date.fromisoformat(expires_on), member, atc, aside)


def by_id(tx: Tx, card: str) -> Card | None:
    """Return the card of this name, or None. Its counters are held: nobody else changes its purses."""
    row = tx.row("SELECT pan_key FROM cards WHERE id = ?", (card,))
    return None if row is None else find(tx, bytes(row[0]))


def masked_pan(tx: Tx, card: str) -> str:
    """Return a card's number as people may see it."""
    row = tx.row("SELECT masked_pan FROM cards WHERE id = ?", (card,))
    return "" if row is None else str(row[0])


def use_atc(tx: Tx, card: Card, atc: int, *, online: bool) -> bool:
    """Take a transaction counter for used; False if it is a replay (EMV Book 2, 8.1.2).

    Online, counters only rise. An advice comes later than what it tells of, so there each
    counter must merely be new.
    """
    if online and atc <= card.last_online_atc:
        return False
    if tx.get(CARD_ATCS, card.id, atc) is not None:
        return False
    tx.put(CARD_ATCS, (card.id, atc))
    if online:
        tx.set(CARD_COUNTERS, (card.id,), last_online_atc=atc)
    return True


def open_card(tx: Tx, new: NewCard, pan_key: bytes, hot_ref: str, at: datetime) -> bool:
    """Open a card with its first balances; False, and nothing changes, if it is known.

    Raises:
        ValueError: it promises more offline than it holds, or its number is none.
    """
    if tx.row("SELECT 1 FROM cards WHERE id = ? OR pan_key = ?", (new.id, pan_key)) is not None:
        return False
    tx.execute(
        "INSERT INTO cards (id, pan_key, masked_pan, label, expires_on, status, member, hot_ref)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id,
            pan_key,
            mask_pan(new.pan),
            new.label,
            new.expires_on.isoformat(),
            new.status,
            new.member,
            hot_ref,
        ),
    )
    tx.put(CARD_COUNTERS, (new.id, NO_ATC, new.offline_limit.amount, 0, 0))
    for posting in opening(new.id, new.purses, new.offline_limit):
        books.post(tx, posting, at, shard_of(new.member))
    return True
