"""What a refund takes back of a cash receipt: never more than was issued, and at the end exactly that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pos.domain.cash_receipt import CancelReason, CashReceipt, CashReceiptUse, cash_of
from pos.domain.cash_receipt_events import (
    CashReceiptAsked,
    CashReceiptIssued,
    CashReceiptRefused,
)
from pos.domain.cash_receipt_life import (
    CashReceiptState,
    cancel_of,
    left_of,
    living,
    split_taken_back,
    split_to_ask,
    stand,
)
from pos.domain.identifiers import TransactionId
from pos.domain.refund import RefundRecord, plan_refund
from pos.domain.sale import SaleRecord
from pos.domain.sale_line import SaleLine
from pos.domain.tax import TaxKind, split_tax
from pos.domain.tender import CashTender
from pos.domain.won import ZERO, Won
from tests.receipts.samples import ONLINE, sale

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MASKED = "010-****-1234"


def paid(lines: tuple[SaleLine, ...], card: int = 0) -> SaleRecord:
    total = sum(line.total.amount for line in lines)
    cash = Won(total - card)
    tenders = (CashTender(cash, cash, ZERO),)
    made = sale(lines, (replace(ONLINE, amount=Won(card)), *tenders) if card else tenders)
    exempt = Won.total(line.total for line in lines if line.tax is TaxKind.EXEMPT)
    return replace(made, tax=split_tax(Won(total), exempt=exempt))


def given_back(
    record: SaleRecord, before: list[RefundRecord], line: int, count: int
) -> RefundRecord:
    return plan_refund(
        record,
        before,
        {line: count},
        refund_id=record.id,
        next_id=lambda: record.id,
        receipt_number="20261125-0001",
        at=AT + timedelta(days=1),
    )


def asked(record: SaleRecord, refunds: list[RefundRecord]) -> CashReceiptAsked:
    tax = split_to_ask(record, refunds)
    number = record.receipt_number
    receipt = CashReceipt(number, CashReceiptUse.INCOME, MASKED, "", AT, tax)
    return CashReceiptAsked(f"{record.id.hex}:1", record.id, receipt, AT)


LINES = st.tuples(st.integers(1, 40_000), st.integers(1, 5), st.sampled_from(TaxKind))


@given(st.lists(LINES, min_size=1, max_size=4), st.integers(0, 99), st.data())
def test_what_was_issued_less_what_was_taken_back_is_the_cash_that_the_shop_keeps(
    shapes: list[tuple[int, int, TaxKind]], percent: int, data: st.DataObject
) -> None:
    lines = tuple(
        SaleLine(n, str(n), "가", Won(price), count, tax)
        for n, (price, count, tax) in enumerate(shapes, 1)
    )
    total = sum(line.total.amount for line in lines)
    record = paid(lines, card=total * percent // 100)
    refunds: list[RefundRecord] = []
    first = asked(record, refunds)
    events: list[object] = [first]
    pieces = [line.number for line in lines for _ in range(line.quantity)]
    for number in data.draw(st.permutations(pieces)):
        refund = given_back(record, refunds, number, 1)
        one = living(stand(events))
        assert one is not None
        left = left_of(one, stand(events))
        tax = split_taken_back(left, record, refund)
        assert min(tax.supply, tax.vat, tax.exempt) >= ZERO
        refunds.append(refund)
        if tax.total:
            receipt = cancel_of(one, tax, CancelReason.SALE_VOIDED, AT)
            key = f"{record.id.hex}:{len(events) + 1}"
            events.append(CashReceiptAsked(key, record.id, receipt, AT, one.key))
        kept = left_of(one, stand(events))
        assert kept.total == split_to_ask(record, refunds).total
        assert min(kept.supply, kept.vat, kept.exempt) >= ZERO
    assert living(stand(events)) is None


def test_where_all_was_cash_the_refunds_own_split_is_taken_back() -> None:
    record = paid(
        (
            SaleLine(1, "1", "가", Won(11_000), 1, TaxKind.TAXABLE),
            SaleLine(2, "2", "나", Won(9_000), 1, TaxKind.EXEMPT),
        )
    )
    refund = given_back(record, [], 2, 1)
    taken = split_taken_back(asked(record, []).receipt.tax, record, refund)
    assert (ZERO, ZERO, Won(9_000)) == (taken.supply, taken.vat, taken.exempt)


def test_a_card_that_gets_its_money_back_first_leaves_the_cash_receipt_alone() -> None:
    lines = tuple(SaleLine(n, str(n), "가", Won(5_000), 1, TaxKind.TAXABLE) for n in (1, 2))
    record = paid(lines, card=5_000)
    refund = given_back(record, [], 1, 1)
    assert not split_taken_back(asked(record, []).receipt.tax, record, refund).total
    assert cash_of(record) == split_to_ask(record, [refund]).total


def test_what_became_of_one_is_read_from_the_events() -> None:
    record = paid((SaleLine(1, "1", "가", Won(5_000), 1, TaxKind.TAXABLE),))
    first = asked(record, [])
    assert [CashReceiptState.TO_BE_SENT] == [each.state for each in stand([first])]
    issued = stand([first, CashReceiptIssued(first.key, record.id, "012345678", AT)])
    assert (CashReceiptState.ISSUED, "012345678") == (
        issued[0].state,
        issued[0].receipt.approval_code,
    )
    refused = stand([first, CashReceiptRefused(first.key, record.id, "번호 오류", AT)])
    assert living(refused) is None


def test_an_answer_to_an_unknown_one_changes_nothing() -> None:
    nobody = TransactionId(1, 1, 1)
    assert stand([CashReceiptIssued("x:1", nobody, "012345678", AT)]) == ()
