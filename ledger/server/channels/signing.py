"""A channel's signature on its calls and ours: HMAC-SHA256 over time, nonce and body. Takes none twice.

Headers: `X-Ieum-Key`, `X-Ieum-Time` (seconds since 1970), `X-Ieum-Nonce`, `X-Ieum-Signature` (hex).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime

from ledger.server.channels.port import Call
from ledger.server.channels.vault import Vault
from ledger.server.database import ConstraintBroken, Tx
from ledger.server.problems import Refused

SKEW_S = 300
_NONCE = re.compile("[0-9A-Za-z_-]{16,64}")


@dataclass(frozen=True, slots=True)
class ChannelKey:
    """A key, and whom it speaks for."""

    id: str
    channel: str
    merchant: int
    secret: str = field(repr=False)
    callback: str = ""
    revoked: bool = False


def sign(secret: str, seconds: int, nonce: str, body: bytes) -> str:
    """Return the signature, in hex."""
    message = f"{seconds}.{nonce}.".encode() + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def find_key(tx: Tx, vault: Vault, key_id: str) -> ChannelKey | None:
    """Return a key by its id, a revoked one too.

    Raises:
        VaultLocked: its secret was sealed by another ledger's keys.
    """
    row = tx.row(
        "SELECT id, channel, merchant, sealed, callback, revoked_at FROM channel_keys WHERE id = ?",
        (key_id,),
    )
    if row is None:
        return None
    number, channel, merchant, sealed, callback, revoked_at = row
    secret = vault.open(number, sealed)
    return ChannelKey(number, channel, merchant, secret, callback, revoked_at is not None)


def check(tx: Tx, key: ChannelKey, call: Call, now: datetime) -> None:
    """Check a call's signature, and remember the call.

    Raises:
        Refused: `unauthorized`, `key_revoked`, `clock_skew` or `replayed`.
    """
    seconds, nonce = call.headers.get("x-ieum-time", ""), call.headers.get("x-ieum-nonce", "")
    said = call.headers.get("x-ieum-signature", "")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        raise Refused("unauthorized", "X-Ieum-Time is no time")
    if _NONCE.fullmatch(nonce) is None:
        raise Refused("unauthorized", "X-Ieum-Nonce is 16 to 64 letters and digits")
    right = sign(key.secret, int(seconds), nonce, call.body)
    if not hmac.compare_digest(right.encode(), said.encode()):
        raise Refused("unauthorized", "the signature does not fit")
    if key.revoked:
        raise Refused("key_revoked", "this channel key was revoked; nothing was placed")
    at = int(now.timestamp())
    if abs(at - int(seconds)) > SKEW_S:
        raise Refused("clock_skew", f"more than {SKEW_S} s from ours", at=now)
    tx.execute("DELETE FROM channel_nonces WHERE created < ?", (at - 2 * SKEW_S,))
    try:
        tx.execute("INSERT INTO channel_nonces VALUES (?, ?, ?)", (key.id, nonce, at))
    except ConstraintBroken:
        raise Refused("replayed") from None
