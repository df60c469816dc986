"""Checks that a batch was signed by its terminal. Never keeps a secret key.

The first key that comes with the device's token is taken, and each later one (a lost disk, a restored
copy) is added behind it: until there is an enrolment of keys, the token vouches for them.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.contract.models import ForwardRequest
from ledger.contract.signing import batch_message
from ledger.server.database import Tx
from ledger.server.problems import Refused
from pos.domain.codec import encode

KEYS_MAX = 64  # Of one device; a token that brings more is in wrong hands.


def check_batch(tx: Tx, device: int, request: ForwardRequest) -> bytes | None:
    """Return the key that signed a batch, or None for an unsigned one of a device without keys.

    Raises:
        Refused: the signature is wrong, or missing although the device has signed before.
    """
    if request.signer is None or request.signature is None:
        if request.signer != request.signature or known(tx, device):
            raise Refused("signature_wrong", "not signed")
        return None
    signer = bytes.fromhex(request.signer)
    message = batch_message(device, (each.hash for each in request.records))
    if not signed_by(signer, bytes.fromhex(request.signature), message):
        raise Refused("signature_wrong")
    if signer not in (keys := known(tx, device)) and len(keys) >= KEYS_MAX:
        raise Refused("signature_wrong", "too many keys")
    return signer


def signed_by(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a key signed a message; one that is no key has signed nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def known(tx: Tx, device: int) -> tuple[bytes, ...]:
    """Return a device's keys, in the order they were first seen."""
    rows = tx.execute("SELECT public_key FROM device_keys WHERE device = ? ORDER BY id", (device,))
    return tuple(bytes(key) for (key,) in rows)


def note(tx: Tx, device: int, key: bytes, at: datetime) -> None:
    """Add a key behind the device's others; a known one stays where it is."""
    tx.execute(
        "INSERT INTO device_keys (device, public_key, first_seen) VALUES (?, ?, ?)"
        " ON CONFLICT (device, public_key) DO NOTHING",
        (device, key, encode(at)),
    )
