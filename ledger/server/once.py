"""Posts what no payment's or order's own row holds to once: pay-outs, grants. Never posts it twice.

A posting's own key can't: it names the settlement day, and who asks again may ask on another.
"""

from __future__ import annotations

from datetime import datetime

from ledger.server import books
from ledger.server.database import Tx
from ledger.server.rules import Posting
from ledger.server.tables import POSTED_ONCE
from pos.domain.business_day import business_day


def find(tx: Tx, what: str, reference: str) -> Posting | None:
    """Return what was posted of this before, or None."""
    row = tx.get(POSTED_ONCE, what, reference)
    return None if row is None else books.posting(tx, row[2], row[3])


def post(tx: Tx, what: str, posting: Posting, at: datetime, shard: int) -> None:
    """Write a posting that `find` has not found.

    Args:
        tx: the transaction.
        what: of all that is so called, each reference is posted once, whatever kinds they are of.
        posting: what moves.
        at: now.
        shard: as for `books.post`.

    Raises:
        ConstraintBroken: it was posted before, or a purse would go below zero.
    """
    number = books.post(tx, posting, at, shard)
    tx.put(POSTED_ONCE, (what, posting.reference, number, business_day(at).isoformat()))
