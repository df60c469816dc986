"""One line of a sale and what it costs, discounts and weight included. Never knows the other lines."""

from __future__ import annotations

from dataclasses import dataclass

from pos.domain.catalogue import Product
from pos.domain.discount import Discount
from pos.domain.tax import TaxKind
from pos.domain.won import ZERO, Won

DEPOSIT_NAME = "보증금"


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One product on a sale. `number` counts from 1 and is never reused within the sale.

    Attributes:
        unit_price: of one piece, or of one kilogram where it was weighed; its options included.
        weight_g: what the scale said; 0 for what is sold by the piece.
        options: chosen with it (`라지`, `샷 추가`), as printed.
        discount: given on this line.
        share: this line's part of the sale's own discount.
        deposit_of: the number of the line whose bottles this deposit (빈용기보증금) is for, or 0.
    """

    number: int
    code: str
    name: str
    unit_price: Won
    quantity: int
    tax: TaxKind
    weight_g: int = 0
    options: tuple[str, ...] = ()
    note: str = ""
    discount: Discount | None = None
    share: Won = ZERO
    deposit_of: int = 0

    @property
    def gross(self) -> Won:
        """The price before any discount; a weighed one is rounded to the nearest won."""
        if self.weight_g:
            return Won((self.unit_price.amount * self.weight_g + 500) // 1_000)
        return self.unit_price * self.quantity

    @property
    def own_off(self) -> Won:
        """What the line's own discount takes off."""
        return self.discount.of(self.gross) if self.discount else ZERO

    @property
    def off(self) -> Won:
        """All that comes off."""
        return self.own_off + self.share

    @property
    def total(self) -> Won:
        """What the line is charged."""
        return self.gross - self.off

    def part(self, before: int, quantity: int) -> Won:
        """Return what so many pieces were charged, behind those `before`; all of them are the total."""
        whole = self.total.amount
        upto = whole * (before + quantity) // self.quantity
        return Won(upto - whole * before // self.quantity)


def is_same(line: SaleLine, product: Product, options: tuple[str, ...]) -> bool:
    """Tell whether a second one of the product would count this line up."""
    said = (line.code, line.unit_price, line.options, line.weight_g, line.deposit_of)
    return said == (product.code, product.price, options, 0, 0)


def deposit_line(product: Product, number: int, quantity: int) -> SaleLine:
    """Return the deposit's line: no part of the price, so no VAT is in it."""
    name = f"{DEPOSIT_NAME} {product.name}"
    return SaleLine(
        number + 1,
        product.code,
        name,
        product.deposit,
        quantity,
        TaxKind.EXEMPT,
        deposit_of=number,
    )
