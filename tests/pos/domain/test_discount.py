"""Discounts, weights and deposits: every won of a sale is on a line, and comes back with it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.catalogue import Product
from pos.domain.codec import decode, encode
from pos.domain.discount import Discount, share_out
from pos.domain.errors import QuantityOutOfRange, RefundNothingLeft
from pos.domain.identifiers import TransactionId
from pos.domain.refund import RefundRecord, plan_refund
from pos.domain.sale import Sale, SaleRecord, complete
from pos.domain.sale_errors import DiscountTakesAll, WeightOutOfRange
from pos.domain.tax import TaxKind
from pos.domain.tender import CashTender
from pos.domain.won import ZERO, Won

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SALE_ID = TransactionId(1, 1, 1)
NOODLES = Product("1", "라면", Won(1_100))
APPLE = Product("2", "사과", Won(3_333), TaxKind.EXEMPT)
BEEF = Product("3", "한우 등심", Won(98_000), TaxKind.EXEMPT, by_weight=True)
BEER = Product("4", "맥주", Won(2_900), deposit=Won(130))


def sale_of(*products: tuple[Product, int]) -> Sale:
    sale = Sale(SALE_ID, NOW)
    for product, quantity in products:
        sale = sale.add(product, quantity)
    return sale


def test_a_percentage_leaves_its_fraction_of_a_won_with_the_shop() -> None:
    sale = sale_of((APPLE, 1)).discount_line(1, Discount(percent=10))
    assert Won(3_333 - 333) == sale.total


def test_a_discount_on_the_sale_is_shared_out_to_the_won() -> None:
    sale = sale_of((NOODLES, 1), (APPLE, 1)).with_discount(Discount(won=Won(1_000)))

    assert [Won(248), Won(752)] == [line.share for line in sale.lines]
    assert Won(3_433) == sale.total
    assert Won(3_333 - 752) == sale.tax.exempt


def test_both_kinds_add_up_and_follow_the_quantity() -> None:
    sale = sale_of((NOODLES, 2)).discount_line(1, Discount(percent=50))
    sale = sale.with_discount(Discount(percent=10)).set_quantity(1, 4)
    assert Won(2_200 - 220) == sale.total


def test_a_deposit_follows_its_bottles_and_no_discount_touches_it() -> None:
    sale = sale_of((BEER, 6)).with_discount(Discount(percent=100 - 1))
    beer, deposit = sale.lines

    assert Won(780) == deposit.total
    assert TaxKind.EXEMPT is deposit.tax
    assert Won(174) == beer.total
    assert () == sale.with_discount(None).remove_line(1).lines
    assert [2, 2] == [line.quantity for line in sale.set_quantity(1, 2).lines]
    with pytest.raises(QuantityOutOfRange):
        sale.set_quantity(2, 1)


def test_a_weight_is_priced_to_the_nearest_won_and_stays_a_line_of_its_own() -> None:
    sale = Sale(SALE_ID, NOW).add(BEEF, weight_g=333).add(BEEF, weight_g=333)

    assert [Won(32_634)] * 2 == [line.total for line in sale.lines]
    with pytest.raises(QuantityOutOfRange):
        sale.set_quantity(1, 2)
    for weight in (-1, 100_000):
        with pytest.raises(WeightOutOfRange):
            sale.add(BEEF, weight_g=weight)


def test_nothing_is_given_away_whole() -> None:
    sale = sale_of((NOODLES, 1), (APPLE, 1)).discount_line(1, Discount(percent=100))
    assert Won(3_333) == sale.total
    with pytest.raises(DiscountTakesAll):
        sale.remove_line(2)
    with pytest.raises(DiscountTakesAll):
        sale.with_discount(Discount(won=Won(99_999)))


@pytest.mark.parametrize(("won", "percent"), [(0, 0), (1, 1), (-1, 0), (0, 101), (0, -5)])
def test_a_discount_is_one_of_two_things(won: int, percent: int) -> None:
    with pytest.raises(ValueError, match="no discount"):
        Discount(won=Won(won), percent=percent)


def give_back(
    sale: SaleRecord, before: list[RefundRecord], wanted: dict[int, int] | None, at: int
) -> RefundRecord:
    return plan_refund(
        sale,
        before,
        wanted,
        refund_id=TransactionId(1, 1, 100 + at),
        next_id=lambda: TransactionId(1, 1, 999),
        receipt_number=f"20261125-{at:04d}",
        at=NOW,
    )


prices = st.integers(1, 200_000).map(Won)
discounts = st.one_of(
    st.none(),
    st.integers(1, 50_000).map(lambda won: Discount(won=Won(won))),
    st.integers(1, 99).map(lambda percent: Discount(percent=percent)),
)


@given(st.lists(prices, min_size=1, max_size=30), st.data())
def test_what_is_shared_out_is_all_and_never_more_than_a_line(
    bases: list[Won], data: st.DataObject
) -> None:
    off = Won(data.draw(st.integers(0, Won.total(bases).amount)))
    shares = share_out(off, bases)
    assert off == Won.total(shares)
    assert all(ZERO <= share <= base for share, base in zip(shares, bases, strict=True))


@given(
    st.lists(
        st.tuples(prices, st.integers(1, 9), st.sampled_from(TaxKind), discounts),
        min_size=1,
        max_size=6,
    ),
    discounts,
    st.randoms(use_true_random=False),
)
def test_given_back_piece_by_piece_a_discounted_sale_comes_back_whole(
    items: list[tuple[Won, int, TaxKind, Discount | None]], whole: Discount | None, luck: object
) -> None:
    sale = Sale(SALE_ID, NOW)
    try:
        for number, (price, quantity, tax, discount) in enumerate(items, 1):
            sale = sale.add(Product(str(number), f"상품 {number}", price, tax), quantity)
            sale = sale.discount_line(number, discount)
        sale = sale.with_discount(whole)
    except DiscountTakesAll:
        return
    paid = sale.with_tender(CashTender(sale.total, sale.total, ZERO))
    record = complete(paid, receipt_number="20261125-0001", at=NOW)
    assert record == decode(type(record), encode(record))
    assert sale.total == record.tax.total

    pieces = [line.number for line in record.lines for _ in range(line.quantity)]
    luck.shuffle(pieces)  # type: ignore[attr-defined]
    refunds: list[RefundRecord] = []
    for at, number in enumerate(pieces):
        with suppress(RefundNothingLeft):  # A piece that came to nothing.
            refunds.append(give_back(record, refunds, {number: 1}, at))
    with suppress(RefundNothingLeft):
        refunds.append(give_back(record, refunds, None, len(pieces)))
    assert record.total == Won.total(each.total for each in refunds)
    assert record.tax.vat == Won.total(each.tax.vat for each in refunds)
    assert record.tax.exempt == Won.total(each.tax.exempt for each in refunds)
