"""Makes the projections anew from the journal. Never touches the journal, the outbox or the spool.

The outbox is no projection: what the ledger acknowledged is known there alone.
"""

from __future__ import annotations

import json

import apsw

from offline_queue.names import CLOSE_SALE, OPENS_SALE, named_in, shift_after
from offline_queue.rows import SHIFT_AFTER
from pos.domain.identifiers import TransactionId


def rebuild(connection: apsw.Connection) -> None:
    """Drop and refill the sales with an open payment, the last id and the shift's start, in one go.

    An id that only a forgotten draft had is not found again; it was in no record and on no paper.

    Raises:
        CodecError: a record of a kind this program does not know.
        apsw.Error: nothing of it stands.
    """
    with connection:
        open_sales: dict[str, None] = {}
        highest = _of_the_draft(connection)
        shift = 0
        every = connection.execute("SELECT sequence, kind, body FROM journal ORDER BY sequence")
        for sequence, kind, text in every:
            body = json.loads(str(text))
            names = named_in(str(kind), body)
            after = shift_after(int(sequence), str(kind), body)
            shift = shift if after is None else after
            highest = max(highest, names.highest)
            if kind == OPENS_SALE:
                open_sales[names.sale] = None
            elif kind in CLOSE_SALE:
                open_sales.pop(names.sale, None)
        connection.execute("DELETE FROM open_payment_sale")
        connection.executemany(
            "INSERT INTO open_payment_sale VALUES (?)", [(sale,) for sale in open_sales]
        )
        connection.execute("DELETE FROM meta WHERE key IN ('last_sequence', ?)", (SHIFT_AFTER,))
        if shift:
            connection.execute("INSERT INTO meta VALUES (?, ?)", (SHIFT_AFTER, str(shift)))
        if highest:
            connection.execute("INSERT INTO meta VALUES ('last_sequence', ?)", (str(highest),))


def _of_the_draft(connection: apsw.Connection) -> int:
    row = connection.execute("SELECT value FROM meta WHERE key = 'draft'").fetchone()
    if row is None:
        return 0
    return TransactionId.parse(str(json.loads(str(row[0]))["sale"]["id"])).sequence
