"""Reads the shop's products from CSV. Never drops a row silently: a bad one names its line."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

from config.reading import read_text
from pos.domain.catalogue import Catalogue, Product
from pos.domain.errors import ConfigError
from pos.domain.tax import TaxKind
from pos.domain.won import Won

HEADER = ["code", "name", "price", "tax"]
TAX_WORDS = {"과세": TaxKind.TAXABLE, "면세": TaxKind.EXEMPT}
PRICE_MAX = 9_999_999
PRODUCTS_MAX = 200_000


def load_catalogue(path: Path) -> Catalogue:
    """Read `code,name,price,tax`; price in won with tax, tax 과세 or 면세.

    Raises:
        ConfigError: names the line and what is wrong with it.
    """
    rows = csv.reader(io.StringIO(read_text(path)))
    header = next(rows, [])
    if [cell.strip() for cell in header] != HEADER:
        raise _wrong(path, 1, f"첫 줄은 {','.join(HEADER)} / header must be {','.join(HEADER)}")
    products: dict[str, Product] = {}
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        product = _product(path, number, [cell.strip() for cell in row])
        if product.code in products:
            raise _wrong(path, number, f"같은 코드가 둘 / code twice: {product.code}")
        products[product.code] = product
        if len(products) > PRODUCTS_MAX:
            raise _wrong(path, number, f"> {PRODUCTS_MAX}")
    return Catalogue(products.values())


def _product(path: Path, number: int, row: list[str]) -> Product:
    if len(row) != len(HEADER):
        raise _wrong(path, number, f"{len(HEADER)}칸이 아님 / not {len(HEADER)} cells")
    code, name, price, tax = row
    if not code or not name:
        raise _wrong(path, number, "코드나 이름이 비었음 / empty code or name")
    if not (price.isascii() and price.isdecimal() and 0 < int(price) <= PRICE_MAX):
        raise _wrong(path, number, f"가격 / price: {price[:20]}")
    if tax not in TAX_WORDS:
        raise _wrong(path, number, f"과세/면세 아님 / tax: {tax[:20]}")
    return Product(code, unicodedata.normalize("NFC", name), Won(int(price)), TAX_WORDS[tax])


def _wrong(path: Path, number: int, problem: str) -> ConfigError:
    hint = "그 줄을 고치세요. / Correct that line."
    return ConfigError(where=f"{path}:{number}", problem=problem, hint=hint)
