"""Barcodes: check digits by published examples, weighed goods, GS1 elements, and everything that is none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.barcode import (
    InStoreLayout,
    Weighed,
    check_digit,
    expand_upc_e,
    is_checked,
    price_by_weight,
    ways_to_write,
)
from pos.domain.catalogue import Catalogue, Product
from pos.domain.gs1 import GS, Gs1, read_gs1
from pos.domain.scan_errors import (
    CheckDigitWrong,
    CodeUnreadable,
    PriceCodeWrong,
    ProductExpired,
    ScanError,
)
from pos.domain.scanned_product import USUAL_LAYOUTS, scanned_product
from pos.domain.won import Won

TODAY = date(2026, 11, 24)
PORK = Product("2123456", "삼겹살", Won(23_900))  # A kilogram's price.
SNACK = Product("8801234000017", "새우깡", Won(1_500))
TISSUES = Product("036000241457", "Tissues", Won(2_000))
SHORT = Product("101", "떡볶이", Won(5_000))
OWN_EIGHT = Product("12345678", "옛 번호", Won(700))  # Eight digits, and no barcode's.
SHOP = Catalogue((PORK, SNACK, TISSUES, SHORT, OWN_EIGHT))
BY_WEIGHT = InStoreLayout("2IIIIIIWWWWWC")
GTIN = "08801234000017"


def with_check(digits: str) -> str:
    return digits + str(check_digit(digits))


def found(code: str, layouts: tuple[InStoreLayout, ...] = USUAL_LAYOUTS) -> Product | None:
    return scanned_product(SHOP, code, layouts, TODAY)


@pytest.mark.parametrize(
    "number",
    ["4006381333931", "73513537", "036000241457", "614141000036", "00012345600012", "96385074"],
)
def test_published_numbers_check(number: str) -> None:
    assert is_checked(number)


@given(st.text("0123456789", min_size=7, max_size=13), st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(body: str, place: int, step: int) -> None:
    number = with_check(body)
    place %= len(number)
    wrong = str((int(number[place]) + step) % 10)
    assert not is_checked(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize(
    ("six", "body"),
    [
        ("425261", "04210000526"),
        ("654321", "06510000432"),
        ("123453", "01230000045"),
        ("123454", "01234000005"),
        ("123456", "01234500006"),
    ],
)
def test_upc_e_is_a_shorter_way_to_write_upc_a(six: str, body: str) -> None:
    whole = with_check(body)
    assert expand_upc_e(f"0{six}{whole[-1]}") == whole
    assert expand_upc_e(f"0{six}{(int(whole[-1]) + 1) % 10}") is None
    assert expand_upc_e(f"2{six}{whole[-1]}") is None


def test_the_two_best_known_upc_e_numbers() -> None:
    assert (expand_upc_e("04252614"), expand_upc_e("06543217")) == ("042100005264", "065100004327")


def test_an_article_is_found_by_any_length_of_its_number() -> None:
    assert found("0036000241457") is TISSUES
    assert found(GTIN) is SNACK
    assert found("101") is SHORT
    assert found("12345678") is OWN_EIGHT
    assert found("8809999999997") is None


@pytest.mark.parametrize("number", ["8801234000018", "73513538", "036000241458", "10012345600012"])
def test_a_misread_barcode_says_so(number: str) -> None:
    with pytest.raises(CheckDigitWrong):
        found(number)


def test_a_label_with_a_price_sells_at_that_price() -> None:
    sold = found(with_check("212345601500"))
    assert sold is not None
    assert (sold.code, sold.name, sold.price) == ("2123456", "삼겹살", Won(1_500))


def test_a_label_with_a_weight_sells_by_the_kilograms_price() -> None:
    sold = found(with_check("212345600532"), (BY_WEIGHT,))
    assert sold is not None
    assert (sold.name, sold.price) == ("삼겹살 532g", Won(12_715))  # 23,900 x 0.532 = 12,714.8


@pytest.mark.parametrize(
    ("kilo", "grams", "won"), [(1_000, 1, 1), (10, 1, 1), (999, 500, 500), (1_001, 500, 501)]
)
def test_weights_are_rounded_half_up_and_cost_at_least_a_won(
    kilo: int, grams: int, won: int
) -> None:
    assert price_by_weight(Won(kilo), grams) == Won(won)


def test_a_label_of_nothing_or_misread_is_refused() -> None:
    with pytest.raises(PriceCodeWrong):
        found(with_check("212345600000"))
    with pytest.raises(CheckDigitWrong):
        found("2123456015009" if not is_checked("2123456015009") else "2123456015008")


@pytest.mark.parametrize(
    "pattern",
    ["", "2IIIIIIPPPPP", "2IIIIIIPPPPWC", "3IIIIIIPPPPPC", "2PPPPPPPPPPPC", "2IIIIIIXXXXXC"],
)
def test_a_layout_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="layout"):
        InStoreLayout(pattern)


def test_a_layout_reads_only_its_own_prefix() -> None:
    layout = InStoreLayout("21IIIIIVPPPPC")
    assert layout.read(with_check("211234591500")) == Weighed("2112345", Won(1_500))
    assert layout.read(with_check("221234591500")) is None


def test_gs1_elements_come_apart_with_and_without_brackets() -> None:
    expected = Gs1(GTIN, grams=532, price=Won(12_345), last_day=date(2027, 1, 31), lot="AB-1")
    fixed = f"01{GTIN}3103000532"
    for text in (
        f"(01){GTIN}(3103)000532(3922)1234500(17)270100(10)AB-1",
        f"]e0{fixed}39221234500{GS}17270131" + "10AB-1",
        f"]C1{fixed}10AB-1{GS}39221234500{GS}17270131",
        f"]d2{fixed}1727013110AB-1{GS}39221234500",
    ):
        assert read_gs1(text, TODAY) == expected, text


def test_a_gs1_label_sells_at_its_price_else_by_its_weight() -> None:
    priced = found(f"(01){GTIN}(3922)150000")
    weighed = found(f"(01){GTIN}(3103)000500")
    plain = found(f"(01){GTIN}(10)7")
    assert priced is not None
    assert weighed is not None
    assert (priced.price, weighed.price, plain) == (Won(1_500), Won(750), SNACK)


def test_what_is_past_its_day_is_not_sold_and_on_its_day_it_is() -> None:
    with pytest.raises(ProductExpired) as caught:
        found(f"(01){GTIN}(17)261123")
    assert "2026-11-23" in caught.value.message("ko")
    assert found(f"(01){GTIN}(17)261124") is SNACK
    assert found(f"(01){GTIN}(17)261100") is SNACK  # Day 00 is the month's last.


@pytest.mark.parametrize(
    ("year", "means"), [("99", 1999), ("76", 2076), ("77", 1977), ("26", 2026)]
)
def test_the_century_is_the_nearest(year: str, means: int) -> None:
    said = read_gs1(f"(01){GTIN}(17){year}0101", TODAY)
    assert said.last_day == date(means, 1, 1)


@pytest.mark.parametrize(
    "elements",
    [
        "(3922)000",
        "(3922)1234567",  # Hundredths of a won.
        "(3920)999999999999999",
        "(3103)000000",
        "(3109)000001",
        "(3100)999999",
    ],
)
def test_prices_and_weights_that_no_sale_has_are_refused(elements: str) -> None:
    with pytest.raises(PriceCodeWrong):
        read_gs1(f"(01){GTIN}{elements}", TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "]C1",
        "]C10108801234",
        f"]C101{GTIN}99XX",
        f"]C101{GTIN}3103-00532",
        f"]C101{GTIN}17261301",
        f"]C101{GTIN}01{GTIN}",
        f"]C101{GTIN}10",
        f"]C1{'0' * 100}",
        f"(01){GTIN}(3922)-500",
        f"(01){GTIN}(3922)12.5",
        f"(01){GTIN}17",
        "(17)261124",
        f"(01){GTIN}(10)" + "A" * 21,
        f"(01){GTIN}(17)٢٦١١٢٤",
    ],
)
def test_elements_that_can_not_be_are_unreadable(text: str) -> None:
    with pytest.raises(CodeUnreadable):
        read_gs1(text, TODAY)


def test_a_misread_article_within_gs1_is_seen() -> None:
    with pytest.raises(CheckDigitWrong):
        read_gs1("(01)08801234000018", TODAY)


@given(st.text(max_size=40), st.sampled_from(["", "]C1", "]e0", "(01)", "2", f"]C101{GTIN}"]))
def test_any_scan_is_a_product_nothing_or_a_typed_error(text: str, begins: str) -> None:
    try:
        sold = found(begins + text)
    except ScanError:
        return
    assert sold is None or Won(1) <= sold.price <= Won(99_999_999)


@given(st.text("0123456789", min_size=1, max_size=14))
def test_any_number_has_ways_to_write_it_or_a_wrong_digit(number: str) -> None:
    try:
        ways = ways_to_write(number)
    except CheckDigitWrong:
        return
    assert number in ways
    assert all(way.lstrip("0") == ways[-1].lstrip("0") or len(number) == 8 for way in ways)
