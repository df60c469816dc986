"""Products found by name, 초성, or a name mistyped; further barcodes; what the ledger's changes keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.catalogue import Catalogue, CatalogueChange, Product
from pos.domain.search import NameIndex, initials, normal
from pos.domain.won import Won

NAMES = ("새우깡", "매운새우깡", "새우탕면", "감자칩 오리지널", "Coca 콜라", "참이슬", "처음처럼")


@pytest.fixture
def names() -> NameIndex[str]:
    return NameIndex((name, name) for name in NAMES)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("새우", ["새우깡", "새우탕면", "매운새우깡"]),
        ("ㅅㅇㄲ", ["새우깡", "매운새우깡"]),
        ("COCA", ["Coca 콜라"]),
        ("콜라", ["Coca 콜라"]),
        ("ㅋㄹ", ["Coca 콜라"]),
        ("감저칩", ["감자칩 오리지널"]),
        ("처음처롬", ["처음처럼"]),
        ("참이술", ["참이슬"]),
        ("냉장고", []),
        ("\n", []),
        ("", []),
    ],
)
def test_what_a_cashier_types_finds_what_she_means(
    names: NameIndex[str], typed: str, found: list[str]
) -> None:
    assert found == names.find(typed, 20)


def test_the_nearest_of_the_mistyped_come_first(names: NameIndex[str]) -> None:
    assert {"새우깡", "매운새우깡"} == set(names.find("세우깡", 20))


def test_no_more_are_found_than_asked_for(names: NameIndex[str]) -> None:
    assert ["새우깡"] == names.find("새우", 1)
    assert [] == NameIndex[str]([]).find("새우", 5)


words = st.text(st.sampled_from("가각나마새우깡ㄱㅅab 1"), max_size=6)


@given(st.lists(words, max_size=40), words)
def test_it_finds_just_what_holds_the_text(lines: list[str], typed: str) -> None:
    wanted = normal(typed)
    held = {
        line
        for line in lines
        if wanted and (wanted in normal(line) or wanted in initials(normal(line)))
    }
    found = NameIndex((line, line) for line in lines).find(typed, 1_000)
    if held:
        assert held == set(found)
    begins = [normal(each).startswith(wanted) for each in found if wanted in normal(each)]
    if held and initials(wanted) != wanted:
        assert begins == sorted(begins, reverse=True)


def test_a_further_barcode_means_the_product_until_it_is_taken_away() -> None:
    milk = Product("101", "우유", Won(2_000), barcodes=("8801", "8802"), deposit=Won(100))
    shop = Catalogue([milk])
    assert milk == shop.by_code("8802")

    shop.apply(CatalogueChange((Product("101", "우유 1L", Won(2_500)),)))
    changed = shop.by_code("8801")
    assert changed is not None
    assert (Won(2_500), Won(100)) == (changed.price, changed.deposit)

    shop.apply(CatalogueChange((), ("101",)))
    assert shop.by_code("8801") is None


def test_the_favourites_stand_in_their_places() -> None:
    shop = Catalogue(Product(str(n), f"{n}", Won(1), favourite=(3, 0, 1)[n]) for n in range(3))
    assert ["2", "0"] == [each.code for each in shop.favourites()]


def test_getting_ready_beside_a_change_of_the_catalogue_never_brings_back_the_old_names() -> None:
    milk, bread = Product("1", "우유", Won(2_000)), Product("2", "식빵", Won(3_000))
    catalogue = Catalogue([milk])

    catalogue.warm_up()
    assert catalogue.search("우유") == [milk]

    changing = Catalogue([milk])
    changing.apply(CatalogueChange((bread,), ("1",)))
    changing.warm_up()
    assert changing.search("우유") == []
    assert changing.search("ㅅㅃ") == [bread]
