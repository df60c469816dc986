"""Knows which keys speak, or once spoke, for a terminal. Never keeps a secret key.

A terminal has one active key. A newer one, enrolled with a code, retires it: it opens no door any more,
but what it signed on paper stays good. An operator who fears that a key is in wrong hands revokes it:
then neither opens a door, and papers signed by it wait for a person, for nobody knows when they were
signed.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.server.database import Tx
from pos.domain.codec import encode


class KeyState(StrEnum):
    """What a key is good for."""

    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


def signed_by(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a key signed a message; one that is no key has signed nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def known(tx: Tx, device: int) -> tuple[tuple[bytes, KeyState], ...]:
    """Return a device's keys, in the order they were enrolled."""
    rows = tx.execute(
        "SELECT public_key, state FROM device_keys WHERE device = ? ORDER BY id", (device,)
    )
    return tuple((bytes(key), KeyState(state)) for key, state in rows)


def state_of(tx: Tx, device: int, key: bytes) -> KeyState | None:
    """Return what a key is good for; None if it never was this device's."""
    row = tx.row("SELECT state FROM device_keys WHERE device = ? AND public_key = ?", (device, key))
    return None if row is None else KeyState(row[0])


def enrol(tx: Tx, device: int, key: bytes, at: datetime) -> None:
    """Make this the device's active key, and retire the one it had."""
    tx.execute(
        "UPDATE device_keys SET state = 'retired', ended_at = ?"
        " WHERE device = ? AND public_key <> ? AND state = 'active'",
        (encode(at), device, key),
    )
    tx.execute(
        "INSERT INTO device_keys (device, public_key, first_seen) VALUES (?, ?, ?)"
        " ON CONFLICT (device, public_key) DO UPDATE SET state = 'active', ended_at = NULL",
        (device, key, encode(at)),
    )


def revoke(tx: Tx, device: int, key: bytes, at: datetime) -> None:
    """Let a key be good for nothing from now on."""
    tx.execute(
        "UPDATE device_keys SET state = 'revoked', ended_at = ?"
        " WHERE device = ? AND public_key = ? AND state <> 'revoked'",
        (encode(at), device, key),
    )
