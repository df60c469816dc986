"""Says whether what cards can spend offline is set aside for them. Never a line of the product."""

from __future__ import annotations

import sqlite3
from pathlib import Path


def uncovered(ledger: Path, left: dict[str, int], *, all_whole: bool) -> list[str]:
    """Return which cards could spend more offline than is set aside for them, `left` being what they say.

    Where no card was copied, no guaranteed payment may have been short of it either.
    """
    db = sqlite3.connect(ledger)
    try:
        held = dict(db.execute("SELECT name, balance FROM accounts"))
        borne = "SELECT coalesce(sum(amount), 0) FROM entries WHERE account = 'issuer_risk'"
        (risk,) = db.execute(borne).fetchone()
    finally:
        db.close()
    wrong = [
        f"{name} can spend {won} won offline, {held.get(f'offline_reserve:{name}', 0)} set aside"
        for name, won in left.items()
        if won > held.get(f"offline_reserve:{name}", 0)
    ]
    return wrong + ([f"the issuer bears {risk}"] if risk and all_whole else [])
