"""Products by code and by name, in memory. Never reads a file; knows no stock."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pos.domain.tax import TaxKind
from pos.domain.won import Won

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
SEARCH_RESULTS_MAX = 20


@dataclass(frozen=True, slots=True)
class Product:
    """One thing the shop sells.

    Attributes:
        code: barcode or the shop's own short code; unique.
        name: as printed on the receipt.
        price: tax included.
    """

    code: str
    name: str
    price: Won
    tax: TaxKind = TaxKind.TAXABLE


@dataclass(frozen=True, slots=True)
class CatalogueChange:
    """Products that are new or other than before, and codes that are sold no more."""

    products: tuple[Product, ...] = ()
    removed: tuple[str, ...] = ()


def initials(text: str) -> str:
    """Return a name's initial consonants (초성): `새우깡` gives `ㅅㅇㄲ`; other characters stay."""
    out: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        index = ord(char) - 0xAC00
        out.append(_INITIALS[index // 588] if 0 <= index < 11_172 else char.lower())
    return "".join(out)


class Catalogue:
    """The products a terminal can sell, looked up by code or searched by name."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_code = {product.code: product for product in products}
        self._keys: list[tuple[str, str, Product]] = []

    def apply(self, change: CatalogueChange) -> None:
        """Sell from now on as the change says; the same change twice is one."""
        for code in change.removed:
            self._by_code.pop(code, None)
        self._by_code.update((product.code, product) for product in change.products)
        self._keys = []

    def __iter__(self) -> Iterator[Product]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def by_code(self, code: str) -> Product | None:
        """Return the product with exactly this code, or None."""
        return self._by_code.get(code)

    def search(self, text: str, limit: int = SEARCH_RESULTS_MAX) -> list[Product]:
        """Return products whose name holds the text, or whose 초성 hold it; names that begin so come first."""
        wanted = unicodedata.normalize("NFC", text).strip().lower()
        if not wanted:
            return []
        if not self._keys:  # At the first search: a till that starts has no time for it.
            self._keys = [
                (product.name.lower(), initials(product.name), product)
                for product in self._by_code.values()
            ]
        hits = [
            (not (name.startswith(wanted) or cho.startswith(wanted)), name, product)
            for name, cho, product in self._keys
            if wanted in name or wanted in cho
        ]
        hits.sort(key=lambda hit: hit[:2])
        return [product for _, _, product in hits[:limit]]
