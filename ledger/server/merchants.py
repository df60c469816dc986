"""Knows the shops and whose terminal is whose. Never decides whether a request comes from one."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.server import shops
from ledger.server.database import Tx
from ledger.server.judging import Merchant

NAME_CHARS_MAX = 80


@dataclass(frozen=True, slots=True)
class Listed:
    """A merchant as its operator sees it."""

    id: int
    name: str
    eligible: bool
    earns_cashback: bool


def add(tx: Tx, name: str, *, eligible: bool = True, earns_cashback: bool = True) -> int:
    """Make a merchant known; return its number.

    Raises:
        ValueError: the name is empty, too long, or has characters that no line of text has.
    """
    name = name.strip()
    if not name or len(name) > NAME_CHARS_MAX or not name.isprintable():
        raise ValueError(f"a merchant's name has 1 to {NAME_CHARS_MAX} printable characters")
    row = tx.row(
        "INSERT INTO merchants (name, eligible, earns_cashback) VALUES (?, ?, ?) RETURNING id",
        (name, int(eligible), int(earns_cashback)),
    )
    assert row is not None
    return int(row[0])


def shop(tx: Tx, merchant: int) -> Listed | None:
    """Return a merchant, or None."""
    row = tx.row(
        "SELECT id, name, eligible, earns_cashback FROM merchants WHERE id = ?", (merchant,)
    )
    return None if row is None else Listed(row[0], row[1], bool(row[2]), bool(row[3]))


def all_shops(tx: Tx) -> list[Listed]:
    """Return all merchants, by number."""
    rows = tx.execute("SELECT id, name, eligible, earns_cashback FROM merchants ORDER BY id")
    return [Listed(number, name, bool(yes), bool(back)) for number, name, yes, back in rows]


def of_device(tx: Tx, device: int) -> Merchant | None:
    """Return the terminal with this number, or None; one that was revoked is still whose it was."""
    row = tx.row(
        "SELECT merchants.id, devices.device, eligible, earns_cashback FROM devices"
        " JOIN merchants ON merchants.id = devices.merchant WHERE devices.device = ?",
        (device,),
    )
    if row is None:
        return None
    place = shops.of_device(tx, device)
    return Merchant(row[0], row[1], bool(row[2]), bool(row[3]), place)
