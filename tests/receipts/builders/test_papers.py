from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pos.domain.card_slip import CardSlip, SlipFor
from pos.domain.identifiers import TransactionId
from pos.ports import PrintKind
from receipts.renderer import ReceiptRenderer
from tests.receipts.samples import (
    CASH_CANCELLED,
    CASH_RECEIPT,
    ORDER,
    SAMPLES,
    SELF_ISSUED,
    SETTLEMENT,
    SHOP,
    SPLIT,
    body_of,
    own_words,
)

WIDTHS = pytest.mark.parametrize("columns", [24, 32, 42, 48])


def text(kind: PrintKind, value: object, columns: int = 42) -> str:
    return ReceiptRenderer(SHOP, columns).to_text(kind, body_of(value))


def sample(name: str, columns: int = 42) -> str:
    each = SAMPLES[name]
    return ReceiptRenderer(each.shop, columns).to_text(each.kind, each.body, each.copy)


def rows(printed: str) -> list[str]:
    return [" ".join(row.split()) for row in printed.splitlines()]


@WIDTHS
def test_a_gift_receipt_has_no_price_no_total_and_no_card(columns: int) -> None:
    printed = sample("gift_receipt", columns)
    assert not re.search(r"\d,\d{3}(?!\d)|\d원|629099|승인|합계", printed.replace("1층", ""))
    assert "참치김밥" in printed
    assert "20261124-0007" in printed


def test_the_merchant_s_copy_says_what_it_costs_and_the_customer_s_does_not() -> None:
    merchant, customer = sample("card_slip_merchant"), sample("card_slip_customer")
    assert "카드 수수료 101원" in rows(merchant)
    assert "수수료 지원 101원" in rows(merchant)
    assert "수수료" not in customer
    assert "(가맹점용)" in merchant
    assert "(고객용)" in customer


def test_a_fee_never_reaches_a_customer_even_where_the_slip_holds_it() -> None:
    body = dict(SAMPLES["card_slip_merchant"].body, audience="customer")
    assert "수수료" not in ReceiptRenderer(SHOP, 42).to_text(PrintKind.CARD_SLIP, body)


def test_a_slip_of_a_part_says_so_and_prints_no_split_of_its_own() -> None:
    printed = rows(sample("card_slip_customer"))
    assert "판매 합계 10,500원" in printed
    assert "다른 수단으로 받음 6,000원" in printed
    assert "이 카드로 4,500원" in printed
    assert not any("부가세" in row for row in printed)


def test_a_slip_of_a_payment_that_is_not_the_sale_s_is_refused() -> None:
    with pytest.raises(ValueError, match="its sale"):
        CardSlip(SPLIT, TransactionId(1, 2, 3), SlipFor.CUSTOMER)


def test_both_copies_mask_the_card_at_the_same_places() -> None:
    found = {
        match
        for name in ("card_slip_merchant", "card_slip_customer")
        for match in re.findall(r"[\d*]{13,19}", sample(name))
    }
    assert found == {"629099******1234"}


def test_a_cash_receipt_says_its_use_and_a_cancelled_one_is_negative() -> None:
    assert "(소득공제용)" in text(PrintKind.CASH_RECEIPT, CASH_RECEIPT)
    assert "(자진발급)" in text(PrintKind.CASH_RECEIPT, SELF_ISSUED)
    cancelled = text(PrintKind.CASH_RECEIPT, CASH_CANCELLED)
    assert "현금 합계 -6,000원" in rows(cancelled)
    assert "취소사유 오류발급" in rows(cancelled)
    assert "원승인번호 012345678" in rows(cancelled)  # Its leading zero stands.
    assert not re.search(r"(?<![-\d,])[\d,]+원", cancelled)


def test_the_rider_knows_what_to_collect() -> None:
    assert "받을 금액 22,500원" in rows(
        text(PrintKind.RIDER_SLIP, replace(ORDER, paid_in_app=False))
    )
    assert "받을 금액 0원" in rows(text(PrintKind.RIDER_SLIP, ORDER))


@WIDTHS
def test_a_label_has_no_price_and_names_every_dish(columns: int) -> None:
    printed = text(PrintKind.ORDER_LABEL, ORDER, columns)
    assert not re.search(r"\d,\d{3}|\d원", printed)
    assert all(each.name[:4] in printed for each in ORDER.lines)


def test_an_order_number_that_no_barcode_holds_is_printed_in_letters() -> None:
    printed = text(PrintKind.RIDER_SLIP, replace(ORDER, number="주문-１\x1bp"))
    assert "[|||||]" not in printed
    assert "주문-１p" in printed


def test_a_statement_sums_its_days_and_marks_what_is_not_paid() -> None:
    printed = rows(text(PrintKind.SETTLEMENT, SETTLEMENT))
    assert "정산액 3,652,108원" in printed
    assert "*11-24 → 11-26 1,826,054" in printed
    assert "11-23 → 11-25 1,826,054" in printed


def test_the_owner_s_words_stand_on_what_customers_keep_and_nowhere_else() -> None:
    shop = own_words()
    for name, each in SAMPLES.items():
        printed = ReceiptRenderer(shop, 42).to_text(each.kind, each.body)
        kept = name not in (
            *("kitchen_ticket", "rider_slip", "order_label", "x_report", "z_report"),
            *(
                "count_sheet",
                "count_sheet_counted",
                "settlement",
                "day_report",
                "seldom_day",
                "test_page",
            ),
        )
        assert ("시장에서 제일" in printed) is kept, name


def test_every_benefit_is_named_and_none_is_taken_off_the_price() -> None:
    printed = rows(sample("benefits"))
    assert "혜택플러스 5% 525원" in printed
    assert "쿠폰 부평시장 가을맞이 3,000원" in printed
    assert "합계 10,500원" in printed
    assert "부가세 955원" in printed


def test_every_copy_of_every_paper_is_marked() -> None:
    for each in SAMPLES.values():
        printed = ReceiptRenderer(each.shop, 42).to_text(each.kind, each.body, 3)
        assert "재발행 2" in printed
