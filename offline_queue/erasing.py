"""Keeps customers' own words beside the journal, and takes them out of the file for good. Never touches the journal.

A row that is deleted is overwritten (`secure_delete`), but its page stands in the log once more as it
was before; so the log goes into the file and starts anew.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from playhouse.apsw_ext import APSWDatabase

from offline_queue.identity import note_closing, note_opening
from pos.domain.codec import decode, encode
from pos.domain.order_personal import FIELDS, Personal
from pos.ports import PrintKind

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BUSY_MS = 2_000  # As `opening` sets it.
SCRUB_OWED = "scrub_owed"  # There while something was erased that the log may still hold.
ON_PAPER = (PrintKind.KITCHEN_TICKET.value, PrintKind.RIDER_SLIP.value)


class Runs(Protocol):
    """What executes statements: the store's rows."""

    def run(self, sql: str, *values: object) -> Any:
        """Execute one statement."""
        ...

    def put(self, key: str, value: str) -> None:
        """Keep a value by key."""
        ...

    def get(self, key: str, default: str = "") -> str:
        """Return a value kept by key."""
        ...


def keep_personal(rows: Runs, personal: Personal) -> None:
    """Keep an order's words; those that came first stand."""
    body = json.dumps(encode(personal), ensure_ascii=False)
    rows.run("INSERT OR IGNORE INTO order_personal VALUES (?, ?)", personal.order_key, body)


def erase_personal(rows: Runs, order_key: str) -> None:
    """Delete an order's words, and blank them in what was queued to be printed of it."""
    rows.run("DELETE FROM order_personal WHERE order_key = ?", order_key)
    found = rows.run(
        "SELECT id, CAST(body AS BLOB) FROM print_job WHERE kind IN (?, ?) AND subject IN (?, ?)",
        *ON_PAPER,
        order_key,
        f"{order_key}:cancelled",
    ).fetchall()
    for number, body in found:
        rows.run("UPDATE print_job SET body = ? WHERE id = ?", _blanked(body), number)
    rows.put(SCRUB_OWED, "1")


def _blanked(body: bytes) -> str:
    try:
        shape = json.loads(body)
    except ValueError:
        shape = None
    if not isinstance(shape, dict):
        return "{}"  # Spoilt by the disk: what can't be read can't be printed either.
    blank = shape | {name: "" for name in FIELDS if name in shape}
    return json.dumps(blank, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_personal(rows: Runs) -> tuple[Personal, ...]:
    """Return all words that are kept; those that the disk has spoilt come empty and old, to be erased."""
    # As bytes: a flipped bit may leave what is no text.
    sql = (
        "SELECT CAST(order_key AS BLOB), CAST(body AS BLOB) FROM order_personal ORDER BY order_key"
    )
    found = rows.run(sql).fetchall()
    return tuple(_read(key.decode(errors="replace"), body) for key, body in found)


def _read(key: str, body: bytes) -> Personal:
    try:
        return decode(Personal, json.loads(body))
    except ValueError:  # No signature covers these rows, and no sale hangs on them.
        return Personal(key, "", "", "", "", "", EPOCH)


def scrub(database: APSWDatabase, path: Path, rows: Runs) -> bool:
    """Empty the log into the file; False if a reader of another process is in the way.

    A log that is gone means theft to the next start, so it is noted first that it may be, and
    afterwards, once something stands in it again, that it may not.
    """
    if not rows.get(SCRUB_OWED):
        return True
    opening = rows.get("opening")
    connection = database.connection()
    note_closing(path)
    connection.set_busy_timeout(0)  # A sale must not wait for whoever reads; the next time does it.
    try:
        row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        done = row is not None and row[0] == 0
        if done:
            rows.run("DELETE FROM meta WHERE key = ?", SCRUB_OWED)
    finally:
        connection.set_busy_timeout(BUSY_MS)
        note_opening(path, opening or None, lambda token: rows.put("opening", token))
    return done
