"""What a terminal signs of the records it sends. Never holds a key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

BATCH_LABEL = b"ieum-pos batch v1"  # Keeps these signatures apart from all others of the key.
DEVICE_BYTES = 6


def batch_message(device: int, hashes: Iterable[str]) -> bytes:
    """Return what the device signs with Ed25519: the records' hashes, in the order sent."""
    digest = hashlib.sha256()
    for each in hashes:
        digest.update(bytes.fromhex(each))
    return BATCH_LABEL + device.to_bytes(DEVICE_BYTES, "big") + digest.digest()
