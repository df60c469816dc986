"""Keeps how far each terminal's journal has come in, and signs it. Never judges a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ledger.server.database import Tx
from ledger.server.tables import HEADS
from pos.domain.record import LedgerHead, Record

Sign = Callable[[bytes], bytes]
"""Returns 64 bytes of Ed25519 with the ledger's own key."""


def note(tx: Tx, record: Record) -> None:
    """Count a record that is kept; one that was parked and comes late does not set the head back."""
    key = (record.device, record.incarnation)
    head = tx.get(HEADS, *key)
    if head is None:
        tx.put(HEADS, (*key, record.sequence, record.hash, 1))
        return
    _, _, sequence, newest, count = head
    if record.sequence > sequence:
        sequence, newest = record.sequence, record.hash
    tx.set(HEADS, key, sequence=sequence, hash=newest, count=count + 1)


def signed_head(tx: Tx, device: int, at: datetime, sign: Sign) -> LedgerHead | None:
    """Return where a terminal's journal stands, in its newest incarnation; None if nothing is known."""
    row = tx.row(
        "SELECT incarnation, sequence, hash, (SELECT CAST(sum(count) AS BIGINT) FROM heads"
        " WHERE device = ?) FROM heads WHERE device = ? ORDER BY id DESC LIMIT 1",
        (device, device),
    )
    if row is None:
        return None
    head = LedgerHead(device, row[0], row[1], row[2], row[3], at)
    return replace(head, signature=sign(head.message).hex())
