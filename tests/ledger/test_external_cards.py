"""A sale that another terminal's card and a coupon paid parts of: kept by tender, given back by tender."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.server import sales
from ledger.server.database import Database
from ledger.server.sales import Contradicted
from ledger.server.tables import SALES
from ledger.server.writer import Writer
from pos.domain.events import SaleCompleted, SaleRefunded
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_facts import facts_of
from pos.domain.refund import ExternalReturn, plan_refund
from pos.domain.tender import CashTender
from pos.domain.won import Won
from tests.receipts.samples import BASKET, ELSEWHERE, NOON, sale

SOLD = sale(BASKET, (ELSEWHERE, CashTender(Won(5_500), Won(6_000), Won(500))))


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    made = Writer(database)
    yield made
    made.close()


def back(wanted: dict[int, int] | None) -> SaleRefunded:
    refund = plan_refund(
        SOLD,
        (),
        wanted,
        refund_id=replace(SOLD.id, sequence=900),
        next_id=lambda: replace(SOLD.id, sequence=901),
        receipt_number="20261124-0009",
        at=NOON + timedelta(hours=1),
    )
    return SaleRefunded(refund, refund.refunded_at)


def kept(writer: Writer) -> dict[str, int]:
    row = writer.run_now(lambda tx: tx.get(SALES, SOLD.id.hex))
    assert row is not None
    return dict(json.loads(row[6]))


def test_a_sale_is_kept_by_tender_and_its_paper_says_the_same(writer: Writer) -> None:
    writer.run_now(lambda tx: sales.take(tx, SaleCompleted(SOLD, NOON)))

    assert kept(writer) == {"cash": 5_500, "external": 5_000}
    writer.run_now(lambda tx: sales.take_receipt(tx, facts_of(ReceiptBody(SOLD))))
    assert kept(writer) == {"cash": 5_500, "external": 5_000}


def test_giving_back_is_counted_by_tender_and_never_more_than_was_taken(writer: Writer) -> None:
    writer.run_now(lambda tx: sales.take(tx, SaleCompleted(SOLD, NOON)))
    event = back(None)
    more = (replace(event.refund.returns[0], amount=Won(5_001)), *event.refund.returns[1:])
    too_much = replace(
        event,
        refund=replace(event.refund, returns=(*more[:-1], replace(more[-1], amount=Won(5_499)))),
    )

    with pytest.raises(Contradicted):
        writer.run_now(lambda tx: sales.take_refund(tx, too_much))
    writer.run_now(lambda tx: sales.take_refund(tx, event))

    assert event.refund.returns[0] == ExternalReturn(Won(5_000), "국민", "30012345")
