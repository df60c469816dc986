"""The field's test vectors, through the product's own rules and onto its papers.

The fees and cashback that the ledger alone decides are held by tests/ledger/policy; framing checks by
the readers that frame.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from pos.domain.card import mask_pan
from pos.domain.card_slip import CardSlip, SlipFor, installments_allowed
from pos.domain.cash_receipt import (
    CashReceiptUse,
    cash_of,
    cash_tax,
    dashed,
    mask_id,
    use_of,
)
from pos.domain.identifiers import business_number_is_valid
from pos.domain.rates import share
from pos.domain.sale_line import SaleLine
from pos.domain.tax import TaxKind, TaxSplit, split_tax
from pos.domain.tender import CashTender
from pos.domain.won import Won
from pos.ports import PrintKind
from receipts.cp949 import encode, head, width
from receipts.renderer import ReceiptRenderer
from tests.receipts.samples import NOON, ONLINE, SHOP, body_of, receipt_of, sale

SPLITS = [
    (1_000, 909, 91),
    (5_000, 4_545, 455),
    (13_000, 11_818, 1_182),
    (50_000, 45_455, 4_545),
    (12_345, 11_223, 1_122),
    (5, 5, 0),
    (6, 5, 1),
]


def printed(total: int, kind: TaxKind = TaxKind.TAXABLE, quantity: int = 1) -> list[str]:
    line = SaleLine(1, "1", "상품", Won(total), quantity, kind)
    paid = Won(total * quantity)
    record = sale((line,), (CashTender(paid, paid, Won(0)),))
    text = ReceiptRenderer(SHOP, 42).to_text(PrintKind.SALE_RECEIPT, receipt_of(record))
    return [" ".join(row.split()) for row in text.splitlines()]


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("124-81-00998", True),
        ("120-81-47521", True),
        ("220-81-62517", True),
        ("120-88-00767", True),
        ("123-45-67891", True),
        ("609-81-27473", False),
        ("123-45-67890", False),
        ("000-00-00000", False),
    ],
)
def test_1_business_numbers(number: str, valid: bool) -> None:
    assert business_number_is_valid(number) is valid


@pytest.mark.parametrize(("nine", "check"), [("124810099", 8), ("131860000", 7), ("120888009", 6)])
def test_2_the_check_digit_is_the_only_one_of_ten(nine: str, check: int) -> None:
    assert [d for d in range(10) if business_number_is_valid(f"{nine}{d}")] == [check]


@pytest.mark.parametrize(("total", "supply", "vat"), SPLITS)
def test_3_the_split_that_is_sent_is_the_split_that_is_printed(
    total: int, supply: int, vat: int
) -> None:
    assert split_tax(Won(total)) == TaxSplit(Won(supply), Won(vat))
    rows = printed(total)
    assert f"과세물품가액 {supply:,}원" in rows
    assert f"부가세 {vat:,}원" in rows
    assert f"합계 {total:,}원" in rows


@pytest.mark.parametrize(("total", "supply", "vat"), SPLITS)
def test_3_and_on_a_card_slip(total: int, supply: int, vat: int) -> None:
    line = SaleLine(1, "1", "상품", Won(total), 1, TaxKind.TAXABLE)
    tender = replace(ONLINE, amount=Won(total), purses=())
    slip = CardSlip(sale((line,), (tender,)), tender.payment_id, SlipFor.MERCHANT)
    text = ReceiptRenderer(SHOP, 32).to_text(PrintKind.CARD_SLIP, body_of(slip))
    rows = [" ".join(row.split()) for row in text.splitlines()]
    assert f"과세물품가액 {supply:,}원" in rows
    assert f"부가세 {vat:,}원" in rows
    assert f"승인금액 {total:,}원" in rows


def test_4_free_goods_and_service_charge_stand_apart() -> None:
    split = split_tax(Won(25_000), exempt=Won(3_000), service_charge=Won(2_000))
    assert split == TaxSplit(Won(18_182), Won(1_818), Won(3_000), Won(2_000))
    record = replace(sale((), ()), tax=split)
    text = ReceiptRenderer(SHOP, 42).to_text(PrintKind.SALE_RECEIPT, receipt_of(record))
    rows = [" ".join(row.split()) for row in text.splitlines()]
    wanted = ["과세물품가액 18,182원", "부가세 1,818원", "면세물품가액 3,000원", "봉사료 2,000원"]
    assert [row for row in rows if row in wanted] == wanted


@pytest.mark.parametrize(
    ("price", "supply", "vat"),
    [(4_500, 12_273, 1_227), (1_000, 2_727, 273), (5_000, 13_636, 1_364)],
)
def test_5_vat_is_of_the_receipt_never_of_its_lines(price: int, supply: int, vat: int) -> None:
    rows = printed(price, quantity=3)
    assert f"과세물품가액 {supply:,}원" in rows
    assert f"부가세 {vat:,}원" in rows


def test_6_exempt_goods_bear_none() -> None:
    rows = printed(9_900, TaxKind.EXEMPT)
    assert "면세물품가액 9,900원" in rows
    assert "과세물품가액 0원" in rows
    assert "부가세 0원" in rows


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("4111111111111111", "411111******1111"),
        ("378282246310005", "378282*****0005"),
    ],
)
def test_7_and_8_a_card_number_is_masked_before_it_is_kept_and_once_more_on_paper(
    number: str, masked: str
) -> None:
    assert mask_pan(number) == masked
    tender = replace(ONLINE, masked_pan=number)  # As a faulty reader would hand it over.
    line = SaleLine(1, "1", "상품", tender.amount, 1, TaxKind.TAXABLE)
    record = sale((line,), (tender,))
    slip = CardSlip(record, tender.payment_id, SlipFor.MERCHANT)
    renderer = ReceiptRenderer(SHOP, 32)
    for text in (
        renderer.to_text(PrintKind.SALE_RECEIPT, receipt_of(record)),
        renderer.to_text(PrintKind.CARD_SLIP, body_of(slip)),
    ):
        assert number not in text
        assert masked in text


@pytest.mark.parametrize(("amount", "signed"), [(50_000, False), (50_001, True)])
def test_9_a_signature_is_asked_above_fifty_thousand_won(amount: int, signed: bool) -> None:
    line = SaleLine(1, "1", "상품", Won(amount), 1, TaxKind.TAXABLE)
    tender = replace(ONLINE, amount=Won(amount))
    slip = CardSlip(sale((line,), (tender,)), tender.payment_id, SlipFor.MERCHANT)
    text = ReceiptRenderer(SHOP, 42).to_text(PrintKind.CARD_SLIP, body_of(slip))
    assert ("서명  " in text) is signed
    assert ("무서명거래" in text) is not signed


@pytest.mark.parametrize(
    ("amount", "voucher", "allowed"),
    [(49_999, False, False), (50_000, False, True), (60_000, True, False)],
)
def test_9_months_begin_at_fifty_thousand_and_never_for_a_voucher(
    amount: int, voucher: bool, allowed: bool
) -> None:
    least = Won(50_000)
    assert installments_allowed(Won(amount), 3, voucher=voucher, least=least) is allowed
    assert installments_allowed(Won(amount), 0, voucher=voucher, least=least)


def test_10_a_cash_receipt_is_for_the_cash_alone() -> None:
    line = SaleLine(1, "1", "상품", Won(120_000), 1, TaxKind.TAXABLE)
    card = replace(ONLINE, amount=Won(50_000))
    record = sale((line,), (CashTender(Won(70_000), Won(70_000), Won(0)), card))
    assert cash_of(record) == Won(70_000)
    assert cash_tax(record).total == Won(70_000)


def test_11_the_self_issue_number_is_of_its_own_use() -> None:
    assert use_of(CashReceiptUse.INCOME, "010-000-1234") is CashReceiptUse.SELF_ISSUED
    assert use_of(CashReceiptUse.BUSINESS, "0100001234") is CashReceiptUse.SELF_ISSUED
    assert mask_id("0100001234") == "010-000-1234" == dashed("0100001234")


@pytest.mark.parametrize(
    ("amount", "basis_points", "fee"), [(10_000, 15, 15), (10_000, 40, 40), (10_000, 55, 55)]
)
def test_12_fees(amount: int, basis_points: int, fee: int) -> None:
    assert share(Won(amount), basis_points) == Won(fee)


@pytest.mark.parametrize(
    ("basis_points", "commission", "with_vat"),
    [(780, 1_950, 2_145), (680, 1_700, 1_870), (200, 500, 550)],
)
def test_14_private_apps(basis_points: int, commission: int, with_vat: int) -> None:
    taken = share(Won(25_000), basis_points)
    assert taken == Won(commission)
    assert taken + share(taken, 1_000) == Won(with_vat)


def test_15_korean_letters_in_bytes_and_columns() -> None:
    assert encode("인천e음").hex() == "c0cec3b565c0bd"
    assert width("인천e음") == 7
    assert encode("뷁") == b"\x94\xee"
    assert encode("￦") == encode("₩") == b"\xa3\xdc"
    with pytest.raises(UnicodeEncodeError):
        "₩".encode("cp949")
    name = "배달e음 김밥천국 인천점"
    assert len(encode(name)) == 23
    assert head(name, 11) == "배달e음 김"
    assert len(encode(head(name, 11))) == 10


def test_times_are_korean_on_every_paper() -> None:
    assert NOON.hour == 3
    assert "거래일시 2026-11-24 12:00:05" in printed(1_000)
