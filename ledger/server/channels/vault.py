"""Seals channels' secrets for the database, and opens them. Never keeps one, and never lets one stand in clear.

Signing needs the secret itself, so a hash would not do. The key is made of the ledger's own (its file stands
outside the database); each secret is bound to its key's id, so that none can be put in another's place.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.server.cardcrypto import LedgerKeys
from ledger.server.database import Tx

PREFIX = "v1."
LABEL = b"ieum ledger channel secrets v1"
KEY_BYTES, NONCE_BYTES = 32, 12


class VaultLocked(ValueError):
    """It was not sealed by this ledger's keys, or was changed."""


class Vault:
    """Opens what it sealed."""

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    @classmethod
    def of(cls, keys: LedgerKeys) -> Vault:
        """Return the vault of a ledger: its key comes of the ledger's private key for sealed cards."""
        private = keys.sealing_private.private_bytes_raw()
        return cls(HKDF(SHA256(), KEY_BYTES, salt=None, info=LABEL).derive(private))

    def seal(self, key_id: str, secret: str) -> str:
        """Return a secret as the database may hold it."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, secret.encode(), key_id.encode())
        return PREFIX + urlsafe_b64encode(nonce + sealed).decode()

    def open(self, key_id: str, sealed: str) -> str:
        """Return the secret.

        Raises:
            VaultLocked: it can't be opened.
        """
        if not sealed.startswith(PREFIX):
            raise VaultLocked(f"the secret of channel key {key_id} is not sealed")
        try:
            data = urlsafe_b64decode(sealed.removeprefix(PREFIX))
            nonce, body = data[:NONCE_BYTES], data[NONCE_BYTES:]
            return self._cipher.decrypt(nonce, body, key_id.encode()).decode()
        except (InvalidTag, ValueError) as error:  # Of base64, of the nonce's length, or of UTF-8.
            raise VaultLocked(f"the secret of channel key {key_id} does not open") from error


def seal_all(tx: Tx, vault: Vault) -> int:
    """Seal what a ledger of before version 8 left in clear; return how many there were.

    Its server does so when it starts: the tables are brought up without the keys at hand.
    """
    rows = list(tx.execute("SELECT id, sealed FROM channel_keys"))
    clear = [(key_id, held) for key_id, held in rows if not held.startswith(PREFIX)]
    for key_id, secret in clear:
        sql = "UPDATE channel_keys SET sealed = ? WHERE id = ?"
        tx.execute(sql, (vault.seal(key_id, secret), key_id))
    return len(clear)
