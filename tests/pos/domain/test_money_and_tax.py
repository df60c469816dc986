"""Won, the tax split, rates and identifiers against the vectors of the field."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.card import mask_pan
from pos.domain.identifiers import Stan, TransactionId, business_number_is_valid
from pos.domain.rates import ChannelRate, Rates, cost, estimate_cashback, in_force, share
from pos.domain.tax import split_tax
from pos.domain.tender import take_cash
from pos.domain.won import Won


@pytest.mark.parametrize("bad", [1.0, True, "1", None])
def test_won_is_made_of_an_int_only(bad: object) -> None:
    with pytest.raises(TypeError):
        Won(bad)  # type: ignore[arg-type]


def test_won_reads_with_separators_and_refuses_the_absurd() -> None:
    assert "12,500" == str(Won(12_500))
    assert Won(6) == Won.total([Won(1), Won(2), Won(3)])
    with pytest.raises(ValueError, match="limit"):
        Won(10**12)


@pytest.mark.parametrize(
    ("total", "supply", "vat"),
    [
        (1_000, 909, 91),
        (5_000, 4_545, 455),
        (13_000, 11_818, 1_182),
        (50_000, 45_455, 4_545),
        (12_345, 11_223, 1_122),
        (5, 5, 0),
        (6, 5, 1),
        (13_500, 12_273, 1_227),
        (15_000, 13_636, 1_364),
    ],
)
def test_vat_is_a_tenth_inside_the_price_rounded_half_up(total: int, supply: int, vat: int) -> None:
    split = split_tax(Won(total))
    assert (Won(supply), Won(vat)) == (split.supply, split.vat)


def test_exempt_goods_and_service_charge_bear_no_vat() -> None:
    split = split_tax(Won(25_000), exempt=Won(3_000), service_charge=Won(2_000))
    assert (Won(18_182), Won(1_818)) == (split.supply, split.vat)
    assert Won(0) == split_tax(Won(9_900), exempt=Won(9_900)).vat


@given(st.integers(0, 99_999_999), st.integers(0, 99_999_999))
def test_the_parts_sum_to_the_total(total: int, exempt: int) -> None:
    exempt = min(exempt, total)
    split = split_tax(Won(total), exempt=Won(exempt))
    assert Won(total) == split.total
    assert abs(11 * split.vat.amount - (total - exempt)) * 2 <= 11


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("124-81-00998", True),
        ("120-81-47521", True),
        ("220-81-62517", True),
        ("120-88-00767", True),
        ("1234567891", True),
        ("609-81-27473", False),
        ("123-45-67890", False),
        ("000-00-00000", False),
        ("123-45-6789", False),
        ("123-45-6789１", False),
        ("", False),
    ],
)
def test_business_numbers_are_checked_by_their_last_digit(number: str, valid: bool) -> None:
    assert valid is business_number_is_valid(number)


@pytest.mark.parametrize(
    ("pan", "masked"),
    [("4111111111111111", "411111******1111"), ("378282246310005", "378282*****0005")],
)
def test_a_masked_number_hides_all_but_first_six_and_last_four(pan: str, masked: str) -> None:
    assert masked == mask_pan(pan)


@pytest.mark.parametrize("pan", ["", "123456789012", "4111 1111 1111 1111", "4" * 20])
def test_what_is_no_card_number_is_not_masked_but_refused(pan: str) -> None:
    with pytest.raises(ValueError, match="13 to 19"):
        mask_pan(pan)


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**48 - 1))
def test_an_id_reads_back_as_it_was_written(device: int, incarnation: int, sequence: int) -> None:
    made = TransactionId(device, incarnation, sequence)
    assert made == TransactionId.parse(made.hex)
    assert 32 == len(made.hex)


@pytest.mark.parametrize("text", ["", "0" * 31, "0" * 33, "G" * 32, "A" * 32, "٣" * 32])
def test_anything_else_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="32 lower-case hex"):
        TransactionId.parse(text)


def test_the_trace_number_wraps_and_is_never_zero() -> None:
    assert "000001" == str(Stan.of(TransactionId(1, 1, 1)))
    assert "999999" == str(Stan.of(TransactionId(1, 1, 999_999)))
    assert "000001" == str(Stan.of(TransactionId(1, 1, 1_000_000)))


def test_a_private_app_costs_its_fees_and_their_vat() -> None:
    assert Won(1_950) == share(Won(25_000), 780)
    assert Won(2_145) == cost(Won(25_000), ChannelRate("baemin", 780, 0, 1_000))
    assert Won(1_870) == cost(Won(25_000), ChannelRate("baemin", 680, 0, 1_000))
    assert Won(550) == cost(Won(25_000), ChannelRate("baemin", 200, 0, 1_000))
    assert Won(2_970) == cost(Won(25_000), ChannelRate("private", 780, 300, 1_000))


def test_the_newest_rates_that_have_begun_hold() -> None:
    private = ChannelRate("private", 780, 300, 1_000)
    old = Rates(date(2022, 10, 1), 1_000, Won(50_000), (), private)
    new = Rates(date(2025, 9, 1), 700, Won(50_000), (), private)
    assert old is in_force((new, old), date(2025, 8, 31))
    assert new is in_force((new, old), date(2025, 9, 1))
    assert Won(70) == estimate_cashback(Won(1_000), new)
    with pytest.raises(LookupError):
        in_force((new, old), date(2020, 1, 1))


@given(st.integers(1, 10_000_000), st.integers(0, 10_000_000))
def test_change_and_payment_are_what_was_handed_over(due: int, more: int) -> None:
    tender = take_cash(Won(due), Won(due + more))
    assert tender.received == tender.amount + tender.change
    assert Won(more) == tender.change
