"""What a shop-day left behind, read with plain SQL and JSON. Never a line of the product, never a judgement."""

from __future__ import annotations

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


def read_journal(path: Path) -> Journal:
    till = Journal(defaultdict(list), {}, {}, {})
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
        elif kind == "order.accepted":
            till.accepted[body["decision_id"]] = (body["order_key"], "", body["total"])
        elif kind in ("order.posted", "order.not_posted"):
            for decision, (key, _, won) in list(till.accepted.items()):
                if key == body["order_key"]:
                    till.accepted[decision] = (key, kind, won)
    return till


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    db = sqlite3.connect(path)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()
