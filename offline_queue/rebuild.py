"""Makes the projections anew from the journal. Never touches the journal, the outbox or the spool.

The outbox is no projection: what the ledger acknowledged is known there alone.
"""

from __future__ import annotations

import json

import apsw

from offline_queue.names import CLOSE_SALE, OPENS_SALE, named_in
from pos.domain.identifiers import TransactionId


def rebuild(connection: apsw.Connection) -> None:
    """Drop and refill the sales with an open payment and the last id, in one transaction.

    An id that only a forgotten draft had is not found again; it was in no record and on no paper.

    Raises:
        CodecError: a record of a kind this program does not know.
        apsw.Error: nothing of it stands.
    """
    with connection:
        open_sales: dict[str, None] = {}
        highest = _of_the_draft(connection)
        for kind, body in connection.execute("SELECT kind, body FROM journal ORDER BY sequence"):
            names = named_in(str(kind), json.loads(str(body)))
            highest = max(highest, names.highest)
            if kind == OPENS_SALE:
                open_sales[names.sale] = None
            elif kind in CLOSE_SALE:
                open_sales.pop(names.sale, None)
        connection.execute("DELETE FROM open_payment_sale")
        connection.executemany(
            "INSERT INTO open_payment_sale VALUES (?)", [(sale,) for sale in open_sales]
        )
        connection.execute("DELETE FROM meta WHERE key = 'last_sequence'")
        if highest:
            connection.execute("INSERT INTO meta VALUES ('last_sequence', ?)", (str(highest),))


def _of_the_draft(connection: apsw.Connection) -> int:
    row = connection.execute("SELECT value FROM meta WHERE key = 'draft'").fetchone()
    if row is None:
        return 0
    return TransactionId.parse(str(json.loads(str(row[0]))["sale"]["id"])).sequence
