"""The operator's look at what the fraud sweep flagged; each returns what to say. Never stops a payment or a card."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from composition.ledger_admin import Admin
from composition.ledger_books import Act, said
from ledger.server import fraud_flags, fraud_tuning
from ledger.server.database import Tx
from ledger.server.fraud_flags import Flag
from ledger.server.fraud_limits import PACKAGED, load_fraud_data
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


def tune(admin: Admin, days: int, limits: Path | None) -> str:
    """Return what each rule would have flagged in the last days at half and double each limit."""
    with said():
        data = load_fraud_data(PACKAGED if limits is None else limits)
    since, from_ = fraud_tuning.since_of(admin.now(), days, data)
    facts = admin.read(lambda tx: fraud_tuning.facts_since(tx, from_))
    head = f"{'rule':18} {'limit':22} {'half':>20} {'as it is':>20} {'double':>20}\n"
    rows = "".join(
        f"{each.rule:18} {each.limit:22} "
        + " ".join(
            f"{f'{value:,}: {count:,}':>20}"
            for value, count in zip(each.values, each.flags, strict=True)
        )
        + "\n"
        for each in fraud_tuning.try_limits(facts, data, since)
    )
    oldest = f"{facts[0].at:%Y-%m-%d %H:%M}Z" if facts else "-"
    cut = " (newest only)" if len(facts) == fraud_tuning.FACTS_MAX else ""
    return (
        f"{head}{rows}값: 표시 수 / limit: flags. {days}일, 사실 {len(facts):,}건, 가장 오래된 것"
        f" {oldest} / facts looked at, the oldest{cut}.\n"
    )


def close_flag(admin: Admin, flag: str, by: str, why: str, now: datetime) -> str:
    """Close a flag, saying who and why; that is kept for ever."""
    act = Act("flags close", f"{flag}, by {by}")
    admin.write(act, lambda tx: fraud_flags.close(tx, flag, by=by, reason=why, at=now))
    return show_flag(admin, flag)
