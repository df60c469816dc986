"""Derives a secure reader's one-time keys from the base key (AES DUKPT). Never keeps one.

Source: ANSI X9.24-3, 6.3 (derivation data, host derivation), AES-128 throughout. The reader's side is
the reader's own; the two share no code on purpose.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

KEY_BYTES = 16
KSN_BYTES = 12  # Initial key id (8) and transaction counter (4).
DERIVATION, INITIAL, PIN, DATA = 0x8000, 0x8001, 0x1000, 0x3000
_AES_128, _BITS = b"\x00\x02", b"\x00\x80"
_HIGHEST_BIT = 1 << 31


def data_key(base_key: bytes, ksn: bytes, usage: int = DATA) -> bytes:
    """Return the key that a reader encrypted one track with.

    Raises:
        ValueError: the KSN has not its length, or a counter of 0, which no reader uses.
    """
    if len(ksn) != KSN_BYTES or not any(ksn[8:]):
        raise ValueError("no key serial number")
    key_id, counter = ksn[:8], int.from_bytes(ksn[8:], "big")
    key = _derive(base_key, _purpose(INITIAL) + key_id)
    reached, bit = 0, _HIGHEST_BIT
    while bit:
        if counter & bit:
            reached |= bit
            key = _derive(key, _purpose(DERIVATION) + key_id[4:] + reached.to_bytes(4, "big"))
        bit >>= 1
    return _derive(key, _purpose(usage) + key_id[4:] + ksn[8:])


def _purpose(usage: int) -> bytes:
    return b"\x01\x01" + usage.to_bytes(2, "big") + _AES_128 + _BITS


def _derive(key: bytes, data: bytes) -> bytes:
    encryptor = Cipher(AES(key), ECB()).encryptor()  # noqa: S305 - one block, as the standard has it.
    return encryptor.update(data) + encryptor.finalize()
