"""What a shop offers in the platform's shopping mall. Never more than it says it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pos.domain.catalogue import Product
from pos.domain.won import Won

STOCK_MAX = 99_999


@dataclass(frozen=True, slots=True)
class MallProduct:
    """One product in the window; `stock` is set aside for the mall."""

    code: str
    name: str
    price: Won
    stock: int


@dataclass(frozen=True, slots=True)
class MallPublished:
    """Products that are new in the window or offered anew, with the stock set aside now; forwarded.

    What it does not name stays as it is: the ledger alone knows what of it was sold since.
    """

    products: tuple[MallProduct, ...]
    at: datetime


def offered(product: Product, stock: int) -> MallProduct:
    """Return a product of the catalogue as it is offered.

    Raises:
        ValueError: nobody has so many.
    """
    if not 0 <= stock <= STOCK_MAX:
        raise ValueError(f"a stock of {stock}")
    return MallProduct(product.code, product.name, product.price, stock)
