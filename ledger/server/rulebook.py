"""The city's rules in force, the same for every server on one database. Never takes rules that unsay others.

A reading of the files becomes a version in the database, with the moment from which it holds: a little
later than it is written, so that every server has it by then. Each looks for new ones every second.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from ledger.policy.growth import check_growth
from ledger.policy.policy import Policy
from ledger.policy.reading import policy_of
from ledger.server import shops
from ledger.server.database import Tx
from ledger.server.rule_files import Told
from pos.domain.business_day import business_day
from pos.domain.codec import encode

LEAD = timedelta(seconds=5)  # Several looks of every server's.


@dataclass(frozen=True, slots=True)
class Version:
    """One reading of the rules.

    Attributes:
        number: from 1, by one.
        at: when it was written; `in_force_at`, from when it holds.
        is_new: it was not there before.
    """

    number: int
    at: datetime
    in_force_at: datetime
    digest: str
    is_new: bool = False


class Rulebook:
    """The versions that one server knows; asked for each request by its moment."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._known: list[tuple[Version, Policy]] = []

    @property
    def is_empty(self) -> bool:
        """No rules were ever told."""
        return not self._known

    def at(self, moment: datetime) -> Policy:
        """Return the rules that hold at a moment; the first ones, if it is before them."""
        begun = [policy for version, policy in self._known if version.in_force_at <= moment]
        return begun[-1] if begun else self._known[0][1]

    def policy(self) -> Policy:
        """Return the rules that hold now."""
        return self.at(self._now())

    def look(self, tx: Tx) -> bool:
        """Take in versions that are new here; tell whether there were any.

        Raises:
            ValueError: one is not of a shape that this server reads; those known stand.
        """
        last = self._known[-1][0].number if self._known else 0
        rows = list(
            tx.execute(
                "SELECT version, at, in_force_at, digest, files FROM rule_versions"
                " WHERE version > ? ORDER BY version",
                (last,),
            )
        )
        for number, at, in_force_at, digest, files in rows:
            policy = policy_of(json.loads(files), f"version {number}")
            self._known.append((_version(number, at, in_force_at, digest), policy))
        if rows:
            self._forget()
        return bool(rows)

    def _forget(self) -> None:
        """Drop versions that no request can ask for any more."""
        now = self._now()
        # A request that began before a turn is still judged by its own moment.
        over = [place for place, (v, _) in enumerate(self._known) if v.in_force_at + LEAD <= now]
        del self._known[: over[-1] if over else 0]


def tell(tx: Tx, told: Told, at: datetime) -> Version:
    """Make what the files say the rules, from a moment on, and the shops known.

    Returns:
        The version that says so, new or there already.

    Raises:
        ValueError: it unsays what was known, of rules or shops; nothing stands of it.
    """
    shops.enrol(tx, told.shops)
    for kind, path in told.sources.items():
        sql = (
            "INSERT INTO rule_sources (kind, path) VALUES (?, ?)"
            " ON CONFLICT (kind) DO UPDATE SET path = excluded.path"
        )
        tx.execute(sql, (kind, path))
    digest = _digest(told)
    before = newest(tx)
    if before is not None and before.digest == digest:
        return before
    if before is not None:
        row = tx.row("SELECT files FROM rule_versions WHERE version = ?", (before.number,))
        assert row is not None
        check_growth(policy_of(json.loads(row[0]), "before"), told.policy, business_day(at))
    number = 1 if before is None else before.number + 1
    in_force_at = at if before is None else max(at + LEAD, before.in_force_at)
    files = json.dumps(dict(told.texts), ensure_ascii=False)
    tx.execute(
        "INSERT INTO rule_versions (version, at, in_force_at, digest, files) VALUES (?, ?, ?, ?, ?)",
        (number, encode(at), encode(in_force_at), digest, files),
    )
    return Version(number, at, in_force_at, digest, is_new=True)


def newest(tx: Tx) -> Version | None:
    """Return the version that was written last, or None."""
    row = tx.row(
        "SELECT version, at, in_force_at, digest FROM rule_versions ORDER BY version DESC LIMIT 1"
    )
    return None if row is None else _version(*row)


def sources(tx: Tx) -> dict[str, str]:
    """Return where rules and shops were last read from, by kind."""
    return {
        str(kind): str(path) for kind, path in tx.execute("SELECT kind, path FROM rule_sources")
    }


def _version(number: int, at: str, in_force_at: str, digest: str) -> Version:
    begun = datetime.fromisoformat(in_force_at)
    return Version(number, datetime.fromisoformat(at), begun, digest)


def _digest(told: Told) -> str:
    text = json.dumps(dict(told.texts), ensure_ascii=False, sort_keys=True)
    return sha256(text.encode()).hexdigest()
