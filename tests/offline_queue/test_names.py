"""What is read off a body is what the event says."""

from __future__ import annotations

import pytest

from offline_queue.names import Names, named_in
from pos.domain.codec import CodecError
from pos.domain.events import ReceiptReingested, SaleCompleted, SaleDropped, SaleRefunded, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.order_events import OrderRejected
from pos.domain.payment_events import Intended, OfflineApproved, RefundAsked, Sent
from pos.domain.refund import plan_refund
from pos.domain.sale import Sale, complete
from pos.domain.tender import ApprovalMode, take_cash
from pos.domain.won import Won
from tests.fakes import DEVICE, NOON, PRODUCTS, good_card

SALE_ID, PAYMENT_ID = TransactionId(DEVICE, 1, 3), TransactionId(DEVICE, 1, 8)
SALE = Sale(SALE_ID, NOON).add(PRODUCTS[0])


def names_of(event: object) -> Names:
    record = to_record(event)  # type: ignore[arg-type]
    return named_in(record.kind, record.body)


def test_payment_events_name_their_sale_and_the_higher_id() -> None:
    assert names_of(Intended(PAYMENT_ID, SALE, Won(1_500), NOON)) == Names(SALE_ID.hex, 8)
    assert names_of(Sent(PAYMENT_ID, SALE_ID, good_card(), NOON)) == Names(SALE_ID.hex, 8)


def test_the_end_of_a_sale_names_it() -> None:
    paid = SALE.with_tender(take_cash(SALE.total, SALE.total))
    done = complete(paid, receipt_number="20261124-0001", at=NOON)
    assert names_of(SaleCompleted(done, NOON)) == Names(SALE_ID.hex, 3)
    assert names_of(SaleDropped(SALE_ID, NOON)) == Names(SALE_ID.hex, 3)


def test_a_decision_has_an_id_and_no_sale() -> None:
    assert names_of(OrderRejected(PAYMENT_ID, "c:1", "sold out", NOON)) == Names("", 8)


def test_a_refund_names_the_sale_it_gives_back_and_its_own_ids() -> None:
    refund_id = TransactionId(DEVICE, 1, 12)
    asked = RefundAsked(refund_id, PAYMENT_ID, SALE_ID, Won(500), False, NOON)
    assert names_of(asked) == Names(SALE_ID.hex, 12)
    paid = SALE.with_tender(take_cash(SALE.total, SALE.total))
    done = complete(paid, receipt_number="20261124-0001", at=NOON)
    record = plan_refund(
        done,
        (),
        None,
        refund_id=refund_id,
        next_id=lambda: refund_id,
        receipt_number="20261124-0002",
        at=NOON,
    )
    assert names_of(SaleRefunded(record, NOON)) == Names(SALE_ID.hex, 12)


def test_a_lost_terminals_paper_names_its_sale_and_no_id_of_ours() -> None:
    theirs = TransactionId(DEVICE + 1, 1, 1_000_000)
    assert names_of(ReceiptReingested(theirs, "IEUM1:X", NOON)) == Names(theirs.hex, 0)


@pytest.mark.parametrize("mode", [ApprovalMode.OFFLINE_GUARANTEED, ApprovalMode.OFFLINE_AT_RISK])
def test_an_offline_approval_names_card_amount_and_risk(mode: ApprovalMode) -> None:
    card = good_card()
    event = OfflineApproved(PAYMENT_ID, SALE_ID, Won(700), card, mode, "F1", Won(0), NOON)
    at_risk = mode is ApprovalMode.OFFLINE_AT_RISK
    assert names_of(event) == Names(SALE_ID.hex, 8, card.card_ref, 700, at_risk)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(CodecError, match="unknown kind"):
        named_in("sale.teleported", {})
