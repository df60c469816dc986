"""Takes customers' own words out of orders that are long over, in the books and in the feed. Never of an open order."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from ledger.server.database import Tx
from pos.domain.codec import encode
from pos.domain.order import ENDED
from pos.domain.order_personal import FIELDS

AFTER = timedelta(hours=48)  # After its deadline; a delivery is over long before.
LOST = timedelta(days=7)  # By then nobody will say how an order ended.
BATCH = 200
_OVER = ", ".join(f"'{state.value}'" for state in sorted(ENDED))


def erase(tx: Tx, now: datetime) -> int:
    """Blank the words of up to a batch of orders; return of how many."""
    sql = (
        "SELECT merchant, key, body FROM orders WHERE accept_by < ?"  # noqa: S608 - our own states.
        f" AND (state IN ({_OVER}) OR accept_by < ?)"
        " AND NOT EXISTS (SELECT 1 FROM erased_orders e"
        " WHERE e.merchant = orders.merchant AND e.order_key = orders.key)"
        f" ORDER BY accept_by LIMIT {BATCH}"
    )
    due = list(tx.execute(sql, (encode(now - AFTER), encode(now - LOST))))
    for merchant, key, body in due:
        tx.execute(
            "UPDATE orders SET body = ? WHERE merchant = ? AND key = ?",
            (_blanked(json.loads(body)), merchant, key),
        )
        tx.execute("INSERT INTO erased_orders VALUES (?, ?)", (merchant, key))
    if due:
        _erase_feed(tx, {(merchant, key) for merchant, key, _ in due})
    return len(due)


def _erase_feed(tx: Tx, keys: set[tuple[int, str]]) -> None:
    for merchant in {each for each, _ in keys}:
        rows = tx.execute(
            "SELECT cursor, item FROM feed WHERE merchant = ? AND item LIKE '%\"order.placed\"%'",
            (merchant,),
        )
        for cursor, text in list(rows):
            item = json.loads(text)
            order = item["order"]
            if (merchant, f"{order['channel']}:{order['number']}") in keys:
                item["order"] = json.loads(_blanked(order))
                blank = json.dumps(item, ensure_ascii=False)
                tx.execute("UPDATE feed SET item = ? WHERE cursor = ?", (blank, cursor))


def _blanked(order: dict[str, Any]) -> str:
    return json.dumps(order | dict.fromkeys(FIELDS, ""), ensure_ascii=False)
