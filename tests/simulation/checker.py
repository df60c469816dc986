"""Says whether a shop-day's money adds up, from the files and the paper alone. Never a line of the product."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path

from tests.simulation.evidence import (
    Journal,
    TillFacts,
    asked_back,
    back_of,
    chain_breaks,
    query,
    read_journal,
    read_lost,
    returned,
    total_of,
)

ENDED = {
    "payment.approved",
    "payment.declined",
    "payment.abandoned",
    "payment.advice_accepted",
    "payment.advice_declined",
    "payment.reversal_acknowledged",
    "payment.reversal_declined",
    "payment.refund_acknowledged",
    "payment.refund_settled",
    "payment.refund_declined",
    "payment.receivable_closed",
}


def check(ledger: Path, tills: list[TillFacts]) -> list[str]:
    """Return what is wrong, in words; nothing if all is well."""
    db = sqlite3.connect(ledger)
    try:
        wrong = _books(db)
        for till in tills:
            wrong += [f"{till.device & 0xFF}: {each}" for each in _till(db, till)]
    finally:
        db.close()
    return wrong


def _books(db: sqlite3.Connection) -> list[str]:
    wrong = []
    for posting, total in db.execute("SELECT posting, sum(amount) FROM entries GROUP BY posting"):
        if total:
            wrong.append(f"posting {posting} sums to {total}")
    held: Counter[str] = Counter()
    for account, amount in db.execute("SELECT account, amount FROM entries"):
        held[account] += amount
    for name, balance in db.execute("SELECT name, balance FROM accounts"):
        if held[name] != balance:
            wrong.append(f"account {name} says {balance}, its entries {held[name]}")
        if balance < 0 and name.startswith(("purse:", "offline_reserve:")):
            wrong.append(f"account {name} is at {balance}")
    count = "SELECT kind, reference, count(*) FROM postings GROUP BY 1, 2 HAVING count(*) > 1"
    wrong += [f"posted more than once: {row}" for row in db.execute(count)]
    return wrong


def _till(db: sqlite3.Connection, facts: TillFacts) -> list[str]:
    now = read_journal(facts.path)
    before = [read_lost(path) for path in facts.lost]
    wrong = _queues(facts.path, bool(facts.lost)) + chain_breaks(facts.path)
    wrong += _told(facts, [now, *before])
    wrong += _payments(db, facts.device, now, before)
    wrong += _sales(db, facts.device, now, before)
    wrong += _paper(facts, now, before)
    return wrong + _orders(db, now)


def _queues(path: Path, was_copied: bool) -> list[str]:
    rows = query(path, "SELECT * FROM outbox")
    # Given back once before a copy was put back and once after: a person has to see that.
    seen = [r for r in rows if not (was_copied and "more comes back" in str(r))]
    wrong = [f"unsent or parked: {row}" for row in seen]
    jobs = query(path, "SELECT id, kind, state FROM print_job WHERE state <> 'done'")
    drafts = query(path, "SELECT value FROM meta WHERE key = 'draft'")
    return wrong + [f"not printed: {j}" for j in jobs] + [f"left open: {d}" for d in drafts]


def _told(facts: TillFacts, journals: list[Journal]) -> list[str]:
    wrong = []
    for what, name, won in facts.told:
        if what == "sale":
            found = any(total_of(j.sales[name]) == won for j in journals if name in j.sales)
        elif what == "refund":
            found = any(back_of(j.refunds[name]) == won for j in journals if name in j.refunds)
        else:
            found = any(
                j.amounts.get(name) == won
                and {"payment.approved", "payment.offline_approved"} & set(j.kinds[name])
                for j in journals
            )
        if not found:
            wrong.append(f"told as approved but not in the journal: {what} {name} of {won}")
    return wrong


def _payments(
    db: sqlite3.Connection, device: int, now: Journal, before: list[Journal]
) -> list[str]:
    wrong = []
    tendered: dict[str, int] = {}
    for sale in now.sales.values():
        for tender in sale["tenders"]:
            if name := tender.get("payment_id"):
                if name in tendered:
                    wrong.append(f"payment {name} pays twice")
                tendered[name] = tender["amount"]
    rows = db.execute("SELECT id, answer, reversed, posting FROM payments")
    ledger = {row[0]: row[1:] for row in rows if row[0].startswith(f"{device:012x}")}
    for name, kinds in now.kinds.items():
        state = kinds[-1]
        if state not in ENDED:
            wrong.append(f"payment {name} ends as {state}")
        asked = "payment.reversal_asked" in kinds
        declined = "payment.reversal_declined" in kinds
        if asked and not declined and "payment.reversal_acknowledged" not in kinds:
            wrong.append(f"payment {name} was never given back")
        yes = {"payment.approved", "payment.offline_approved"} & set(kinds)
        standing = bool(yes) and not asked
        if standing != (name in tendered):
            wrong.append(f"payment {name} stands: {standing}, tendered: {name in tendered}")
        if standing and tendered.get(name) != now.amounts[name]:
            wrong.append(f"payment {name} tendered {tendered.get(name)}")
        answer, is_reversed, posting = ledger.pop(name, (None, 0, None))
        posted = posting is not None and not is_reversed
        in_lost = any(name in str(sale) for j in before for sale in j.sales.values())
        if posted != (
            (standing or (declined and in_lost)) and "payment.advice_declined" not in kinds
        ):
            wrong.append(f"payment {name} is {kinds} at the till, posted: {posted}")
        back = returned(db, name)
        if back > now.amounts[name]:
            wrong.append(f"payment {name} of {now.amounts[name]} gave {back} back")
        if posted and not before and back != asked_back(now, name):
            wrong.append(f"payment {name}: {back} back, {asked_back(now, name)} at the till")
        if posted and json.loads(answer)["amount"] != now.amounts[name]:
            wrong.append(f"payment {name} posted as {answer}")
    known = {name for journal in before for name in journal.kinds}
    for name, (_, is_reversed, posting) in ledger.items():
        if posting is not None and not is_reversed and name not in known:
            wrong.append(f"the ledger holds payment {name}, the till knows nothing of it")
    return wrong


def _sales(db: sqlite3.Connection, device: int, now: Journal, before: list[Journal]) -> list[str]:
    rows = db.execute("SELECT id, total, tenders FROM sales WHERE device = ?", (device,))
    ledger = {row[0]: row[1:] for row in rows}
    wrong = []
    for name, sale in now.sales.items():
        total, tenders = ledger.pop(name, (None, "{}"))
        if not total == total_of(sale) == sum(json.loads(tenders).values()):
            wrong.append(f"sale {name}: {total_of(sale)} at the till, {total} at the ledger")
        if sum(each["amount"] for each in sale["tenders"]) != total_of(sale):
            wrong.append(f"sale {name}: its tenders do not cover it")
    known = {name for journal in before for name in journal.sales}
    return wrong + [f"sale {name} only at the ledger" for name in ledger if name not in known]


def _paper(facts: TillFacts, now: Journal, before: list[Journal]) -> list[str]:
    firsts = Counter(each[:2] for each in facts.whole + facts.torn if each[2] == 1)
    wrong = [
        f"{each} came unmarked {n} times"
        for each, n in firsts.items()
        # A copy put back has forgotten which orders were taken, so their tickets may come anew.
        if n > 1 + (len(facts.lost) if each[0] == "kitchen_ticket" else 0)
    ]
    printed = {subject for kind, subject, _ in facts.whole if kind == "sale_receipt"}
    wrong += [f"sale {name} has no receipt" for name in now.sales if name not in printed]
    every = {name: sale for journal in (now, *before) for name, sale in journal.sales.items()}
    cash = sum(any("received" in t for t in sale["tenders"]) for sale in every.values())
    back = {name for journal in (now, *before) for name in journal.refunds}
    if facts.kicks > cash + len(back):
        wrong.append(f"the drawer opened {facts.kicks} times for {cash} cash sales")
    return wrong


def _orders(db: sqlite3.Connection, now: Journal) -> list[str]:
    wrong = []
    for decision, (key, end, won) in now.accepted.items():
        row = db.execute("SELECT state, decision FROM orders WHERE key = ?", (key,)).fetchone()
        charged = row is not None and row == ("accepted", decision)
        if not end or charged != (end == "order.posted"):
            wrong.append(f"order {key}: {end or 'open'} at the till, {row} at the ledger")
        postings = "SELECT count(*) FROM postings WHERE kind LIKE 'order%' AND reference = ?"
        if db.execute(postings, (decision,)).fetchone()[0] != int(charged):
            wrong.append(f"order {key} of {won} won: not posted once iff accepted")
    return wrong
