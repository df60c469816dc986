"""Keeps finished sales, voids and refunds by tender, for comparing days. Never moves money."""

from __future__ import annotations

import json

from ledger.server.database import Tx
from ledger.server.payments import hash_body
from pos.domain.business_day import business_day
from pos.domain.codec import encode
from pos.domain.events import SaleCompleted, SaleRefunded
from pos.domain.identifiers import TransactionId
from pos.domain.refund import CardReturn, RefundRecord
from pos.domain.sale import SaleRecord
from pos.domain.tender import CashTender, VoucherTender

CASH = "cash"
JOURNAL, RECEIPT = "journal", "receipt"


class Contradicted(Exception):
    """A record that does not fit what is known, or itself: poison, for a person to look at.

    Its text says what does not fit, and nothing of the record stands.
    """


def rests_on(tx: Tx, payment_id: TransactionId) -> str | None:
    """Return the finished sale that a payment pays of, or None."""
    row = tx.row("SELECT sale FROM tendered WHERE payment = ?", (payment_id.hex,))
    return None if row is None else str(row[0])


def take(tx: Tx, event: SaleCompleted) -> None:
    """Keep a finished sale; a repeat changes nothing, and one known from paper becomes whole.

    Raises:
        Contradicted: another sale has its id or rests on its payment, or its tenders do not sum up.
    """
    sale = event.sale
    body_hash = hash_body(encode(event))
    known = tx.row("SELECT body_hash, source FROM sales WHERE id = ?", (sale.id.hex,))
    if known is not None and known == (body_hash, JOURNAL):
        return
    if known is not None and (known[1] == JOURNAL or not _is_same(tx, sale)):
        raise Contradicted("another sale has this id")
    if known is not None:
        tx.execute("DELETE FROM sales WHERE id = ?", (sale.id.hex,))
    put(tx, sale, body_hash, JOURNAL)


def put(tx: Tx, sale: SaleRecord, body_hash: bytes, source: str) -> None:
    """Write a sale that is not there.

    Raises:
        Contradicted: another sale rests on its payment, or its tenders do not sum up.
    """
    sums = _by_tender(sale)
    if sum(sums.values()) != sale.total.amount:
        raise Contradicted("the tenders do not sum to the total")
    tx.execute(
        "INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            sale.id.hex,
            sale.id.device,
            business_day(sale.completed_at).isoformat(),
            sale.receipt_number,
            sale.total.amount,
            sale.tax.vat.amount,
            json.dumps(sums),
            sale.training,
            body_hash,
            source,
        ),
    )
    if not sale.training:
        _rest_on_payments(tx, sale)


def take_refund(tx: Tx, event: SaleRefunded) -> None:
    """Keep a void or refund as a whole; what its cards get was judged before, one by one.

    Raises:
        Contradicted: its sale or a card's part is not known as it says, or more would come back than
            the sale took.
    """
    refund = event.refund
    body_hash = hash_body(encode(event))
    known = tx.row("SELECT body_hash FROM refunds WHERE id = ?", (refund.id.hex,))
    if known is not None:
        if known[0] != body_hash:
            raise Contradicted("another refund has this id")
        return
    sums = _returned(tx, refund)
    if sum(sums.values()) != refund.total.amount:
        raise Contradicted("what is returned does not sum to the total")
    _check_left(tx, refund, sums)
    tx.execute(
        "INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            refund.id.hex,
            refund.sale_id.hex,
            refund.id.device,
            business_day(refund.refunded_at).isoformat(),
            refund.receipt_number,
            refund.kind.value,
            refund.total.amount,
            refund.tax.vat.amount,
            json.dumps(sums),
            body_hash,
        ),
    )


def _is_same(tx: Tx, sale: SaleRecord) -> bool:
    """Tell whether a sale is kept with this total, these sums by tender and these payments."""
    row = tx.row("SELECT total, tenders FROM sales WHERE id = ?", (sale.id.hex,))
    if row is None or row[0] != sale.total.amount or json.loads(row[1]) != _by_tender(sale):
        return False
    rows = tx.execute("SELECT payment FROM tendered WHERE sale = ?", (sale.id.hex,))
    cards = [each for each in sale.tenders if isinstance(each, VoucherTender)]
    return {payment for (payment,) in rows} == {each.payment_id.hex for each in cards}


def _by_tender(sale: SaleRecord) -> dict[str, int]:
    sums: dict[str, int] = {}
    for tender in sale.tenders:
        name = CASH if isinstance(tender, CashTender) else tender.mode.value
        sums[name] = sums.get(name, 0) + tender.amount.amount
    return sums


def _rest_on_payments(tx: Tx, sale: SaleRecord) -> None:
    for tender in sale.tenders:
        if not isinstance(tender, VoucherTender):
            continue
        if rests_on(tx, tender.payment_id) not in (None, sale.id.hex):
            raise Contradicted("another finished sale rests on its payment")
        tx.execute(
            "INSERT OR IGNORE INTO tendered VALUES (?, ?, ?)",
            (tender.payment_id.hex, sale.id.hex, tender.mode.value),
        )


def _returned(tx: Tx, refund: RefundRecord) -> dict[str, int]:
    """Return what comes back by the tender that it came from; each card's part is used up."""
    sums: dict[str, int] = {}
    for each in refund.returns:
        name = _use_up(tx, refund, each) if isinstance(each, CardReturn) else CASH
        sums[name] = sums.get(name, 0) + each.amount.amount
    return sums


def _use_up(tx: Tx, refund: RefundRecord, each: CardReturn) -> str:
    tx.execute(
        "UPDATE card_refunds SET refund = ? WHERE id = ? AND payment = ? AND sale = ?"
        " AND amount = ? AND refund IS NULL",
        (
            refund.id.hex,
            each.refund_id.hex,
            each.payment_id.hex,
            refund.sale_id.hex,
            each.amount.amount,
        ),
    )
    if not tx.connection.changes():
        raise Contradicted("a card's part of it is not known")
    row = tx.row(
        "SELECT mode FROM tendered WHERE payment = ? AND sale = ?",
        (each.payment_id.hex, refund.sale_id.hex),
    )
    if row is None:
        raise Contradicted("its sale does not rest on that payment")
    return str(row[0])


def _check_left(tx: Tx, refund: RefundRecord, sums: dict[str, int]) -> None:
    """Check that of no tender more comes back than the sale took, all its refunds together."""
    sale = tx.row("SELECT tenders FROM sales WHERE id = ?", (refund.sale_id.hex,))
    if sale is None:
        raise Contradicted("its sale is not known")
    left: dict[str, int] = json.loads(sale[0])
    before = tx.execute("SELECT returns FROM refunds WHERE sale = ?", (refund.sale_id.hex,))
    for returned in (*(json.loads(text) for (text,) in before), sums):
        for name, amount in returned.items():
            left[name] = left.get(name, 0) - amount
    if min(left.values()) < 0:
        raise Contradicted("more comes back than the sale took")
