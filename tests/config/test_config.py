"""What people type into files comes in whole or is refused with a line; nothing is guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.products import load_catalogue
from config.rates import load_rates
from config.secrets import read_secret, write_secret
from config.settings import load_settings
from pos.domain.catalogue import Option, Product
from pos.domain.errors import ConfigError
from pos.domain.rates import in_force
from pos.domain.tax import TaxKind
from pos.domain.won import Won

SAMPLE = Path(__file__).resolve().parents[2] / "config" / "sample_shop"


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = (SAMPLE / "settings.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "settings.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_the_sample_shop_is_valid_and_has_sixty_products() -> None:
    settings = load_settings(SAMPLE / "settings.toml")
    assert settings.shop.name == "부평 이음마트"
    assert settings.offline.limits.card_cap == Won(50_000)
    catalogue = load_catalogue(SAMPLE / "products.csv")
    assert len(catalogue) == 60


def test_every_sample_barcode_has_its_check_digit_and_both_tax_kinds_occur() -> None:
    rows = (SAMPLE / "products.csv").read_text(encoding="utf-8").splitlines()[1:]
    codes = [row.split(",")[0] for row in rows]
    for code in codes:
        weighted = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(code))
        assert weighted % 10 == 0, code
    catalogue = load_catalogue(SAMPLE / "products.csv")
    kinds = {product.tax for code in codes if (product := catalogue.by_code(code))}
    assert kinds == {TaxKind.TAXABLE, TaxKind.EXEMPT}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('number = "IE-0001-01"', 'numbr = "IE-0001-01"', "terminal.number"),
        ('"123-45-67891"', '"123-45-67890"', "settings.toml:5 shop.business_number"),
        ("columns = 42", "columns = 12", "settings.toml:30 printer.columns"),
        ("floor_limit = 30000", "floor_limit = 30000.5", "settings.toml:34 offline.floor_limit"),
        ("usual_minutes = 20", 'usual_minutes = "20"', "orders.usual_minutes"),
        ("[orders]", "[order]", "order"),
        ('language = "ko"', 'language = "jp"', "terminal.language"),
        ("columns = 42", "columns = ", "line 30"),
        ('kind = "pcsc"', 'kind = "serial"', "reader"),
        ('kind = "pcsc"', 'kind = "serial"\nport = "/dev/x"\nprofile = "acme"', "reader.profile"),
    ],
)
def test_a_bad_setting_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(changed(tmp_path, old, new))
    assert says in caught.value.message("ko")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_settings(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1,김밥,4500", "not 4 cells"),
        ("1,김밥,45.5,과세", "price"),
        ("1,김밥,-1,과세", "price"),
        ("1,김밥,4500,과새", "tax"),
        (",김밥,4500,과세", "empty code"),
        ("7,라면,900,과세\n7,우동,900,과세", "code twice"),
    ],
)
def test_a_bad_product_names_its_line(tmp_path: Path, row: str, says: str) -> None:
    path = tmp_path / "products.csv"
    path.write_text(f"code,name,price,tax\n2,좋은것,100,면세\n{row}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=says) as caught:
        load_catalogue(path)
    assert f"products.csv:{3 + row.count(chr(10))}" in caught.value.message("en")


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1+1",
        "@SUM(1+1)",
        "\t=1",
        "＝HYPERLINK()",
        'a"",""b',
        "줄\n바꿈",
    ],
)
def test_a_formula_or_a_quote_in_a_name_stays_a_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / "products.csv"
    quoted = name.replace('"', '""')
    path.write_text(f'code,name,price,tax\n1,"{quoted}",100,과세\n', encoding="utf-8")
    [product] = load_catalogue(path)
    assert product.name == name.strip()
    assert [each.code for each in load_catalogue(path).search(name.strip())] == ["1"]


def test_a_code_of_twenty_digits_and_hangul_without_a_mark_are_read_as_they_stand(
    tmp_path: Path,
) -> None:
    path = tmp_path / "products.csv"
    path.write_bytes("code,name,price,tax\n00012345678901234567,떡볶이,4500,과세\n".encode())
    [product] = load_catalogue(path)
    assert (product.code, product.name) == ("00012345678901234567", "떡볶이")


def test_the_rates_of_a_day_are_the_newest_begun() -> None:
    rates = in_force(load_rates(), date(2026, 11, 24))
    assert rates.cashback_bp == 1_000
    assert rates.no_signature_max == Won(50_000)
    assert rates.channel("baedal-eum") is not None


def test_a_secret_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "device.token"
    write_secret(path, "ab" * 16)
    assert read_secret(path) == "ab" * 16
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_secret(path)


def test_a_shop_says_how_much_may_come_off_without_asking(tmp_path: Path) -> None:
    said = "[discounts]\npercent_alone = 20\nwon_alone = 3000\n\n[orders]"
    policy = load_settings(changed(tmp_path, "[orders]", said)).discounts.policy
    assert (20, Won(3_000)) == (policy.percent_alone, policy.won_alone)


def products_of(tmp_path: Path, text: str) -> list[Product]:
    path = tmp_path / "products.csv"
    path.write_text(text, encoding="utf-8")
    return list(load_catalogue(path))


def test_further_columns_say_what_a_shop_needs(tmp_path: Path) -> None:
    beer, beef, coffee = products_of(
        tmp_path,
        "code,name,price,tax,options,unit,deposit,barcodes,favourite\n"
        "1,맥주,2900,과세,,,130,8801|8802,2\n"
        "2,등심,98000,면세,,kg,,,\n"
        "3,커피,3000,과세,크기:레귤러|라지+500;추가*:샷+700|시럽,개,,,1\n",
    )
    assert (("8801", "8802"), Won(130), 2) == (beer.barcodes, beer.deposit, beer.favourite)
    assert beef.by_weight
    size, extra = coffee.options
    assert (True, False) == (size.one, extra.one)
    assert [Option("레귤러"), Option("라지", Won(500))] == list(size.choices)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("1,맥주,2900,과세,g,,", "kg"),
        ("1,맥주,2900,과세,,8801|8801,", "8801"),
        ("1,맥주,2900,과세,,,크기", "options"),
        ("1,맥주,2900,과세,,,크기:+500", "options"),
        ("1,맥주,2900,과세,,,크기:라지+오백", "option price"),
        ("1,맥주,2900,과세,,", "cells"),
    ],
)
def test_a_bad_cell_of_a_further_column_names_its_line(
    tmp_path: Path, row: str, problem: str
) -> None:
    with pytest.raises(ConfigError, match=r":2") as caught:
        products_of(tmp_path, f"code,name,price,tax,unit,barcodes,options\n{row}\n")
    assert problem in str(caught.value)


def test_a_serial_reader_is_named_by_its_port_and_profile(tmp_path: Path) -> None:
    said = 'kind = "serial"\nport = "usb:0403:6001"\nprofile = "fs-tagged"'
    reader = load_settings(changed(tmp_path, 'kind = "pcsc"', said)).reader
    assert (reader.port, reader.profile, reader.baud) == ("usb:0403:6001", "fs-tagged", 0)
