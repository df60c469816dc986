"""What is typed to find a sale, and which sales it finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from pos.domain.identifiers import TransactionId
from pos.domain.sale import Sale, SaleRecord, complete
from pos.domain.sale_search import SaleWanted, matches, sale_wanted
from pos.domain.tender import ApprovalMode, VoucherTender, take_cash
from pos.domain.won import ZERO, Won
from tests.fakes import DEVICE, NOON, PRODUCTS


def sold(card: int = 0) -> SaleRecord:
    sale = Sale(TransactionId(DEVICE, 1, 1), NOON).add(PRODUCTS[0]).add(PRODUCTS[1])
    if card:
        sale = sale.with_tender(
            VoucherTender(
                payment_id=TransactionId(DEVICE, 1, 2),
                amount=Won(card),
                mode=ApprovalMode.ONLINE,
                masked_pan="629099******1234",
                approval_code="1",
                rrn="R",
                purses=(),
                cashback=ZERO,
                balance=None,
                approved_at=NOON,
            )
        )
    paid = sale.with_tender(take_cash(sale.due, sale.due))
    return complete(paid, receipt_number="20261124-0001", at=NOON)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("7", None),
        ("20261124-0007", None),
        ("5000", None),
        ("", None),
        ("5,000", SaleWanted(amount=Won(5_000))),
        ("5000원", SaleWanted(amount=Won(5_000))),
        ("5,000 won", SaleWanted(amount=Won(5_000))),
        ("12:05", SaleWanted(at=time(12, 5))),
        ("*1234", SaleWanted(card="1234")),
        ("****1234", SaleWanted(card="1234")),
        ("새우", SaleWanted(product="새우")),
    ],
)
def test_what_is_typed_says_what_it_is(typed: str, wanted: SaleWanted | None) -> None:
    assert sale_wanted(typed) == wanted


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (SaleWanted(amount=Won(6_000)), True),
        (SaleWanted(amount=Won(2_000)), True),  # What the card paid of it.
        (SaleWanted(amount=Won(6_001)), False),
        (SaleWanted(at=time(12, 9)), True),
        (SaleWanted(at=time(12, 11)), False),
        (SaleWanted(card="1234"), True),
        (SaleWanted(card="1235"), False),
        (SaleWanted(product="김밥"), True),
        (SaleWanted(product="8801234000017"), True),
        (SaleWanted(product="880123"), False),
    ],
)
def test_a_sale_is_the_one_or_not(wanted: SaleWanted, fits: bool) -> None:
    assert matches(sold(card=2_000), wanted) is fits


def test_a_remembered_card_or_product_leaves_other_records_unread() -> None:
    assert SaleWanted(card="1234").fragment == '1234"'
    assert SaleWanted(product="김밥").fragment == "김밥"
    assert SaleWanted(amount=Won(1)).fragment == ""
    assert not matches(replace(sold(), tenders=()), SaleWanted(card="1234"))
