"""A sale: lines, tenders and what is still due. Never talks to a device, a ledger or a disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pos.domain.catalogue import Product
from pos.domain.errors import QuantityOutOfRange, SaleTooLarge
from pos.domain.identifiers import TransactionId
from pos.domain.tax import TaxKind, TaxSplit, split_tax
from pos.domain.tender import Tender
from pos.domain.won import ZERO, Won

QUANTITY_MAX = 9_999
LINES_MAX = 500
SALE_TOTAL_MAX = Won(99_999_999)  # Eight digits, what a slip's amount field holds.


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One product on a sale. `number` counts from 1 and is never reused within the sale."""

    number: int
    code: str
    name: str
    unit_price: Won
    quantity: int
    tax: TaxKind

    @property
    def total(self) -> Won:
        """Unit price times quantity."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale that is still open.

    Attributes:
        tenders: what has been taken so far; each stands durably before it appears here.
        next_number: the number the next line gets.
        order_key: channel and number of the delivery order it pays, or empty; its lines stand.
    """

    id: TransactionId
    opened_at: datetime
    lines: tuple[SaleLine, ...] = ()
    tenders: tuple[Tender, ...] = ()
    next_number: int = 1
    order_key: str = ""

    @property
    def total(self) -> Won:
        """The sum of the lines."""
        return Won.total(line.total for line in self.lines)

    @property
    def paid(self) -> Won:
        """What the tenders cover."""
        return Won.total(tender.amount for tender in self.tenders)

    @property
    def due(self) -> Won:
        """What is still to be paid."""
        return self.total - self.paid

    @property
    def tax(self) -> TaxSplit:
        """The whole receipt's tax split."""
        exempt = Won.total(line.total for line in self.lines if line.tax is TaxKind.EXEMPT)
        return split_tax(self.total, exempt=exempt)

    def add(self, product: Product, quantity: int = 1) -> Sale:
        """Add a product; a second one of the same product and price counts up its line.

        Raises:
            QuantityOutOfRange: quantity is not 1 to 9,999, also after counting up.
            SaleTooLarge: more lines or a larger total than a sale may have.
        """
        for line in self.lines:
            if line.code == product.code and line.unit_price == product.price:
                return self.set_quantity(line.number, line.quantity + quantity)
        _check_quantity(quantity)
        new = SaleLine(
            self.next_number, product.code, product.name, product.price, quantity, product.tax
        )
        return self._with_lines((*self.lines, new), self.next_number + 1)

    def set_quantity(self, number: int, quantity: int) -> Sale:
        """Change a line's quantity.

        Raises:
            QuantityOutOfRange: as `add`.
            SaleTooLarge: as `add`.
        """
        _check_quantity(quantity)
        lines = tuple(
            replace(line, quantity=quantity) if line.number == number else line
            for line in self.lines
        )
        return self._with_lines(lines, self.next_number)

    def remove_line(self, number: int) -> Sale:
        """Take a line off; unknown numbers change nothing."""
        kept = tuple(line for line in self.lines if line.number != number)
        return replace(self, lines=kept)

    def with_tender(self, tender: Tender) -> Sale:
        """Return the sale with one more tender taken."""
        return replace(self, tenders=(*self.tenders, tender))

    def without_tenders(self) -> Sale:
        """Return the sale as if nothing had been paid."""
        return replace(self, tenders=())

    def _with_lines(self, lines: tuple[SaleLine, ...], next_number: int) -> Sale:
        changed = replace(self, lines=lines, next_number=next_number)
        if len(lines) > LINES_MAX or changed.total > SALE_TOTAL_MAX:
            raise SaleTooLarge(total=changed.total, limit=SALE_TOTAL_MAX)
        return changed


@dataclass(frozen=True, slots=True)
class SaleRecord:
    """A finished sale, as it stands in the journal, on the receipt and at the ledger.

    Attributes:
        receipt_number: the terminal's own, `YYYYMMDD-NNNN` by the business day in Korea.
        tax: computed once, here; printed and sent as it stands.
        order_key: channel and number of the delivery order it pays, or empty.
    """

    id: TransactionId
    receipt_number: str
    completed_at: datetime
    lines: tuple[SaleLine, ...]
    tenders: tuple[Tender, ...]
    tax: TaxSplit
    training: bool = False
    order_key: str = ""

    @property
    def total(self) -> Won:
        """The amount the customer was charged."""
        return self.tax.total


def complete(sale: Sale, *, receipt_number: str, at: datetime) -> SaleRecord:
    """Close a sale whose tenders cover its total exactly.

    Raises:
        ValueError: it is empty, or tenders and total differ; a programming error, no user's.
    """
    if not sale.lines or sale.due != ZERO:
        raise ValueError(f"sale {sale.id} can't close with {sale.due} won due")
    return SaleRecord(
        sale.id,
        receipt_number,
        at,
        sale.lines,
        sale.tenders,
        sale.tax,
        order_key=sale.order_key,
    )


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= QUANTITY_MAX:
        raise QuantityOutOfRange(quantity=quantity, limit=QUANTITY_MAX)
