"""Reads the shop's products from CSV. Never drops a row silently: a bad one names its line."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

from config.reading import read_text
from pos.domain.catalogue import Catalogue, Option, OptionSet, Product
from pos.domain.errors import ConfigError
from pos.domain.tax import TaxKind
from pos.domain.won import Won

HEADER = ["code", "name", "price", "tax"]
FURTHER = ("barcodes", "unit", "deposit", "options", "favourite")
UNITS = {"": False, "개": False, "kg": True}
TAX_WORDS = {"과세": TaxKind.TAXABLE, "면세": TaxKind.EXEMPT}
PRICE_MAX = 9_999_999
PRODUCTS_MAX = 200_000


def load_catalogue(path: Path) -> Catalogue:
    """Read `code,name,price,tax` and, in any order behind them, further columns that a shop needs.

    Price is in won with tax, of a kilogram where `unit` is kg; 0 is asked for at each sale. Tax is
    과세 or 면세. `barcodes` are further codes, parted by `|`. `deposit` is a bottle's, in won.
    `options` are sets like `크기:레귤러|라지+500;추가*:샷+500|시럽`: of a set with a star any number
    is chosen, of another exactly one. `favourite` is a place on the favourites page.

    Raises:
        ConfigError: names the line and what is wrong with it.
    """
    rows = csv.reader(io.StringIO(read_text(path)))
    header = [cell.strip() for cell in next(rows, [])]
    known = header[:4] == HEADER and set(header[4:]) <= set(FURTHER)
    if not known or len(set(header)) != len(header):
        raise _wrong(path, 1, f"첫 줄은 {','.join(HEADER)} / header must be {','.join(HEADER)}")
    products: dict[str, Product] = {}
    codes: set[str] = set()
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise _wrong(path, number, f"{len(header)}칸이 아님 / not {len(header)} cells")
        cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
        product = _product(path, number, cells)
        for code in (product.code, *product.barcodes):
            if code in codes:
                raise _wrong(path, number, f"같은 코드가 둘 / code twice: {code}")
            codes.add(code)
        products[product.code] = product
        if len(products) > PRODUCTS_MAX:
            raise _wrong(path, number, f"> {PRODUCTS_MAX}")
    return Catalogue(products.values())


def _product(path: Path, number: int, cells: dict[str, str]) -> Product:
    code, name, price, tax = (cells[each] for each in HEADER)
    if not code or not name:
        raise _wrong(path, number, "코드나 이름이 비었음 / empty code or name")
    if tax not in TAX_WORDS:
        raise _wrong(path, number, f"과세/면세 아님 / tax: {tax[:20]}")
    if cells.get("unit", "") not in UNITS:
        raise _wrong(path, number, f"단위 / unit (개, kg): {cells['unit'][:20]}")
    barcodes = tuple(each.strip() for each in cells.get("barcodes", "").split("|") if each.strip())
    return Product(
        code,
        unicodedata.normalize("NFC", name),
        Won(_number(path, number, "가격 / price", price)),
        TAX_WORDS[tax],
        barcodes=barcodes,
        by_weight=UNITS[cells.get("unit", "")],
        deposit=Won(_number(path, number, "보증금 / deposit", cells.get("deposit") or "0")),
        options=_options(path, number, cells.get("options", "")),
        favourite=_number(path, number, "즐겨찾기 / favourite", cells.get("favourite") or "0"),
    )


def _options(path: Path, number: int, text: str) -> tuple[OptionSet, ...]:
    sets = []
    for part in filter(None, text.split(";")):
        name, _, listed = part.partition(":")
        choices = tuple(_option(path, number, each) for each in listed.split("|") if each.strip())
        if not name.strip(" *") or not choices:
            raise _wrong(path, number, f"옵션 / options: {part[:40]}")
        title = unicodedata.normalize("NFC", name.strip(" *"))
        sets.append(OptionSet(title, choices, one=not name.strip().endswith("*")))
    return tuple(sets)


def _option(path: Path, number: int, text: str) -> Option:
    name, plus, price = text.strip().partition("+")
    if not name.strip():
        raise _wrong(path, number, f"옵션 / options: {text[:40]}")
    added = _number(path, number, "옵션 가격 / option price", price.strip()) if plus else 0
    return Option(unicodedata.normalize("NFC", name.strip()), Won(added))


def _number(path: Path, number: int, what: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:9]) <= PRICE_MAX and len(text) < 9):
        raise _wrong(path, number, f"{what}: {text[:20]}")
    return int(text)


def _wrong(path: Path, number: int, problem: str) -> ConfigError:
    hint = "그 줄을 고치세요. / Correct that line."
    return ConfigError(where=f"{path}:{number}", problem=problem, hint=hint)
