"""Giving a sale back: never more than was captured, per sale and per line, and never card money as cash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.errors import RefundError, RefundExceedsSale, RefundNothingLeft
from pos.domain.identifiers import TransactionId
from pos.domain.refund import (
    CardReturn,
    CashReturn,
    RefundKind,
    RefundRecord,
    left_to_refund,
    plan_refund,
)
from pos.domain.sale import Sale, SaleRecord, complete
from pos.domain.tender import ApprovalMode, CashTender, VoucherTender
from pos.domain.won import ZERO, Won
from tests.fakes import NOON, PRODUCTS


def card(number: int, amount: int) -> VoucherTender:
    pan = "629099******1234"
    mode = ApprovalMode.ONLINE
    return VoucherTender(TransactionId(1, 2, number), Won(amount), mode, pan, "00000001", NOON)


def cash(amount: int) -> CashTender:
    return CashTender(Won(amount), Won(amount), ZERO)


def a_sale(quantities: Sequence[int], *paid: int) -> SaleRecord:
    """Return a finished sale; `paid` are card payments, cash pays the rest."""
    sale = Sale(TransactionId(1, 2, 1), NOON)
    for product, quantity in zip(PRODUCTS, quantities, strict=False):
        sale = sale.add(product, quantity) if quantity else sale
    for number, amount in enumerate(paid, 10):
        sale = sale.with_tender(card(number, amount))
    if sale.due:
        sale = sale.with_tender(cash(sale.due.amount))
    return complete(sale, receipt_number="20261124-0001", at=NOON)


def give_back(
    sale: SaleRecord,
    before: Sequence[RefundRecord] = (),
    wanted: Mapping[int, int] | None = None,
    at: datetime = NOON,
) -> RefundRecord:
    numbers = count(100 + 10 * len(before))
    return plan_refund(
        sale,
        before,
        wanted,
        refund_id=TransactionId(1, 2, 99 + 10 * len(before)),
        next_id=lambda: TransactionId(1, 2, next(numbers)),
        receipt_number=f"20261124-{len(before) + 2:04d}",
        at=at,
        by="김이음",
    )


def test_the_whole_sale_on_its_day_is_a_void_and_the_next_day_a_refund() -> None:
    sale = a_sale([2, 1], 7_500)
    assert give_back(sale).kind is RefundKind.VOID
    assert give_back(sale, at=NOON + timedelta(days=1)).kind is RefundKind.REFUND
    assert give_back(sale, wanted={1: 1}).kind is RefundKind.REFUND
    assert give_back(sale).total == sale.total


def test_the_day_is_the_korean_one() -> None:
    half_past_midnight = NOON.replace(hour=15, minute=30)  # UTC.
    before = replace(a_sale([1]), completed_at=NOON.replace(hour=14, minute=59))
    after = replace(a_sale([1]), completed_at=NOON.replace(hour=15, minute=0))
    assert give_back(before, at=half_past_midnight).kind is RefundKind.REFUND
    assert give_back(after, at=half_past_midnight).kind is RefundKind.VOID


def test_card_money_goes_back_to_its_card_before_any_cash() -> None:
    sale = a_sale([0, 2], 5_000, 1_000)  # 9,000 won: two cards and 3,000 cash.
    part = give_back(sale, wanted={1: 1})
    assert [(type(each), each.amount) for each in part.returns] == [(CardReturn, Won(4_500))]
    rest = give_back(sale, [part])
    assert [(type(each), each.amount) for each in rest.returns] == [
        (CardReturn, Won(500)),
        (CardReturn, Won(1_000)),
        (CashReturn, Won(3_000)),
    ]
    ids = {
        each.refund_id for r in (part, rest) for each in r.returns if isinstance(each, CardReturn)
    }
    assert len(ids) == 3


def test_a_line_never_comes_back_more_often_than_it_was_sold() -> None:
    sale = a_sale([2, 1])
    part = give_back(sale, wanted={1: 2})
    for wanted in ({1: 1}, {2: 2}, {1: -1, 2: 1}):
        with pytest.raises(RefundExceedsSale):
            give_back(sale, [part], wanted)
    for nothing in ({}, {1: 0}, {9: 1}):
        with pytest.raises(RefundNothingLeft):
            give_back(sale, [part], nothing)
    with pytest.raises(RefundNothingLeft):
        give_back(sale, [part, give_back(sale, [part])])


@given(st.data())
def test_however_it_is_given_back_it_is_what_was_paid_to_the_won(data: st.DataObject) -> None:
    quantities = data.draw(st.lists(st.integers(0, 5), min_size=4, max_size=4).filter(any))
    total = a_sale(quantities).total.amount
    first = data.draw(st.integers(0, total))
    second = data.draw(st.integers(0, total - first))
    sale = a_sale(quantities, *(each for each in (first, second) if each))
    before: list[RefundRecord] = []
    while any(left := left_to_refund(sale, before).values()):
        del left
        open_lines = {n: q for n, q in left_to_refund(sale, before).items() if q}
        wanted = {n: data.draw(st.integers(0, q)) for n, q in open_lines.items()}
        try:
            before.append(give_back(sale, before, wanted))
        except RefundNothingLeft:
            before.append(give_back(sale, before))
        made = before[-1]
        assert made.total == Won.total(each.amount for each in made.returns)
        assert made.total == Won.total(line.amount for line in made.lines)
        assert min(made.tax.supply, made.tax.vat, made.tax.exempt) >= ZERO
    for part in ("supply", "vat", "exempt"):
        given = Won.total(getattr(each.tax, part) for each in before)
        assert given == getattr(sale.tax, part)
    for tender in sale.tenders:
        if isinstance(tender, VoucherTender):
            back = [
                each.amount
                for refund in before
                for each in refund.returns
                if isinstance(each, CardReturn) and each.payment_id == tender.payment_id
            ]
            assert Won.total(back) == tender.amount
    with pytest.raises(RefundError):
        give_back(sale, before)
