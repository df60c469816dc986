from __future__ import annotations

from dataclasses import replace

import pytest

from pos.domain.discount import Discount
from pos.domain.tender import ApprovalMode, CashTender, Tender
from pos.domain.won import Won
from pos.ports import PrintKind
from receipts.renderer import ReceiptRenderer
from receipts.shop import ShopFacts
from tests.receipts.samples import BASKET, KIMBAP, MILK, OFFLINE, ONLINE, SHOP, receipt_of, sale


def text_of(*tenders: Tender, shop: ShopFacts = SHOP, copy: int = 1) -> str:
    return ReceiptRenderer(shop, 42).to_text(
        PrintKind.SALE_RECEIPT, receipt_of(sale(BASKET, tenders)), copy
    )


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (ApprovalMode.ONLINE, "온라인 승인"),
        (ApprovalMode.OFFLINE_GUARANTEED, "오프라인 승인(보장)"),
        (ApprovalMode.OFFLINE_AT_RISK, "오프라인 승인(미보장)"),
    ],
)
def test_it_says_how_the_payment_was_approved(mode: ApprovalMode, words: str) -> None:
    line = next(
        line for line in text_of(replace(ONLINE, mode=mode)).splitlines() if "승인구분" in line
    )
    assert line.split(maxsplit=1)[1] == words


@pytest.mark.parametrize(("amount", "asked"), [(50_000, False), (50_001, True), (-50_001, True)])
def test_a_signature_is_asked_only_above_the_limit(amount: int, asked: bool) -> None:
    text = text_of(replace(ONLINE, amount=Won(amount)))
    assert ("서명    " in text) is asked
    assert ("무서명거래" in text) is not asked


def test_a_balance_nobody_knows_is_not_printed() -> None:
    assert "카드잔액" in text_of(ONLINE)
    assert "카드잔액" not in text_of(OFFLINE)


def test_an_estimated_cashback_says_so() -> None:
    assert "캐시백(예상)" in text_of(OFFLINE)
    assert "캐시백(예상)" not in text_of(ONLINE)
    assert "캐시백 적립" in text_of(ONLINE)


def test_a_number_that_came_in_clear_is_masked_on_paper() -> None:
    text = text_of(replace(ONLINE, masked_pan="6290991234561234"))
    assert "6290991234561234" not in text
    assert "629099******1234" in text


def test_time_is_korean() -> None:
    assert "2026-11-24 12:00:05" in text_of(ONLINE)  # 03:00:05 UTC


def test_a_shop_without_vat_prints_none() -> None:
    text = text_of(ONLINE, shop=replace(SHOP, show_vat=False))
    assert "부가세" not in text
    assert "과세물품가액" not in text
    assert "10,500원" in text


def test_training_is_marked_at_the_top_and_at_the_bottom() -> None:
    lines = text_of(ONLINE, shop=replace(SHOP, training=True)).splitlines()
    assert "교육용" in lines[1]
    assert "교육용" in lines[-2]


def test_a_sale_of_training_is_marked_whatever_the_shop_says() -> None:
    body = receipt_of(replace(sale(BASKET, (ONLINE,)), training=True))
    assert ReceiptRenderer(SHOP, 42).to_text(PrintKind.SALE_RECEIPT, body).count("교육용") == 2


@pytest.mark.parametrize("copy", [2, 3, 11])
def test_each_copy_is_numbered(copy: int) -> None:
    assert f"재발행 {copy - 1}" in text_of(ONLINE, copy=copy).splitlines()[1]


def test_the_original_is_no_copy() -> None:
    assert "재발행" not in text_of(ONLINE)


def test_exempt_goods_are_starred_and_summed_apart() -> None:
    body = receipt_of(sale((KIMBAP, MILK), (CashTender(Won(17_700), Won(20_000), Won(2_300)),)))
    text = ReceiptRenderer(SHOP, 42).to_text(PrintKind.SALE_RECEIPT, body)
    assert "*흰우유 1L" in text
    assert "8,700원" in next(line for line in text.splitlines() if "면세물품가액" in line)


def test_negative_amounts_stand_whole() -> None:
    back = replace(
        sale((KIMBAP,), (CashTender(Won(-9_000), Won(0), Won(9_000)),)),
        lines=(replace(KIMBAP, unit_price=Won(-4_500)),),
    )
    back = replace(back, tax=replace(back.tax, supply=Won(-8_182), vat=Won(-818)))
    text = ReceiptRenderer(SHOP, 32).to_text(PrintKind.SALE_RECEIPT, receipt_of(back))
    for amount in ("-9,000", "-8,182원", "-818원", "-9,000원"):
        assert amount in text


def test_a_delivery_order_is_named() -> None:
    record = replace(sale(BASKET, (ONLINE,)), order_key="baedal-eum:B20261124-000318")
    text = ReceiptRenderer(SHOP, 42).to_text(PrintKind.SALE_RECEIPT, receipt_of(record))
    assert "배달e음 B20261124-000318" in text


def test_what_came_off_stands_under_its_line_and_the_rows_add_up_to_the_total() -> None:
    line = replace(KIMBAP, discount=Discount(percent=10), options=("참치",), note="썰지 말 것")
    lines = (line, replace(MILK, weight_g=450, quantity=1))
    total = Won.total(each.total for each in lines)
    text = ReceiptRenderer(SHOP, 42).to_text(
        PrintKind.SALE_RECEIPT, receipt_of(sale(lines, (CashTender(total, total, Won(0)),))), 1
    )
    rows = text.split("=" * 42)[1].splitlines()
    amounts = [
        int(row.split()[-1].replace(",", ""))
        for row in rows
        if row.split()[-1:] and row.split()[-1][-1].isdigit()
    ]
    assert total.amount == sum(amounts)
    assert "· 할인 10%" in text
    assert "· 참치" in text
    assert "450g" in text
