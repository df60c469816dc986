"""Knows the shops' terminals by their token. Never keeps a token, nor lets it speak for another device."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger.policy.shop import Shop
from ledger.server import shops
from ledger.server.database import Tx
from ledger.server.judging import Merchant

DEVICE_DIGITS = 12
NO_DEVICE = -1  # Stands where no terminal has used the token yet.
_SWITCHES = ("no-voucher", "no-cashback")


@dataclass(frozen=True, slots=True)
class NewTerminal:
    """A token to be known.

    Attributes:
        device: the terminal it was given to; None binds it to the first one that uses it.
    """

    token_hash: bytes
    device: int | None = None
    eligible: bool = True
    earns_cashback: bool = True


def hash_token(token: str) -> bytes:
    """Return what the ledger keeps of a token: enough for a random 128 bits, no salt needed."""
    return hashlib.sha256(token.encode()).digest()


def read_terminals(text: str) -> tuple[NewTerminal, ...]:
    """Read tokens, one a line: `TOKEN [DEVICE] [no-voucher] [no-cashback]`; `#` begins a comment.

    Raises:
        ValueError: a line is not of this shape, or there is none; the text never holds a token.
    """
    lines = [line.split("#", 1)[0].split() for line in text.splitlines()]
    found = tuple(_read(words) for words in lines if words)
    if not found:
        raise ValueError("no token")
    return found


def _read(words: list[str]) -> NewTerminal:
    token, *rest = words
    switches = [each for each in rest if each in _SWITCHES]
    devices = [each for each in rest if each not in _SWITCHES]
    if len(devices) > 1 or any(len(each) != DEVICE_DIGITS for each in devices):
        raise ValueError("after the token: a device of 12 hex digits, no-voucher, no-cashback")
    return NewTerminal(
        token_hash=hash_token(token),
        device=int(devices[0], 16) if devices else None,
        eligible="no-voucher" not in switches,
        earns_cashback="no-cashback" not in switches,
    )


def enrol(tx: Tx, terminals: Iterable[NewTerminal]) -> None:
    """Make tokens known, or their switches current; a device once bound stays so."""
    for each in terminals:
        tx.execute(
            "INSERT INTO merchants (token_hash, device, eligible, earns_cashback)"
            " VALUES (?, ?, ?, ?) ON CONFLICT (token_hash) DO UPDATE SET"
            " device = coalesce(merchants.device, excluded.device), eligible = excluded.eligible,"
            " earns_cashback = excluded.earns_cashback",
            (each.token_hash, each.device, int(each.eligible), int(each.earns_cashback)),
        )


def bind(tx: Tx, merchant_id: int, device: int) -> int:
    """Bind a token to the first device that uses it; return whose it is now.

    Raises:
        ConstraintBroken: the device has a token of its own.
    """
    tx.execute(
        "UPDATE merchants SET device = ? WHERE id = ? AND device IS NULL", (device, merchant_id)
    )
    row = tx.row("SELECT device FROM merchants WHERE id = ?", (merchant_id,))
    assert row is not None
    return int(row[0])


def of_device(tx: Tx, device: int) -> Merchant | None:
    """Return the terminal with this number, or None."""
    row = tx.row(
        "SELECT id, device, eligible, earns_cashback FROM merchants WHERE device = ?", (device,)
    )
    if row is None:
        return None
    shop = shops.of_device(tx, device)
    return Merchant(row[0], row[1], bool(row[2]), bool(row[3]), shop)


class Directory:
    """All terminals, in memory; loaded at the start."""

    def __init__(self, tx: Tx) -> None:
        rows = tx.execute("SELECT token_hash, id, device, eligible, earns_cashback FROM merchants")
        self._shops = shops.all_devices(tx)
        self._known = [
            (
                bytes(token_hash),
                self._placed(
                    Merchant(number, NO_DEVICE if device is None else device, bool(yes), bool(back))
                ),
            )
            for token_hash, number, device, yes, back in rows
        ]

    def find(self, token: str) -> Merchant | None:
        """Return whose token this is, or None; takes as long for a wrong one as for a right one."""
        given = hash_token(token)
        found: Merchant | None = None
        for token_hash, merchant in self._known:
            if hmac.compare_digest(token_hash, given):
                found = merchant
        return found

    def bound(self, merchant: Merchant, device: int) -> Merchant:
        """Note that a token is bound now, and return its terminal."""
        now = self._placed(replace(merchant, device=device))
        self._known = [(key, now if each.id == now.id else each) for key, each in self._known]
        return now

    def _placed(self, merchant: Merchant) -> Merchant:
        alone = Shop(f"{merchant.device:012x}")
        return replace(merchant, shop=self._shops.get(merchant.device, alone))
