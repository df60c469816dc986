"""Seals a card number and its cryptogram to the ledger's key. Never keeps or returns them clear.

X25519 with a fresh key, HKDF-SHA256, ChaCha20-Poly1305; the payment's id is authenticated, so a
sealed card is good for one payment only. Wire: base64url without padding of
version (1) || ephemeral public key (32) || nonce (12) || ciphertext and tag.
The ledger's side is `ledger.server.cardcrypto`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pos.domain.card import Cryptogram
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won

VERSION = b"\x01"
INFO = b"ieum-pos card seal v1"
NONCE_BYTES = 12
CARD_REF_BYTES = 16


@dataclass(frozen=True, slots=True)
class CardSecret:
    """What only the ledger may see. Nothing of it shows in the repr.

    Attributes:
        expiry, date: YYMMDD.
        ac: the application cryptogram, 8 bytes; `un` the terminal's unpredictable number, 4.
        state: what the card says to its issuer (9F10), where the ledger is asked; else empty.
    """

    pan: str = field(repr=False)
    psn: str = field(repr=False)
    expiry: str = field(repr=False)
    ac: bytes = field(repr=False)
    cid: Cryptogram
    atc: int
    un: bytes = field(repr=False)
    amount: Won
    date: str
    tvr: bytes
    state: bytes = field(default=b"", repr=False)


def seal(card: CardSecret, payment_id: TransactionId, ledger: X25519PublicKey) -> str:
    """Return the sealed card, ready for the wire."""
    return seal_bytes(_plaintext(card), payment_id, ledger, version=VERSION, info=INFO)


def seal_bytes(
    plaintext: bytes,
    payment_id: TransactionId,
    ledger: X25519PublicKey,
    *,
    version: bytes,
    info: bytes,
) -> str:
    """Return anything sealed for one payment; version and info keep its kinds apart."""
    own = X25519PrivateKey.generate()
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(own.exchange(ledger))
    nonce = os.urandom(NONCE_BYTES)
    bound_to = payment_id.hex.encode("ascii")
    ciphertext = ChaCha20Poly1305(key).encrypt(nonce, plaintext, bound_to)
    public = own.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return urlsafe_b64encode(version + public + nonce + ciphertext).rstrip(b"=").decode("ascii")


def card_ref(pan: str, key: bytes) -> str:
    """Return the card's name on this terminal: 32 hex digits from which no number can be had."""
    digest = hmac.digest(key, pan.encode("ascii"), hashlib.sha256)
    return digest[:CARD_REF_BYTES].hex()


def hot_ref(pan: str, key: bytes) -> str:
    """Return what the ledger, too, names the card by when it is stopped: 32 hex digits."""
    return card_ref(pan, key)


def _plaintext(card: CardSecret) -> bytes:
    facts = {
        "pan": card.pan,
        "psn": card.psn,
        "expiry": card.expiry,
        "ac": card.ac.hex(),
        "cid": card.cid.value,
        "atc": card.atc,
        "un": card.un.hex(),
        "amount": card.amount.amount,
        "date": card.date,
        "tvr": card.tvr.hex(),
    }
    if card.state:
        facts["state"] = card.state.hex()
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode("ascii")
