from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.cash_receipt import (
    CashReceiptIdWrong,
    CashReceiptUse,
    cash_tax,
    mask_id,
    use_of,
)
from pos.domain.sale_line import SaleLine
from pos.domain.tax import TaxKind
from pos.domain.tender import CashTender
from pos.domain.won import Won
from tests.receipts.samples import CASH_RECEIPT, ONLINE, sale

INCOME, BUSINESS = CashReceiptUse.INCOME, CashReceiptUse.BUSINESS


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("010-9876-1234", "010-****-1234"),
        ("0111231234", "011-***-1234"),
        ("124-81-00998", "124-81-*****"),
        ("6290991234561234", "629099******1234"),
    ],
)
def test_a_number_is_kept_masked(number: str, masked: str) -> None:
    assert mask_id(number) == masked
    assert replace(CASH_RECEIPT, masked_id=masked).masked_id == masked


@pytest.mark.parametrize("number", ["01098761234", "010-9876-1234", "124-81-00998", "1248100998"])
def test_a_number_in_clear_is_never_kept(number: str) -> None:
    with pytest.raises(ValueError, match="clear"):
        replace(CASH_RECEIPT, masked_id=number)


@pytest.mark.parametrize(
    "number",
    ["", "900101-1234567", "12345", "010-1234-567a", "１０１２３４５６７８９", "123-45-67890"],
)
def test_a_residents_number_and_nonsense_are_refused(number: str) -> None:
    for asked in (INCOME, BUSINESS):
        with pytest.raises(CashReceiptIdWrong):
            use_of(asked, number)
    with pytest.raises(CashReceiptIdWrong):
        mask_id(number)


def test_a_business_number_is_for_a_business_and_a_phone_for_both() -> None:
    assert use_of(BUSINESS, "124-81-00998") is BUSINESS
    assert use_of(BUSINESS, "010-9876-1234") is BUSINESS
    with pytest.raises(CashReceiptIdWrong):
        use_of(INCOME, "124-81-00998")
    assert use_of(CashReceiptUse.SELF_ISSUED, "010-9876-1234") is INCOME


@given(st.integers(1, 500_000), st.integers(0, 500_000), st.integers(1, 99))
def test_the_split_of_the_cash_sums_to_the_cash_and_never_exceeds_the_sale(
    taxable: int, exempt: int, percent: int
) -> None:
    lines = [SaleLine(1, "1", "가", Won(taxable), 1, TaxKind.TAXABLE)]
    if exempt:
        lines.append(SaleLine(2, "2", "나", Won(exempt), 1, TaxKind.EXEMPT))
    total = taxable + exempt
    cash = max(1, total * percent // 100)
    tenders = (CashTender(Won(cash), Won(cash), Won(0)), replace(ONLINE, amount=Won(total - cash)))
    record = sale(tuple(lines), tenders)
    split = cash_tax(record)
    assert split.total == Won(cash)
    assert Won(0) <= split.exempt <= Won(exempt)
    assert Won(0) <= split.vat <= record.tax.vat + Won(1)


def test_a_sale_paid_by_card_has_no_cash_receipt() -> None:
    with pytest.raises(ValueError, match="cash"):
        cash_tax(sale((), (ONLINE,)))
