"""What a shop-day left behind, read with plain SQL and JSON. Never a line of the product, never a judgement."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Paper = list[tuple[str, str, int]]


@dataclass
class TillFacts:
    """What a till left behind: files, what its screen said, paper, and how often the drawer opened.

    Attributes:
        scanned: sales of a stolen terminal, told to the ledger from their papers.
        caps: won that may be taken at risk: at once, of one card, of all; before they are answered.
    """

    device: int
    path: Path
    lost: list[Path]
    told: list[tuple[str, str, int]]
    whole: Paper
    torn: Paper
    kicks: int
    scanned: list[str]
    caps: tuple[int, int, int]


@dataclass
class Journal:
    """What one database says happened."""

    kinds: dict[str, list[str]]  # Of each payment, in order.
    amounts: dict[str, int]
    sales: dict[str, dict[str, Any]]
    accepted: dict[str, tuple[str, str, int]]  # Decision: order, what came of it, won.
    refunds: dict[str, dict[str, Any]]
    uncovered: set[str]  # Sales of which a person has to see that a card's money went back.


def read_journal(path: Path) -> Journal:
    till = Journal(defaultdict(list), {}, {}, {}, {}, set())
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
        elif kind == "receipt.not_posted":
            till.uncovered.add(body["sale_id"])
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
        return Journal(defaultdict(list), {}, {}, {}, {}, set())


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    return _opened(path).execute(sql).fetchall()


@lru_cache(maxsize=4)  # Of a day's last files; nobody writes to them any more.
def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path)


def back_of(refund: dict[str, Any]) -> int:
    return sum(each["amount"] for each in refund["returns"])


def returned(db: sqlite3.Connection, payment: str) -> int:
    sql = "SELECT coalesce(sum(amount), 0) FROM card_refunds WHERE payment = ? AND posting NOT NULL"
    return int(db.execute(sql, (payment,)).fetchone()[0])


def asked_back(till: Journal, payment: str) -> int:
    returns = [each for refund in till.refunds.values() for each in refund["returns"]]
    return sum(each["amount"] for each in returns if each.get("payment_id") == payment)


def shop_holds(db: sqlite3.Connection, payment: str) -> int:
    """Return what a payment, with all that gave it back, leaves in the shop's takings."""
    sql = (
        "SELECT coalesce(sum(amount), 0) FROM entries WHERE account LIKE 'merchant:%' AND posting IN"
        " (SELECT id FROM postings WHERE reference = ?1"
        " OR reference IN (SELECT id FROM card_refunds WHERE payment = ?1))"
    )
    return int(db.execute(sql, (payment,)).fetchone()[0])


def left_by_tender(till: Journal, sale: str) -> dict[str, int]:
    """Return what of each card payment, and of all cash, was not given back."""
    left: Counter[str] = Counter({"cash": 0})
    for tender in till.sales[sale]["tenders"]:
        left[tender.get("payment_id", "cash")] += tender["amount"]
    for refund in till.refunds.values():
        for each in refund["returns"] if refund["sale_id"] == sale else ():
            left[each.get("payment_id", "cash")] -= each["amount"]
    return left


def at_risk(path: Path) -> list[tuple[int, int, int]]:
    """Return each payment taken at risk: won of it, of its card's unanswered, of all unanswered."""
    taken = []
    waiting: dict[str, tuple[str, int, bool]] = {}
    for kind, text in query(path, "SELECT kind, body FROM journal ORDER BY sequence"):
        if kind in ("payment.advice_accepted", "payment.advice_declined"):
            waiting.pop(json.loads(text)["payment_id"], None)
        if kind != "payment.offline_approved":
            continue
        body = json.loads(text)
        card, won, risky = body["card"]["card_ref"], body["amount"], "risk" in body["mode"]
        waiting[body["payment_id"]] = (card, won, risky)
        if risky:
            of_card = sum(won for ref, won, _ in waiting.values() if ref == card)
            taken.append((won, of_card, sum(won for _, won, risky in waiting.values() if risky)))
    return taken


def strange_records(db: sqlite3.Connection, device: int, paths: list[Path]) -> list[str]:
    """Return the records that the ledger holds of a device and none of its journals does."""
    held = db.execute("SELECT incarnation, sequence, hash FROM records WHERE device = ?", (device,))
    strange = set(held)
    for path in paths:
        try:
            strange -= set(query(path, "SELECT incarnation, sequence, hash FROM journal"))
        except sqlite3.DatabaseError:
            return []  # It may be there.
    return [f"the ledger holds a record of no journal: {each}" for each in sorted(strange)]


def digest(ledger: Path, tills: list[Path]) -> bytes:
    """Return a hash over everything that was written: journals and postings."""
    said = hashlib.sha256()
    for path in tills:
        for row in query(path, "SELECT sequence, hash FROM journal ORDER BY sequence"):
            said.update(repr(row).encode())
    for row in query(ledger, "SELECT posting, account, amount FROM entries ORDER BY posting, line"):
        said.update(repr(row).encode())
    return said.digest()


def knows(till: Journal, what: str, name: str, won: int) -> bool:
    """Tell whether a journal holds what a screen said."""
    if what == "sale":
        return name in till.sales and total_of(till.sales[name]) == won
    if what == "refund":
        return name in till.refunds and back_of(till.refunds[name]) == won
    yes = {"payment.approved", "payment.offline_approved"} & set(till.kinds.get(name, ()))
    return bool(yes) and till.amounts[name] == won


def total_of(sale: dict[str, Any]) -> int:
    """Return a sale's total; -1 where its tax is not that of the whole receipt."""
    sums: Counter[str] = Counter()
    for line in sale["lines"]:
        sums[line["tax"]] += line["unit_price"] * line["quantity"]
    taxable, exempt, tax = sums["taxable"], sums["exempt"], sale["tax"]
    vat = (taxable + 5) // 11  # An eleventh, half up.
    said = tuple(tax[part] for part in ("supply", "vat", "exempt", "service_charge"))
    return sums.total() if said == (taxable - vat, vat, exempt, 0) else -1


def chain_breaks(path: Path, device: int) -> list[str]:
    """Return where a record is missing, does not follow, or is not what was hashed."""
    before = "0" * 64
    rows = query(
        path,
        "SELECT sequence, previous, hash, incarnation, at_us, kind, body FROM journal ORDER BY 1",
    )
    for expected, (sequence, previous, own, incarnation, at_us, kind, body) in enumerate(rows, 1):
        said = {
            "at": (EPOCH + timedelta(microseconds=at_us)).isoformat(timespec="microseconds"),
            "body": json.loads(body),
            "device": device,
            "incarnation": incarnation,
            "kind": kind,
            "previous": before,
            "sequence": expected,
        }
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        found = hashlib.sha256(text.encode()).hexdigest()
        if (sequence, previous, own) != (expected, before, found):
            return [f"the chain breaks at {sequence}"]
        before = own
    return []
