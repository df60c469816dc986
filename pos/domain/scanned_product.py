"""Finds what a code stands for in the shop's list, its price or weight taken from the code. Never searches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pos.domain.barcode import InStoreLayout, price_by_weight, ways_to_write
from pos.domain.catalogue import Catalogue, Product
from pos.domain.gs1 import is_gs1, read_gs1
from pos.domain.scan_errors import PriceCodeWrong, ProductExpired
from pos.domain.won import Won

USUAL_LAYOUTS = (InStoreLayout("2IIIIIIPPPPPC"),)


def scanned_product(
    catalogue: Catalogue, code: str, layouts: Sequence[InStoreLayout], today: date
) -> Product | None:
    """Return the product that a code stands for, or None where the shop's list has none.

    The list's own codes come first, whatever they look like; a weighed piece has the price of its
    label, or that of its weight by the list's price for a kilogram.

    Raises:
        ScanError: it is a code, and can't be taken.
    """
    found = catalogue.by_code(code)
    if found is not None:
        return found
    if is_gs1(code):
        return _by_gs1(catalogue, code, today)
    for layout in layouts:
        weighed = layout.read(code)
        if weighed is not None:
            product = catalogue.by_code(weighed.item)
            if product is not None:
                return _priced(product, code, weighed.price, weighed.grams)
    return _by_number(catalogue, code)


def _by_number(catalogue: Catalogue, number: str) -> Product | None:
    found = (catalogue.by_code(each) for each in ways_to_write(number))
    return next((each for each in found if each is not None), None)


def _by_gs1(catalogue: Catalogue, code: str, today: date) -> Product | None:
    said = read_gs1(code, today)
    product = _by_number(catalogue, said.gtin)
    if product is None:
        return None
    if said.last_day is not None and said.last_day < today:
        raise ProductExpired(product=product.name, until=said.last_day)
    return _priced(product, said.gtin, said.price, said.grams)


def _priced(product: Product, code: str, price: Won | None, grams: int | None) -> Product:
    if price is None and grams is None:
        return product
    name = product.name if grams is None else f"{product.name} {grams:,}g"
    paid = price_by_weight(product.price, grams) if price is None and grams else price
    if paid is None or paid.amount > 99_999_999:
        raise PriceCodeWrong(barcode=code, problem=str(paid))
    return replace(product, name=name, price=paid)
