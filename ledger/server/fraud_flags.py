"""Keeps what the fraud rules found, for people. Never acts on a flag: payments go on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.server.database import Tx
from ledger.server.fraud_rules import Fact, Finding
from ledger.server.tables import Row
from pos.domain.codec import encode

OPEN, CLOSED = "open", "closed"
FACTS_MAX = 20  # Of what was seen, the newest; more would not be read.
PAGE = 100
_COLUMNS = "id, rule, subject, day, severity, raised_at, seen, state, closed_at, closed_by, reason"


class FlagUnknown(LookupError):
    """There is no flag of this name. 그런 표시가 없습니다."""


class FlagClosed(ValueError):
    """Somebody has closed it already; what they said stands. 이미 종결된 표시입니다."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at.

    Attributes:
        subject: a card (by the ledger's name for it), a place, or `card@place`.
        day: the Korean day; what is seen again that day adds no second flag.
        seen: what was seen, cards by their masked numbers.
        closed_by: who closed it, when and why; empty while it is open.
    """

    id: str
    rule: str
    subject: str
    day: str
    severity: str
    raised_at: datetime
    seen: dict[str, Any]
    state: str
    closed_at: datetime | None
    closed_by: str
    reason: str


def raise_flags(tx: Tx, found: Iterable[Finding], masked: Mapping[str, str], at: datetime) -> int:
    """Write flags that are not there yet; one that is there, open or closed, stays as it is."""
    return sum(
        tx.change(
            "INSERT INTO fraud_flags (id, rule, subject, day, severity, raised_at, seen, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
            (
                each.id,
                each.rule,
                each.subject,
                each.day,
                each.severity.value,
                encode(at),
                json.dumps(_seen(each, masked), ensure_ascii=False),
                OPEN,
            ),
        )
        for each in found
    )


def open_flags(tx: Tx, *, after: str = "") -> list[Flag]:
    """Return up to a page of open flags by name, those after one that was returned before."""
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM fraud_flags WHERE state = 'open' AND id > ?"  # noqa: S608
        " ORDER BY id LIMIT ?",
        (after, PAGE),
    )
    return [_flag(row) for row in rows]


def show(tx: Tx, flag: str) -> Flag:
    """Return a flag.

    Raises:
        FlagUnknown: there is none of this name.
    """
    row = tx.row(f"SELECT {_COLUMNS} FROM fraud_flags WHERE id = ?", (flag,))  # noqa: S608
    if row is None:
        raise FlagUnknown(flag)
    return _flag(row)


def close(tx: Tx, flag: str, *, by: str, reason: str, at: datetime) -> Flag:
    """Close a flag, once; who and why are kept.

    Raises:
        FlagUnknown: there is none of this name.
        FlagClosed: it is closed.
        ValueError: nobody or no reason was named.
    """
    by, reason = by.strip(), reason.strip()
    if not by or not reason:
        raise ValueError("a flag is closed by somebody, for a reason (종결자와 사유가 필요합니다)")
    done = tx.change(
        "UPDATE fraud_flags SET state = 'closed', closed_at = ?, closed_by = ?, reason = ?"
        " WHERE id = ? AND state = 'open'",
        (encode(at), by, reason, flag),
    )
    now = show(tx, flag)
    if not done:
        raise FlagClosed(flag)
    return now


def _seen(finding: Finding, masked: Mapping[str, str]) -> dict[str, Any]:
    return {
        "count": len(finding.facts),
        "facts": [_fact(each, masked) for each in finding.facts[-FACTS_MAX:]],
    }


def _fact(fact: Fact, masked: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": fact.id,
        "kind": fact.kind.value,
        "card": masked.get(fact.card, ""),
        "shop": fact.shop,
        "at": encode(fact.at),
        "amount": fact.amount.amount,
        "held": fact.held.amount,
    }


def _flag(row: Row) -> Flag:
    name, rule, subject, day, severity, raised_at, seen, state, closed_at, by, reason = row
    closed = None if closed_at is None else datetime.fromisoformat(closed_at)
    raised = datetime.fromisoformat(raised_at)
    return Flag(
        name, rule, subject, day, severity, raised, json.loads(seen), state, closed,
        by or "", reason or "",
    )  # fmt: skip
