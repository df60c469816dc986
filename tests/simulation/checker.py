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
    at_risk,
    chain_breaks,
    knows,
    left_by_tender,
    query,
    read_journal,
    read_lost,
    returned,
    shop_holds,
    strange_records,
    total_of,
)

Db = sqlite3.Connection

ENDS = (
    *("approved", "declined", "abandoned", "advice_accepted", "advice_declined"),
    *("reversal_acknowledged", "reversal_declined", "receivable_closed"),
    *("refund_acknowledged", "refund_settled", "refund_declined"),
)
ENDED = {f"payment.{each}" for each in ENDS}


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


def _books(db: Db) -> list[str]:
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


def _till(db: Db, facts: TillFacts) -> list[str]:
    now = read_journal(facts.path)
    before = [read_lost(path) for path in facts.lost]
    wrong = _queues(facts.path, bool(facts.lost)) + chain_breaks(facts.path, facts.device)
    wrong += strange_records(db, facts.device, [facts.path, *facts.lost])
    wrong += _told(facts, [now, *before])
    wrong += _payments(db, facts.device, now, before)
    wrong += _sales(db, facts, now, before)
    wrong += _paper(facts, now, before)
    for taken in at_risk(facts.path):
        if any(won > cap for won, cap in zip(taken, facts.caps, strict=True)):
            wrong.append(f"{taken} won taken at risk, {facts.caps} allowed")
    return wrong + _orders(db, now)


def _queues(path: Path, was_copied: bool) -> list[str]:
    rows = query(path, "SELECT * FROM outbox")
    # Given back once before a copy was put back and once after: a person has to see that.
    seen = [r for r in rows if not (was_copied and "more comes back" in str(r))]
    wrong = [f"unsent or parked: {row}" for row in seen]
    jobs = query(path, "SELECT id, kind, state FROM print_job WHERE state NOT IN ('done', 'sent')")
    drafts = query(path, "SELECT value FROM meta WHERE key = 'draft'")
    return wrong + [f"not printed: {j}" for j in jobs] + [f"left open: {d}" for d in drafts]


def _told(facts: TillFacts, journals: list[Journal]) -> list[str]:
    return [
        f"told as approved but not in the journal: {what} {name} of {won}"
        for what, name, won in facts.told
        if not any(knows(journal, what, name, won) for journal in journals)
    ]


def _payments(db: Db, device: int, now: Journal, before: list[Journal]) -> list[str]:
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
        if is_reversed and any(name in str(now.sales.get(each)) for each in now.uncovered):
            continue  # Given back after the journal had lost its end: a person has to close it.
        in_lost = any(name in str(sale) for j in before for sale in j.sales.values())
        if posted != (
            (standing or (declined and in_lost)) and "payment.advice_declined" not in kinds
        ):
            wrong.append(f"payment {name} is {kinds} at the till, posted: {posted}")
        back = returned(db, name)
        if back > now.amounts[name]:
            wrong.append(f"payment {name} of {now.amounts[name]} gave {back} back")
        gone = is_reversed or back == now.amounts[name]
        if gone and (held := shop_holds(db, name)):
            wrong.append(f"payment {name} is given back, the shop is left with {held}")
        if posted and not before and back != asked_back(now, name):
            wrong.append(f"payment {name}: {back} back, {asked_back(now, name)} at the till")
        if posted and json.loads(answer)["amount"] != now.amounts[name]:
            wrong.append(f"payment {name} posted as {answer}")
    known = {name for journal in before for name in journal.kinds}
    for name, (_, is_reversed, posting) in ledger.items():
        if posting is not None and not is_reversed and name not in known:
            wrong.append(f"the ledger holds payment {name}, the till knows nothing of it")
    return wrong


def _sales(db: Db, facts: TillFacts, now: Journal, before: list[Journal]) -> list[str]:
    rows = db.execute("SELECT id, total, tenders FROM sales WHERE device = ?", (facts.device,))
    ledger = {row[0]: row[1:] for row in rows}
    wrong, at_all = [], set(ledger)
    for name, sale in now.sales.items():
        total, tenders = ledger.pop(name, (None, "{}"))
        if not total == total_of(sale) == sum(json.loads(tenders).values()):
            wrong.append(f"sale {name}: {total_of(sale)} at the till, {total} at the ledger")
        if sum(each["amount"] for each in sale["tenders"]) != total_of(sale):
            wrong.append(f"sale {name}: its tenders do not cover it")
        if min(left_by_tender(now, name).values()) < 0:
            wrong.append(f"sale {name}: more comes back than {left_by_tender(now, name)} left")
    papers = [*now.sales.values(), *now.refunds.values()]
    numbers = Counter(each["receipt_number"] for each in papers)
    wrong += [f"receipt {number} was given {n} times" for number, n in numbers.items() if n > 1]
    wrong += [f"sale {each} was scanned, not told" for each in facts.scanned if each not in at_all]
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


def _orders(db: Db, now: Journal) -> list[str]:
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
