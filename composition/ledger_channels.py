"""What the operator's commands do about order channels' keys. Never shows a secret twice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from composition.ledger_books import Act, said
from ledger.server.cardcrypto import load_ledger_keys
from ledger.server.channels.door import add_key, revoke_key
from ledger.server.channels.vault import Vault
from ledger.server.service import utc_now

if TYPE_CHECKING:
    from composition.ledger_admin import Admin


def add_channel(admin: Admin, keys: Path, channel: str, merchant: int, callback: str) -> str:
    """Give a channel a key for a shop; its secret is sealed by the ledger's keys.

    Raises:
        AdminRefused: the file of keys can't be read.
    """
    with said():
        vault = Vault.of(load_ledger_keys(keys))
    key = admin.write(
        Act("channels add", f"{channel} of merchant {merchant}", lambda made: f"key {made.id}"),
        lambda tx: add_key(tx, vault, channel, merchant, callback),
    )
    return f"key {key.id}\nsecret {key.secret}\nPOST /channels/{key.id}\n"


def revoke_channel(admin: Admin, key: str) -> str:
    """Take a channel's key back; its next call is refused, and told why."""
    done = admin.write(
        Act("channels revoke", f"key {key}", lambda found: "revoked" if found else "not open"),
        lambda tx: revoke_key(tx, key, utc_now()),
    )
    return f"key {key} revoked\n" if done else f"no open key {key}\n"
