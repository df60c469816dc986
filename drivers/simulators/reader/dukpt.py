"""A reader's one-time keys (AES DUKPT), on the reader's side. Never used by terminal or ledger.

Source: ANSI X9.24-3, 6.3 and 6.5. A counter with more than 16 one bits is passed over, as readers do.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

ONE_BITS_MAX = 16
COUNTER_MAX = (1 << 32) - 1
_DERIVE, _INITIAL, _DATA = 0x8000, 0x8001, 0x3000


class KeysUsedUp(Exception):
    """The reader has no key left; it has to be injected anew."""


def initial_key(base_key: bytes, key_id: bytes) -> bytes:
    """Return what a reader is injected with."""
    return _block(base_key, _header(_INITIAL) + key_id)


def next_counter(counter: int) -> int:
    """Return the counter of the next transaction.

    Raises:
        KeysUsedUp: there is none.
    """
    while counter < COUNTER_MAX:
        counter += 1
        if counter.bit_count() <= ONE_BITS_MAX:
            return counter
    raise KeysUsedUp


def data_key(initial: bytes, key_id: bytes, counter: int) -> bytes:
    """Return the key for the data of one transaction."""
    key = initial
    for place in range(31, -1, -1):
        if counter >> place & 1:
            upper = counter >> place << place
            key = _block(key, _header(_DERIVE) + key_id[4:] + upper.to_bytes(4, "big"))
    return _block(key, _header(_DATA) + key_id[4:] + counter.to_bytes(4, "big"))


def _header(usage: int) -> bytes:
    return bytes([1, 1, usage >> 8, usage & 0xFF, 0, 2, 0, 128])


def _block(key: bytes, data: bytes) -> bytes:
    encryptor = Cipher(AES(key), ECB()).encryptor()  # noqa: S305 - one block, as the standard has it.
    return encryptor.update(data) + encryptor.finalize()
