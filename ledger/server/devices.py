"""Enrols terminals by one-use codes and revokes them. Never keeps a code, only its hash.

A code has 80 random bits: with its hash alone it can't be found, and guessing at the door is hopeless,
so neither salt nor a count of attempts is needed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.server import device_keys, merchants, shops
from ledger.server.database import Tx
from ledger.server.device_keys import KeyState
from ledger.server.judging import Merchant
from ledger.server.problems import Refused
from ledger.server.tables import Row
from pos.domain.codec import encode
from pos.domain.identifiers import DEVICE_BITS

CODE_CHARS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32: no I, L, O, U.
CODE_LENGTH, CODE_GROUP = 16, 4
CODE_GOOD_FOR = timedelta(hours=24)
CODE_GOOD_FOR_MAX = timedelta(days=14)
TERMINAL_BITS = 16  # Of a number given out here; the merchant's number stands before it.
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code as it is told to the technician, once.

    Attributes:
        device: the number that whoever uses it will have.
    """

    text: str
    device: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who a terminal is from now on."""

    device: int
    merchant: str


def new_code(
    tx: Tx,
    merchant: int,
    at: datetime,
    *,
    device: int | None = None,
    good_for: timedelta = CODE_GOOD_FOR,
) -> NewCode:
    """Make a code for a merchant's next terminal, or for one that it has.

    Args:
        tx: the transaction.
        merchant: whose terminal it is to be.
        at: the ledger's time.
        device: the number of a terminal to be enrolled anew; a number that nobody has is given out.
        good_for: how long.

    Raises:
        LookupError: there is no such merchant.
        ValueError: the device is another merchant's or no number, or the code would be good too long.
    """
    # Written, so that no other server gives the same number out meanwhile.
    if not tx.change("UPDATE merchants SET name = name WHERE id = ?", (merchant,)):
        raise LookupError(f"merchant {merchant}")
    if not timedelta(0) < good_for <= CODE_GOOD_FOR_MAX:
        raise ValueError(f"a code is good for at most {CODE_GOOD_FOR_MAX.days} days")
    if device is None:
        device = _free_number(tx, merchant)
    else:
        _claim(tx, merchant, device)
    text = "".join(secrets.choice(CODE_CHARS) for _ in range(CODE_LENGTH))
    expires_at = at + good_for
    tx.execute(
        "INSERT INTO enrolment_codes (code_hash, merchant, device, expires_at) VALUES (?, ?, ?, ?)",
        (_hash(text), merchant, device, encode(expires_at)),
    )
    groups = [text[n : n + CODE_GROUP] for n in range(0, CODE_LENGTH, CODE_GROUP)]
    return NewCode("-".join(groups), device, expires_at)


def redeem(tx: Tx, code: str, key: bytes, held: int | None, at: datetime) -> Enrolled:
    """Enrol a key by a code; the key that used it before is told the same again.

    Args:
        tx: the transaction.
        code: as typed.
        key: the terminal's, which has signed this request.
        held: the number under which the terminal has records already.
        at: the ledger's time.

    Raises:
        Refused: the code is unknown, used, expired or for another device, or the key was revoked;
            nothing was used up.
    """
    code_hash = _hash(code)
    row = tx.row(
        "SELECT merchant, device, expires_at, used_by FROM enrolment_codes WHERE code_hash = ?",
        (code_hash,),
    )
    if row is None:
        raise Refused("code_unknown")
    merchant, device, expires_at, used_by = row
    state = device_keys.state_of(tx, device, key)
    if used_by is not None and (bytes(used_by) != key or state is not KeyState.ACTIVE):
        raise Refused("code_used")
    if held is not None and held != device:
        raise Refused("code_of_other_device", f"{device:012x}")
    if used_by is None:
        if datetime.fromisoformat(expires_at) <= at:
            raise Refused("code_expired")
        if state is KeyState.REVOKED or _speaks_for_another(tx, device, key):
            raise Refused("key_revoked" if state is KeyState.REVOKED else "key_of_other_device")
        sql = "UPDATE enrolment_codes SET used_by = ? WHERE code_hash = ? AND used_by IS NULL"
        if not tx.change(sql, (key, code_hash)):  # By another server, since it was read.
            raise Refused("code_used")
        _enrol(tx, merchant, device, key, at)
    shop = merchants.shop(tx, merchant)
    assert shop is not None
    return Enrolled(device, shop.name)


# In one go, for every request asks: terminals, their keys, their shops with all that was said of them.
_ADMITTED = (
    "SELECT d.device, k.public_key, d.revoked_at, k.state, m.id, m.eligible, m.earns_cashback,"  # noqa: S608
    f" s.shop, {shops.COLUMNS} FROM devices d JOIN merchants m ON m.id = d.merchant"
    " LEFT JOIN device_keys k ON k.device = d.device"
    " LEFT JOIN shop_devices s ON s.device = d.device LEFT JOIN shop_facts f ON f.shop = s.shop"
    " WHERE d.device IN ({marks}) ORDER BY valid_from, known_from"
)


def admit(tx: Tx, device: int, key: bytes) -> Merchant:
    """Return the terminal that a key speaks for.

    Raises:
        Refused: it speaks for none, or no more.
    """
    (said,) = admit_all(tx, ((device, key),))
    if isinstance(said, Refused):
        raise said
    return said


def admit_all(tx: Tx, asked: Sequence[tuple[int, bytes]]) -> list[Merchant | Refused]:
    """Return, for each device and key, the terminal that it speaks for, or why for none."""
    wanted = sorted({device for device, _ in asked})
    # Few lengths, so that few statements are prepared.
    wanted += wanted[-1:] * ((1 << (len(wanted) - 1).bit_length()) - len(wanted))
    found: dict[int, list[Row]] = defaultdict(list)
    for row in tx.execute(_ADMITTED.format(marks=", ".join("?" * len(wanted))), wanted):
        found[row[0]].append(row)
    return [_admitted(device, key, found.get(device, [])) for device, key in asked]


def _admitted(device: int, key: bytes, rows: Sequence[Row]) -> Merchant | Refused:
    """Judge by a terminal's rows: one for each of its keys and each thing said of its shop."""
    if not rows:
        return Refused("device_unknown")
    _, first, revoked_at, _, merchant, eligible, earns_cashback, shop, *_ = rows[0]
    if revoked_at is not None:
        return Refused("device_revoked")
    states = {bytes(row[1]): row[3] for row in rows if row[1] is not None}
    if (state := states.get(key)) != KeyState.ACTIVE:
        return Refused("key_unknown" if state is None else f"key_{state}")
    place = shops.of_rows(device, shop, (row[8:] for row in rows if row[1] == first))
    return Merchant(merchant, device, bool(eligible), bool(earns_cashback), place)


def enrol(tx: Tx, merchant: int, device: int, key: bytes, at: datetime) -> None:
    """Enrol a key without a code: by whoever holds the ledger's own file.

    Raises:
        ValueError: the device is another merchant's.
    """
    _claim(tx, merchant, device)
    _enrol(tx, merchant, device, key, at)


def revoke(tx: Tx, device: int, at: datetime) -> bool:
    """Let a device speak no more, and its unused codes open nothing; False if it was so before.

    Raises:
        LookupError: there is no such device.
    """
    if _owner(tx, device) is None:
        raise LookupError(f"device {device:012x}")
    tx.execute("DELETE FROM enrolment_codes WHERE device = ? AND used_by IS NULL", (device,))
    changed = tx.row(
        "UPDATE devices SET revoked_at = ? WHERE device = ? AND revoked_at IS NULL"
        " RETURNING device",
        (encode(at), device),
    )
    return changed is not None


def revoke_key(tx: Tx, device: int, key_begins: str, at: datetime) -> bytes:
    """Revoke the one key of a device whose hex begins so; return it.

    Raises:
        LookupError: none, or more than one, begins so.
    """
    begins = key_begins.lower()
    found = [key for key, _ in device_keys.known(tx, device) if key.hex().startswith(begins)]
    if len(found) != 1 or not begins:
        raise LookupError(f"{len(found)} keys of device {device:012x} begin with {begins!r}")
    device_keys.revoke(tx, device, found[0], at)
    return found[0]


def _enrol(tx: Tx, merchant: int, device: int, key: bytes, at: datetime) -> None:
    tx.execute(
        "INSERT INTO devices (device, merchant, enrolled_at) VALUES (?, ?, ?)"
        " ON CONFLICT (device) DO UPDATE SET enrolled_at = excluded.enrolled_at, revoked_at = NULL",
        (device, merchant, encode(at)),
    )
    device_keys.enrol(tx, device, key, at)


def _owner(tx: Tx, device: int) -> int | None:
    """Return whose number this is, given out with a code or in use."""
    row = tx.row("SELECT merchant FROM device_numbers WHERE device = ?", (device,))
    return None if row is None else int(row[0])


def _take(tx: Tx, merchant: int, device: int) -> bool:
    """Give a number out that nobody has; whoever is at it at the same time waits for the other's end."""
    sql = "INSERT INTO device_numbers (device, merchant) VALUES (?, ?) ON CONFLICT (device) DO NOTHING"
    return bool(tx.change(sql, (device, merchant)))


def _claim(tx: Tx, merchant: int, device: int) -> None:
    """Give a certain number out, unless it is the merchant's already.

    Raises:
        ValueError: it is another's, or no number.
    """
    if not 0 < device < 1 << DEVICE_BITS:
        raise ValueError(f"단말기 번호가 아님 / no terminal's number: {device:x}")
    if not _take(tx, merchant, device) and (owner := _owner(tx, device)) != merchant:
        raise ValueError(
            f"단말기 {device:012x} 번호는 가맹점 {owner}의 것 / device {device:012x} is merchant {owner}'s;"
            " leave --device out for a free number"
        )


def _free_number(tx: Tx, merchant: int) -> int:
    first = merchant << TERMINAL_BITS
    for number in range(first + 1, first + (1 << TERMINAL_BITS)):
        if _owner(tx, number) is None and _take(tx, merchant, number):
            return number
    raise ValueError(f"merchant {merchant} has no number left")


def _speaks_for_another(tx: Tx, device: int, key: bytes) -> bool:
    row = tx.row(
        "SELECT 1 FROM device_keys WHERE public_key = ? AND device <> ? LIMIT 1", (key, device)
    )
    return row is not None


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.upper().translate(_MISREAD).encode()).digest()
