"""Keeps the numbers that cash receipts go to, sealed, until the tax office has answered. Never in the journal.

The key is drawn from the device's own, which no backup holds: a copy of the file alone opens none.
A number that can't be opened (the key is another one) is not there: it has to be asked for again.
"""

from __future__ import annotations

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from offline_queue.device_key import Signer
from offline_queue.erasing import SCRUB_OWED, Runs
from pos.ports import CashReceiptDue

# Nothing else is ever signed that begins so: the journal signs hashes of 32 bytes.
INFO = b"ieum-pos cash receipt numbers v1"
NONCE_BYTES = 12  # RFC 8439, 2.3


def keep_due(rows: Runs, due: CashReceiptDue, signer: Signer) -> None:
    """Keep what the tax office has to be told of, its number sealed to this device and this receipt."""
    sealed = b"" if due.number is None else _seal(due.number, due.key, signer)
    rows.run("INSERT OR IGNORE INTO cash_receipt_due VALUES (?, ?)", due.key, sealed)


def erase_due(rows: Runs, key: str) -> None:
    """Forget a receipt that the tax office has answered, and its number for good."""
    rows.run("DELETE FROM cash_receipt_due WHERE receipt = ?", key)
    rows.put(SCRUB_OWED, "1")


def read_due(rows: Runs, signer: Signer | None) -> tuple[CashReceiptDue, ...]:
    """Return what is still to be told, oldest first as the keys of sales count."""
    found = rows.run("SELECT receipt, sealed FROM cash_receipt_due ORDER BY receipt").fetchall()
    return tuple(
        CashReceiptDue(str(key), _open(bytes(sealed), str(key), signer) if sealed else None)
        for key, sealed in found
    )


def _seal(number: str, key: str, signer: Signer) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    box = ChaCha20Poly1305(_secret(signer))
    return nonce + box.encrypt(nonce, number.encode("ascii"), key.encode("ascii"))


def _open(sealed: bytes, key: str, signer: Signer | None) -> str | None:
    if signer is None:
        return None
    box = ChaCha20Poly1305(_secret(signer))
    try:
        return box.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], key.encode("ascii")).decode()
    except (InvalidTag, ValueError):
        return None


def _secret(signer: Signer) -> bytes:
    """Return a key that only whoever can sign can make: Ed25519 signs the same text the same way."""
    proof = signer.sign(INFO)
    return HKDF(SHA256(), 32, salt=hashlib.sha256(signer.public).digest(), info=INFO).derive(proof)
