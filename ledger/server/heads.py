"""Keeps how far each terminal's journal has come in, and signs it. Never judges a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ledger.server.database import Tx
from pos.domain.record import LedgerHead, Record

Sign = Callable[[bytes], bytes]
"""Returns 64 bytes of Ed25519 with the ledger's own key."""


def note(tx: Tx, record: Record) -> None:
    """Count a record that is kept; one that was parked and comes late does not set the head back."""
    tx.execute(
        "INSERT INTO heads (device, incarnation, sequence, hash, count) VALUES (?, ?, ?, ?, 1)"
        " ON CONFLICT (device, incarnation) DO UPDATE SET count = count + 1,"
        " hash = iif(excluded.sequence > sequence, excluded.hash, hash),"
        " sequence = max(sequence, excluded.sequence)",
        (record.device, record.incarnation, record.sequence, record.hash),
    )


def signed_head(tx: Tx, device: int, at: datetime, sign: Sign) -> LedgerHead | None:
    """Return where a terminal's journal stands, in its newest incarnation; None if nothing is known."""
    row = tx.row(
        "SELECT incarnation, sequence, hash, (SELECT sum(count) FROM heads WHERE device = ?1)"
        " FROM heads WHERE device = ?1 ORDER BY id DESC LIMIT 1",
        (device,),
    )
    if row is None:
        return None
    head = LedgerHead(device, row[0], row[1], row[2], row[3], at)
    return replace(head, signature=sign(head.message).hex())
