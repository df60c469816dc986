"""The operator's look at what the fraud sweep flagged; each returns what to say. Never stops a payment or a card."""

from __future__ import annotations

import json
from datetime import datetime

from composition.ledger_admin import Admin
from composition.ledger_books import Act
from ledger.server import fraud_flags
from ledger.server.database import Tx
from ledger.server.fraud_flags import Flag
from ledger.server.operator_page import age


def list_flags(admin: Admin, now: datetime) -> str:
    """Return the open flags, one a line, page after page."""
    found = admin.read(_all_open)
    lines = [f"{each.severity:8} {age(each.raised_at, now):>8}  {each.id}\n" for each in found]
    return "".join(lines) or "열린 표시 없음 / no open flag\n"


def _all_open(tx: Tx) -> list[Flag]:
    found: list[Flag] = []
    while page := fraud_flags.open_flags(tx, after=found[-1].id if found else ""):
        found += page
    return found


def show_flag(admin: Admin, flag: str) -> str:
    """Return all that is known of a flag."""
    found = admin.read(lambda tx: fraud_flags.show(tx, flag))
    closed = f"{found.closed_by}: {found.reason}" if found.closed_at else "-"
    seen = json.dumps(found.seen, ensure_ascii=False, indent=2)
    return f"{found.id}  {found.severity}  {found.state}  {closed}\n{seen}\n"


def close_flag(admin: Admin, flag: str, by: str, why: str, now: datetime) -> str:
    """Close a flag, saying who and why; that is kept for ever."""
    act = Act("flags close", f"{flag}, by {by}")
    admin.write(act, lambda tx: fraud_flags.close(tx, flag, by=by, reason=why, at=now))
    return show_flag(admin, flag)
