"""Products by code and by name, in memory. Never reads a file; knows no stock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pos.domain.search import NameIndex
from pos.domain.tax import TaxKind
from pos.domain.won import ZERO, Won

SEARCH_RESULTS_MAX = 20


@dataclass(frozen=True, slots=True)
class Option:
    """One choice and what it adds to the price, which may be nothing."""

    name: str
    price: Won = ZERO


@dataclass(frozen=True, slots=True)
class OptionSet:
    """Choices of one kind (크기, 추가).

    Attributes:
        one: exactly one of them is chosen; otherwise any number, none among them.
    """

    name: str
    choices: tuple[Option, ...]
    one: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """One thing the shop sells.

    Attributes:
        code: barcode or the shop's own short code; unique.
        name: as printed on the receipt.
        price: tax included; of a kilogram where it is sold by weight; 0 is asked for at each sale.
        barcodes: further codes that mean it too.
        by_weight: the scale says how much.
        deposit: on each piece's bottle (빈용기보증금), a line of its own.
        options: what can be chosen with it, set by set.
        favourite: its place on the page of favourites, from 1; 0 is none.
    """

    code: str
    name: str
    price: Won
    tax: TaxKind = TaxKind.TAXABLE
    barcodes: tuple[str, ...] = ()
    by_weight: bool = False
    deposit: Won = ZERO
    options: tuple[OptionSet, ...] = ()
    favourite: int = 0


@dataclass(frozen=True, slots=True)
class CatalogueChange:
    """Products that are new or other than before, and codes that are sold no more."""

    products: tuple[Product, ...] = ()
    removed: tuple[str, ...] = ()


class Catalogue:
    """The products a terminal can sell, looked up by code or searched by name."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_code = {product.code: product for product in products}
        self._also: dict[str, str] | None = None
        self._index: NameIndex[Product] | None = None

    def apply(self, change: CatalogueChange) -> None:
        """Sell from now on as the change says; the same change twice is one."""
        for code in change.removed:
            self._by_code.pop(code, None)
        for new in change.products:  # What only the shop's own file says of it stays.
            old = self._by_code.get(new.code, new)
            kept = replace(old, name=new.name, price=new.price, tax=new.tax)
            self._by_code[new.code] = kept
        self._also = self._index = None

    def __iter__(self) -> Iterator[Product]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def by_code(self, code: str) -> Product | None:
        """Return the product with exactly this code or further barcode, or None."""
        found = self._by_code.get(code)
        if found is not None:
            return found
        if self._also is None:  # At the first code that is no product's own.
            self._also = {
                each: product.code
                for product in self._by_code.values()
                for each in product.barcodes
            }
        return self._by_code.get(self._also.get(code, ""))

    def search(self, text: str, limit: int = SEARCH_RESULTS_MAX) -> list[Product]:
        """Return products whose name or 초성 hold the text, or nearly do; see `NameIndex.find`."""
        if not text.strip():
            return []
        if self._index is None:  # Not at the start, which has no time for it.
            self._index = _index_of(self._by_code)
        return self._index.find(text, limit)

    def warm_up(self) -> None:
        """Get ready for the first search; may run beside whoever sells."""
        before = dict(self._by_code)  # In one step: nobody changes it meanwhile.
        self._index = _index_of(before)
        if before != self._by_code:
            self._index = None  # The next search makes its own.

    def favourites(self) -> list[Product]:
        """Return the products of the favourites page, in their places."""
        chosen = [product for product in self._by_code.values() if product.favourite]
        return sorted(chosen, key=lambda product: (product.favourite, product.code))


def _index_of(by_code: Mapping[str, Product]) -> NameIndex[Product]:
    return NameIndex((product.name, product) for product in by_code.values())
