from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pos.domain.refund import CardReturn, RefundRecord
from pos.domain.won import Won
from pos.ports import PrintKind
from receipts.renderer import ReceiptRenderer
from receipts.shop import ShopFacts
from tests.receipts.samples import RETURNED, SHOP, VOIDED, body_of

EITHER = pytest.mark.parametrize("refund", [VOIDED, RETURNED], ids=["void", "refund"])
WIDTHS = pytest.mark.parametrize("columns", [32, 42, 48])


def text_of(refund: RefundRecord, columns: int = 42, shop: ShopFacts = SHOP, copy: int = 1) -> str:
    return ReceiptRenderer(shop, columns).to_text(PrintKind.REFUND_SLIP, body_of(refund), copy)


def row_of(text: str, label: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(label)).split()[-1]


def test_a_void_is_called_so_and_a_refund_too() -> None:
    assert "취소 영수증" in text_of(VOIDED)
    assert "반품 영수증" not in text_of(VOIDED)
    assert "반품 영수증" in text_of(RETURNED)
    assert "취소" not in text_of(RETURNED)


@EITHER
def test_it_names_the_sale_that_it_takes_back(refund: RefundRecord) -> None:
    text = text_of(refund)
    assert row_of(text, "원거래 영수증번호") == "20261124-0007"
    assert "원거래일시             2026-11-24 12:00:05" in text  # 03:00:05 UTC
    assert row_of(text, "영수증번호") == refund.receipt_number


@EITHER
@WIDTHS
def test_every_amount_is_negative(refund: RefundRecord, columns: int) -> None:
    text = text_of(refund, columns)
    assert f"-{refund.total}원" in text
    assert not re.search(r"(?<![-\d,])[\d,]+원", text)
    for line in refund.lines:
        assert f"{-line.quantity} {-line.amount}" in text


def test_a_partial_refund_takes_back_its_own_part_of_the_tax() -> None:
    text = text_of(RETURNED)
    assert row_of(text, "과세물품가액") == "-4,091원"
    assert row_of(text, "부가세") == "-409원"
    assert row_of(text, "면세물품가액") == "-5,800원"
    assert row_of(text, "합계") == "-10,300원"


def test_a_shop_without_vat_prints_none() -> None:
    text = text_of(RETURNED, shop=replace(SHOP, show_vat=False))
    assert "부가세" not in text
    assert "과세물품가액" not in text


def test_each_card_is_named_with_its_first_approval_and_its_amount() -> None:
    text = text_of(RETURNED)
    assert row_of(text, "카드 환불") == "-7,000원"
    assert row_of(text, "카드번호") == "629099******1234"
    assert row_of(text, "원승인번호") == "00812345"
    assert "같은 카드로 환불됩니다" in text
    assert row_of(text, "현금 환불") == "-3,300원"


def test_no_cash_is_named_where_none_goes_back() -> None:
    assert "현금" not in text_of(VOIDED)


def test_a_number_that_came_in_clear_is_masked_on_paper() -> None:
    (card,) = VOIDED.returns
    assert isinstance(card, CardReturn)
    clear = replace(VOIDED, returns=(replace(card, masked_pan="6290991234561234"),))
    assert "629099******1234" in text_of(clear)
    assert "6290991234561234" not in text_of(clear)


def test_whoever_gave_it_back_is_named_and_nobody_else() -> None:
    assert row_of(text_of(VOIDED), "담당자") == "김이음"
    assert "담당자" not in text_of(replace(VOIDED, by=""))


def test_a_copy_and_training_are_marked() -> None:
    assert "재발행 1" in text_of(VOIDED, copy=2)
    assert text_of(VOIDED, shop=replace(SHOP, training=True)).count("교육용") == 2


def test_the_largest_refund_stands_whole_on_the_narrowest_paper() -> None:
    (card,) = VOIDED.returns
    tax = replace(VOIDED.tax, supply=Won(90_908_999), vat=Won(9_091_000))
    huge = replace(VOIDED, tax=tax, returns=(replace(card, amount=Won(99_999_999)),))
    assert text_of(huge, 24).count("-99,999,999원") == 2
