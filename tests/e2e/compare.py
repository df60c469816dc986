"""Compares journal, ledger and paper to the last won, sharing no code with the product."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STANDS_AFTER = {"payment.approved", "payment.advice_accepted"}


@dataclass
class Journal:
    """What the terminal's database says, read as plain rows."""

    sales: dict[str, dict[str, Any]] = field(default_factory=dict)
    approved: dict[str, int] = field(default_factory=dict)
    offline: dict[str, int] = field(default_factory=dict)
    reversed: set[str] = field(default_factory=set)
    unsent: int = 0
    unprinted: int = 0
    sequences: list[int] = field(default_factory=list)


def read_journal(path: Path) -> Journal:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    journal = Journal()
    for sequence, kind, text in connection.execute(
        "SELECT sequence, kind, body FROM journal ORDER BY sequence"
    ):
        body = json.loads(text)
        journal.sequences.append(sequence)
        match kind:
            case "sale.completed":
                assert body["sale"]["id"] not in journal.sales, "a sale was completed twice"
                journal.sales[body["sale"]["id"]] = body["sale"]
            case "payment.approved" | "payment.advice_accepted":
                assert body["payment_id"] not in journal.approved, "a payment was approved twice"
                journal.approved[body["payment_id"]] = body["approval"]["amount"]
            case "payment.offline_approved":
                journal.offline[body["payment_id"]] = body["amount"]
            case "payment.reversal_asked":
                journal.reversed.add(body["payment_id"])
    journal.unsent = connection.execute("SELECT count(*) FROM outbox").fetchone()[0]
    waiting = "SELECT count(*) FROM print_job WHERE state IN ('waiting', 'printing')"
    journal.unprinted = connection.execute(waiting).fetchone()[0]
    connection.close()
    return journal


def total_of(sale: dict[str, Any]) -> int:
    tax = sale["tax"]
    return int(tax["supply"] + tax["vat"] + tax["exempt"] + tax["service_charge"])


def compare(journal: Journal, book: dict[str, Any], receipts: Path) -> None:
    """Fail at the first difference."""
    assert journal.sequences == list(range(1, len(journal.sequences) + 1))
    assert journal.unsent == 0
    _compare_sales_inside(journal)
    _compare_payments(journal, book)
    _compare_sales(journal, book)
    _compare_paper(journal, receipts)


def _compare_sales_inside(journal: Journal) -> None:
    for sale in journal.sales.values():
        lines = sum(line["unit_price"] * line["quantity"] for line in sale["lines"])
        paid = sum(tender["amount"] for tender in sale["tenders"])
        assert lines == paid == total_of(sale)


def _compare_payments(journal: Journal, book: dict[str, Any]) -> None:
    assert book["wrong"] == []
    for posting in book["postings"]:
        assert sum(entry["amount"] for entry in posting["entries"]) == 0
    stands = {
        payment["id"]: payment["answer"]["amount"]
        for payment in book["payments"]
        if payment["answer"] and payment["posting"] is not None and not payment["reversed"]
    }
    expected = {p: amount for p, amount in journal.approved.items() if p not in journal.reversed}
    assert stands == expected
    # And each is what a sale was paid with: none twice, none missing.
    tendered = [
        (tender["payment_id"], tender["amount"])
        for sale in journal.sales.values()
        for tender in sale["tenders"]
        if tender["type"] == "VoucherTender"
    ]
    assert sorted(tendered) == sorted(stands.items())
    assert set(journal.offline) <= set(journal.approved)


def _compare_sales(journal: Journal, book: dict[str, Any]) -> None:
    at_ledger = {sale["id"]: (sale["total"], sale["vat"]) for sale in book["sales"]}
    here = {key: (total_of(sale), sale["tax"]["vat"]) for key, sale in journal.sales.items()}
    assert at_ledger == here


def _compare_paper(journal: Journal, receipts: Path) -> None:
    papers = [path.read_text(encoding="utf-8") for path in sorted(receipts.glob("receipt-*.txt"))]
    numbers = {sale["receipt_number"]: sale for sale in journal.sales.values()}
    assert len(numbers) == len(journal.sales), "a receipt number was given twice"
    originals: dict[str, int] = {}
    papered: set[str] = set()
    for paper in papers:
        found = re.search(r"영수증번호\s+(\d{8}-\d{4})", paper)
        if not found:
            continue  # A kitchen ticket or a day report.
        sale = numbers[found[1]]
        total = re.search(r"합계\s+([\d,]+)원", paper)
        assert total is not None
        assert int(total[1].replace(",", "")) == total_of(sale)
        papered.add(found[1])
        if "재발행" not in paper:
            originals[found[1]] = originals.get(found[1], 0) + 1
    # A power cut in the middle of a paper leaves a marked copy alone; two unmarked ones never.
    assert all(count == 1 for count in originals.values()), "two originals of one receipt"
    assert papered == numbers.keys(), "a sale without its paper"
