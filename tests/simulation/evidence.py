"""What a shop-day left behind, read with plain SQL and JSON. Never a line of the product, never a judgement."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Paper = list[tuple[str, str, int]]


@dataclass
class TillFacts:
    """What a till left behind: files, what its screen said, paper, and how often the drawer opened."""

    device: int
    path: Path
    lost: list[Path]
    told: list[tuple[str, str, int]]
    whole: Paper
    torn: Paper
    kicks: int


@dataclass
class Journal:
    """What one database says happened."""

    kinds: dict[str, list[str]]  # Of each payment, in order.
    amounts: dict[str, int]
    sales: dict[str, dict[str, Any]]
    accepted: dict[str, tuple[str, str, int]]  # Decision: order, what came of it, won.
    refunds: dict[str, dict[str, Any]]


def read_journal(path: Path) -> Journal:
    till = Journal(defaultdict(list), {}, {}, {}, {})
    if not query(path, "SELECT 1 FROM sqlite_schema WHERE name = 'journal'"):
        return till  # The process died before it had laid out its tables.
    for kind, text in query(path, "SELECT kind, body FROM journal ORDER BY sequence"):
        body = json.loads(text)
        if kind.startswith("payment."):
            till.kinds[body["payment_id"]].append(kind)
            if kind == "payment.intended":
                till.amounts[body["payment_id"]] = body["amount"]
        elif kind == "sale.completed":
            if body["sale"]["id"] in till.sales:
                raise ValueError(f"{path.name}: sale {body['sale']['id']} is completed twice")
            till.sales[body["sale"]["id"]] = body["sale"]
        elif kind == "sale.refunded":
            till.refunds[body["refund"]["id"]] = body["refund"]
        elif kind == "order.accepted":
            till.accepted[body["decision_id"]] = (body["order_key"], "", body["total"])
        elif kind in ("order.posted", "order.not_posted"):
            for decision, (key, _, won) in list(till.accepted.items()):
                if key == body["order_key"]:
                    till.accepted[decision] = (key, kind, won)
    return till


def read_lost(path: Path) -> Journal:
    """Read a database that was put aside; one that can't be read any more bears no witness."""
    try:
        return read_journal(path)
    except sqlite3.DatabaseError:
        return Journal(defaultdict(list), {}, {}, {}, {})


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    db = sqlite3.connect(path)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def back_of(refund: dict[str, Any]) -> int:
    return sum(each["amount"] for each in refund["returns"])


def returned(db: sqlite3.Connection, payment: str) -> int:
    sql = "SELECT coalesce(sum(amount), 0) FROM card_refunds WHERE payment = ? AND posting NOT NULL"
    return int(db.execute(sql, (payment,)).fetchone()[0])


def asked_back(till: Journal, payment: str) -> int:
    returns = [each for refund in till.refunds.values() for each in refund["returns"]]
    return sum(each["amount"] for each in returns if each.get("payment_id") == payment)


def digest(ledger: Path, tills: list[Path]) -> bytes:
    """Return a hash over everything that was written: journals and postings."""
    said = hashlib.sha256()
    for path in tills:
        for row in query(path, "SELECT sequence, hash FROM journal ORDER BY sequence"):
            said.update(repr(row).encode())
    for row in query(ledger, "SELECT posting, account, amount FROM entries ORDER BY posting, line"):
        said.update(repr(row).encode())
    return said.digest()


def total_of(sale: dict[str, Any]) -> int:
    total = sum(line["unit_price"] * line["quantity"] for line in sale["lines"])
    taxed = sum(won for won in sale["tax"].values() if isinstance(won, int))
    return total if total == taxed else -1


def chain_breaks(path: Path) -> list[str]:
    before = "0" * 64
    rows = query(path, "SELECT sequence, previous, hash FROM journal ORDER BY sequence")
    for expected, (sequence, previous, own) in enumerate(rows, 1):
        if sequence != expected or previous != before:
            return [f"the chain breaks at {sequence}"]
        before = own
    return []
