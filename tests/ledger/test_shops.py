"""Shops by file: who stands where, and what was said of them, which is never said otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ledger.policy.dated import Span
from ledger.policy.shop import Shop
from ledger.server import devices, merchants, shops
from ledger.server.database import Database, Tx
from ledger.server.writer import Writer
from pos.domain.won import Won
from tests.ledger.conftest import DEVICE, KEY, OTHER_DEVICE
from tests.ledger.journal import START

TEXT = """
[[shop]]
id = "noodles"
devices = ["000100000001", "000100000002"]

[[shop.facts]]
valid_from = 2026-01-01
annual_sales = 280000000
district = "seo"
category = "restaurant"
win_win_bp = 300

[[shop.facts]]
valid_from = 2026-07-01
known_from = 2026-06-20
annual_sales = 510000000
district = "seo"
category = "restaurant"
pay_days = 1
"""


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    made = Writer(database)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shops.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_shop_is_what_its_file_says_however_often_it_is_read(writer: Writer, file: Path) -> None:
    (given,) = shops.read_shops(file)
    for _ in range(2):
        writer.run_now(lambda tx: shops.enrol(tx, (given,)))

    found = writer.run_now(lambda tx: shops.of_device(tx, OTHER_DEVICE))

    assert found == given.shop
    assert writer.run_now(lambda tx: shops.devices(tx, "noodles")) == (DEVICE, OTHER_DEVICE)
    day = date(2026, 7, 1)
    assert found.on(day, day).annual_sales == Won(510_000_000)
    assert found.on(day, date(2026, 6, 19)).annual_sales == Won(280_000_000)


def test_what_was_said_is_not_said_otherwise_but_by_a_row_known_later(
    writer: Writer, file: Path
) -> None:
    (given,) = shops.read_shops(file)
    writer.run_now(lambda tx: shops.enrol(tx, (given,)))
    first, *rest = given.shop.history
    other = replace(first, annual_sales=Won(1))

    changed = replace(given, shop=Shop("noodles", (other, *rest)))
    with pytest.raises(ValueError, match="something else was said"):
        writer.run_now(lambda tx: shops.enrol(tx, (changed,)))

    later = replace(other, span=Span(first.span.valid_from, date(2026, 12, 1)))
    added = replace(given, shop=given.shop.with_facts(later))
    writer.run_now(lambda tx: shops.enrol(tx, (added,)))
    found = writer.run_now(lambda tx: shops.find(tx, "noodles"))
    day = date(2026, 3, 1)
    assert found.on(day, day).annual_sales == Won(280_000_000)
    assert found.on(day, date(2026, 12, 1)).annual_sales == Won(1)


def test_a_terminal_knows_its_shop_by_its_key_and_by_its_number(writer: Writer, file: Path) -> None:
    def fill(tx: Tx) -> None:
        shops.enrol(tx, shops.read_shops(file))
        devices.enrol(tx, merchants.add(tx, "noodles"), DEVICE, KEY.public, START)

    writer.run_now(fill)

    admitted = writer.run_now(lambda tx: devices.admit(tx, DEVICE, KEY.public))

    assert admitted.shop.id == "noodles"
    assert writer.run_now(lambda tx: merchants.of_device(tx, DEVICE)) == admitted


def test_a_terminal_that_stands_in_no_shop_is_a_shop_of_its_own(writer: Writer) -> None:
    alone = writer.run_now(lambda tx: shops.of_device(tx, 7))

    assert alone == Shop("000000000007")
    assert writer.run_now(lambda tx: shops.devices(tx, alone.id)) == (7,)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('id = "noodles"', 'id = "Noodles:1"'),
        ("000100000001", "1"),
        ("annual_sales = 280000000\n", ""),
        ("annual_sales = 280000000", "annual_sales = -1"),
        ("win_win_bp = 300", "win_win_bp = 10001"),
        ("pay_days = 1", "pay_days = 0"),
        ("pay_days = 1", "paydays = 1"),
    ],
)
def test_a_shop_of_another_shape_is_refused(file: Path, was: str, now: str) -> None:
    assert was in TEXT
    file.write_text(TEXT.replace(was, now), encoding="utf-8")

    with pytest.raises(ValueError, match=r"^shops\.toml: shop"):
        shops.read_shops(file)
