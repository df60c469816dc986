"""Announces the ledger's next signing key, and lets it follow. Never leaves terminals behind.

Two steps, with days between them: first every terminal hears of the next key, signed by the present one;
then the ledger signs with it. A terminal that was away meanwhile reads both in the feed, in their order.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.server import orders
from ledger.server.cardcrypto import NEXT_SIGNING, SIGNING, load_ledger_keys
from ledger.server.database import Tx
from pos.domain.news import NextKey
from pos.ports import FeedItem


def prepare(keys: Path) -> NextKey:
    """Make the next key, if there is none yet, and have the present one vouch for it.

    Raises:
        OSError, ValueError: the file of keys can't be read or written; it is as it was.
    """
    present = load_ledger_keys(keys)
    following = present.next_signing
    if following is None:
        following = Ed25519PrivateKey.generate()
        raw = _raw(keys)
        _write(keys, raw | {NEXT_SIGNING: following.private_bytes_raw().hex()})
    key = NextKey(following.public_key().public_bytes_raw().hex())
    return NextKey(key.public, present.signing_private.sign(key.message).hex())


def announce(tx: Tx, key: NextKey, at: datetime) -> bool:
    """Tell every terminal of the next key, once; False if that was done before."""
    item = FeedItem("ledger.key", next_key=key)
    new = tx.row(
        "INSERT INTO announced_keys (public_key, at) VALUES (?, ?)"
        " ON CONFLICT (public_key) DO NOTHING RETURNING at",
        (key.public, at.isoformat()),
    )
    if new is not None:
        orders.append_to_feed(tx, None, item)
    return new is not None


def announced_at(tx: Tx, public: str) -> datetime | None:
    """Return when terminals were told of a key, or None."""
    row = tx.row("SELECT at FROM announced_keys WHERE public_key = ?", (public,))
    return None if row is None else datetime.fromisoformat(row[0])


def next_public(keys: Path) -> str | None:
    """Return the next key's public half, or None if there is none.

    Raises:
        OSError, ValueError: the file of keys can't be read.
    """
    following = load_ledger_keys(keys).next_signing
    return None if following is None else following.public_key().public_bytes_raw().hex()


def follow(keys: Path) -> str:
    """Let the next key take the present one's place; return its public half. The ledger then restarts.

    Raises:
        OSError, ValueError: there is no next key, or the file can't be read or written.
    """
    public = next_public(keys)
    if public is None:
        raise ValueError("no next key was prepared")
    raw = _raw(keys)
    raw[SIGNING] = raw.pop(NEXT_SIGNING)
    _write(keys, raw)
    return public


def _raw(keys: Path) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(keys.read_text("utf-8"))
    return raw


def _write(keys: Path, content: dict[str, Any]) -> None:
    """Write the file whole or not at all, for its owner's eyes only."""
    draft = keys.with_name(f"{keys.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(keys)
