"""What the operator's commands do about order channels' keys. Never shows a secret twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composition.ledger_books import Act
from ledger.server.channels.door import add_key, revoke_key
from ledger.server.service import utc_now

if TYPE_CHECKING:
    from composition.ledger_admin import Admin


def add_channel(admin: Admin, channel: str, merchant: int, callback: str) -> str:
    """Give a channel a key for a shop."""
    key = admin.write(
        Act("channels add", f"{channel} of merchant {merchant}", lambda made: f"key {made.id}"),
        lambda tx: add_key(tx, channel, merchant, callback),
    )
    return f"key {key.id}\nsecret {key.secret}\nPOST /channels/{key.id}\n"


def revoke_channel(admin: Admin, key: str) -> str:
    """Take a channel's key back; its next call is refused, and told why."""
    done = admin.write(
        Act("channels revoke", f"key {key}", lambda found: "revoked" if found else "not open"),
        lambda tx: revoke_key(tx, key, utc_now()),
    )
    return f"key {key} revoked\n" if done else f"no open key {key}\n"
