"""Keeps finished sales, voids and refunds by tender, for comparing days. Never moves money."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ledger.server.database import Tx
from ledger.server.payments import hash_body, is_reversed
from ledger.server.tables import CARD_REFUNDS, REFUNDS, SALES, TENDERED
from pos.domain.business_day import business_day
from pos.domain.codec import encode
from pos.domain.events import SaleCompleted, SaleRefunded
from pos.domain.identifiers import TransactionId
from pos.domain.receipt_facts import CardFact, ReceiptFacts
from pos.domain.refund import CardReturn, ExternalReturn, RefundRecord
from pos.domain.sale import SaleRecord
from pos.domain.tender import CashTender, ExternalTender, VoucherTender
from pos.domain.won import Won

CASH, EXTERNAL = "cash", "external"
JOURNAL, RECEIPT = "journal", "receipt"


class Contradicted(Exception):
    """A record that does not fit what is known, or itself: poison, for a person to look at.

    Its text says what does not fit, and nothing of the record stands.
    """


def rests_on(tx: Tx, payment_id: TransactionId) -> str | None:
    """Return the finished sale that a payment pays of, or None."""
    row = tx.get(TENDERED, payment_id.hex)
    return None if row is None else str(row[1])


@dataclass(frozen=True, slots=True)
class Kept:
    """What the ledger keeps of a finished sale, from a journal or a paper.

    Attributes:
        tenders: won by how it was paid.
        modes: by the id of the card payment.
    """

    id: TransactionId
    receipt_number: str
    completed_at: datetime
    total: Won
    vat: Won
    tenders: dict[str, int]
    modes: dict[str, str]
    training: bool


def take(tx: Tx, event: SaleCompleted) -> None:
    """Keep a finished sale; a repeat changes nothing, and one known from paper becomes whole.

    Raises:
        Contradicted: another sale has its id or rests on its payment, or its tenders do not sum up.
    """
    sale, body_hash = _kept(event.sale), hash_body(encode(event))
    row = tx.get(SALES, sale.id.hex)
    known = None if row is None else row[8:10]
    if known is None:
        _put(tx, sale, body_hash, JOURNAL)
    elif known[1] == JOURNAL and known[0] != body_hash:
        raise Contradicted("another sale has this id")
    elif known[1] == RECEIPT:
        _check_same(tx, sale)
        tx.set(SALES, (sale.id.hex,), body_hash=body_hash, source=JOURNAL)


def reversed_in(tx: Tx, sale: SaleRecord) -> Won:
    """Return how much of a sale was paid by payments that were reversed before it was known.

    Only a journal that lost its end asks for that reversal, and then only a copy of it that still
    held the end, put back later, tells of the sale.
    """
    cards = [each for each in sale.tenders if isinstance(each, VoucherTender)]
    return Won.total(e.amount for e in cards if is_reversed(tx, e.payment_id))


def take_receipt(tx: Tx, facts: ReceiptFacts) -> None:
    """Keep a sale by its paper, unless it is known; then nothing changes.

    Raises:
        Contradicted: as `take`, or the sale is known otherwise.
    """
    sale = _of_paper(facts)
    if tx.get(SALES, sale.id.hex) is None:
        _put(tx, sale, b"", RECEIPT)
    else:
        _check_same(tx, sale)


def take_refund(tx: Tx, event: SaleRefunded) -> None:
    """Keep a void or refund as a whole; what its cards get was judged before, one by one.

    Raises:
        Contradicted: its sale or a card's part is not known as it says, or more would come back than
            the sale took.
    """
    refund = event.refund
    body_hash = hash_body(encode(event))
    known = tx.get(REFUNDS, refund.id.hex)
    if known is not None:
        if known[9] != body_hash:
            raise Contradicted("another refund has this id")
        return
    sums = _returned(tx, refund)
    if sum(sums.values()) != refund.total.amount:
        raise Contradicted("what is returned does not sum to the total")
    _check_left(tx, refund, sums)
    tx.put(
        REFUNDS,
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


def _kept(sale: SaleRecord) -> Kept:
    cards = [each for each in sale.tenders if isinstance(each, VoucherTender)]
    cash = [each.amount for each in sale.tenders if isinstance(each, CashTender)]
    external = [each.amount for each in sale.tenders if isinstance(each, ExternalTender)]
    return Kept(
        id=sale.id,
        receipt_number=sale.receipt_number,
        completed_at=sale.completed_at,
        total=sale.total,
        vat=sale.tax.vat,
        tenders=_sums(cash, external, cards),
        modes={each.payment_id.hex: each.mode.value for each in cards},
        training=sale.training,
    )


def _of_paper(facts: ReceiptFacts) -> Kept:
    return Kept(
        id=facts.sale_id,
        receipt_number=facts.receipt_number,
        completed_at=facts.completed_at,
        total=facts.total,
        vat=facts.tax.vat,
        tenders=_sums(facts.cash, facts.external, facts.cards),
        modes={each.payment_id.hex: each.mode.value for each in facts.cards},
        training=facts.training,
    )


def _sums(
    cash: Iterable[Won], external: Iterable[Won], cards: Iterable[VoucherTender | CardFact]
) -> dict[str, int]:
    sums: dict[str, int] = {}
    named = [(CASH, each) for each in cash] + [(EXTERNAL, each) for each in external]
    named += [(each.mode.value, each.amount) for each in cards]
    for name, amount in named:
        sums[name] = sums.get(name, 0) + amount.amount
    return sums


def _put(tx: Tx, sale: Kept, body_hash: bytes, source: str) -> None:
    if sum(sale.tenders.values()) != sale.total.amount:
        raise Contradicted("the tenders do not sum to the total")
    tx.put(
        SALES,
        (
            sale.id.hex,
            sale.id.device,
            business_day(sale.completed_at).isoformat(),
            sale.receipt_number,
            sale.total.amount,
            sale.vat.amount,
            json.dumps(sale.tenders),
            int(sale.training),
            body_hash,
            source,
        ),
    )
    if sale.training:
        return
    for payment, mode in sale.modes.items():
        if tx.get(TENDERED, payment) is not None:
            raise Contradicted("another finished sale rests on its payment")
        tx.put(TENDERED, (payment, sale.id.hex, mode))


def _check_same(tx: Tx, sale: Kept) -> None:
    """Check that a known sale has this total, these sums by tender and these payments."""
    row = tx.get(SALES, sale.id.hex)
    rests = {payment: mode for payment, _, mode in tx.find(TENDERED, "sale", sale.id.hex)}
    known = None if row is None else (row[4], json.loads(row[6]), rests)
    if known != (sale.total.amount, sale.tenders, {} if sale.training else sale.modes):
        raise Contradicted("another sale has this id")


def _returned(tx: Tx, refund: RefundRecord) -> dict[str, int]:
    """Return what comes back by the tender that it came from; each card's part is used up."""
    sums: dict[str, int] = {}
    for each in refund.returns:
        if isinstance(each, CardReturn):
            name = _use_up(tx, refund, each)
        else:
            name = EXTERNAL if isinstance(each, ExternalReturn) else CASH
        sums[name] = sums.get(name, 0) + each.amount.amount
    return sums


def _use_up(tx: Tx, refund: RefundRecord, each: CardReturn) -> str:
    part = tx.get(CARD_REFUNDS, each.refund_id.hex)
    wanted = (each.payment_id.hex, refund.sale_id.hex, each.amount.amount)
    if part is None or part[1:4] != wanted or part[CARD_REFUNDS.places["refund"]] is not None:
        raise Contradicted("a card's part of it is not known")
    tx.set(CARD_REFUNDS, (each.refund_id.hex,), refund=refund.id.hex)
    row = tx.get(TENDERED, each.payment_id.hex)
    if row is None or row[1] != refund.sale_id.hex:
        raise Contradicted("its sale does not rest on that payment")
    return str(row[2])


def _check_left(tx: Tx, refund: RefundRecord, sums: dict[str, int]) -> None:
    """Check that of no tender more comes back than the sale took, all its refunds together."""
    sale = tx.get(SALES, refund.sale_id.hex)
    if sale is None:
        raise Contradicted("its sale is not known")
    left: dict[str, int] = json.loads(sale[6])
    before = tx.find(REFUNDS, "sale", refund.sale_id.hex)
    for returned in (*(json.loads(row[8]) for row in before), sums):
        for name, amount in returned.items():
            left[name] = left.get(name, 0) - amount
    if min(left.values()) < 0:
        raise Contradicted("more comes back than the sale took")
