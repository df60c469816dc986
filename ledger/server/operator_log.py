"""Keeps what operators did, when, and what came of it. Only adds; never keeps a code, a key or a card number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ledger.server.database import Tx
from pos.domain.codec import encode

DONE = "done"
REFUSED = "refused: "
TEXT_MAX = 200
PAGE = 100
# What may be a card's number, typed by mistake.
_NUMBERS = re.compile(r"\d{13,}|\d{4}(?:[ -]\d{4}){2,3}(?:[ -]?\d{1,7})?")
_CODES = re.compile(
    r"\b(?:[0-9A-Za-z]{4}[- ]){3}[0-9A-Za-z]{4}\b|\b(?=[A-Za-z]*\d)[0-9A-Za-z]{16}\b"
)
_KEYS = re.compile(r"\b[0-9a-fA-F]{24,}\b")


@dataclass(frozen=True, slots=True)
class Entry:
    """One command.

    Attributes:
        who: the person as they named themselves, and the machine's user.
        what: the command.
        about: what it was done to.
        outcome: `DONE` with what came of it, or `REFUSED` with why.
    """

    id: int
    at: datetime
    who: str
    what: str
    about: str
    outcome: str

    @property
    def was_refused(self) -> bool:
        """Nothing was changed."""
        return self.outcome.startswith(REFUSED)


def add(tx: Tx, at: datetime, who: str, what: str, about: str, outcome: str) -> None:
    """Add an entry, in the transaction of what it says."""
    tx.execute(
        "INSERT INTO operator_log (at, who, what, about, outcome) VALUES (?, ?, ?, ?, ?)",
        (encode(at), harmless(who), harmless(what), harmless(about), harmless(outcome)),
    )


def newest(tx: Tx, *, before: int | None = None, limit: int = PAGE) -> list[Entry]:
    """Return entries, the newest first; those before a number, if one is given."""
    rows = tx.execute(
        "SELECT id, at, who, what, about, outcome FROM operator_log WHERE id < ?"
        " ORDER BY id DESC LIMIT ?",
        (1 << 62 if before is None else before, limit),
    )
    return list(_entries(rows))


def last_of(tx: Tx, what: str) -> Entry | None:
    """Return the newest entry of a command, or None."""
    rows = tx.execute(
        "SELECT id, at, who, what, about, outcome FROM operator_log WHERE what = ?"
        " ORDER BY id DESC LIMIT 1",
        (what,),
    )
    return next(_entries(rows), None)


def harmless(text: str) -> str:
    """Return a text as one line without what must not be kept: numbers of cards, codes, keys."""
    line = "".join(each if each.isprintable() else " " for each in text)
    line = _KEYS.sub("[...]", _CODES.sub("[...]", _NUMBERS.sub("[...]", line)))
    return line if len(line) <= TEXT_MAX else f"{line[: TEXT_MAX - 2]}.."


def _entries(rows: Iterator[tuple[object, ...]]) -> Iterator[Entry]:
    for number, at, *texts in rows:
        assert isinstance(number, int)
        who, what, about, outcome = map(str, texts)
        yield Entry(number, datetime.fromisoformat(str(at)), who, what, about, outcome)
