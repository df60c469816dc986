"""A sale: lines, tenders and what is still due. Never talks to a device, a ledger or a disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pos.domain.catalogue import Product
from pos.domain.discount import Discount, share_out
from pos.domain.errors import (
    QuantityOutOfRange,
    SaleTooLarge,
)
from pos.domain.identifiers import TransactionId
from pos.domain.sale_errors import (
    DiscountTakesAll,
    WeightOutOfRange,
)
from pos.domain.sale_line import SaleLine, deposit_line, is_same
from pos.domain.tax import TaxKind, TaxSplit, split_tax
from pos.domain.tender import Tender
from pos.domain.won import ZERO, Won

QUANTITY_MAX = 9_999
LINES_MAX = 500
WEIGHT_MAX_G = 99_999  # Five digits, what a scale's barcode holds.
GUESTS_MAX = 999
SALE_TOTAL_MAX = Won(99_999_999)  # Eight digits, what a slip's amount field holds.


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale that is still open.

    Attributes:
        tenders: what has been taken so far; each stands durably before it appears here.
        next_number: the number the next line gets.
        discount: given on the whole; it is shared out over the lines, deposits apart.
        guests: how many people were served; 0 is not said.
        order_key: channel and number of the delivery order it pays, or empty; its lines stand.
    """

    id: TransactionId
    opened_at: datetime
    lines: tuple[SaleLine, ...] = ()
    tenders: tuple[Tender, ...] = ()
    next_number: int = 1
    discount: Discount | None = None
    note: str = ""
    guests: int = 0
    order_key: str = ""

    @property
    def total(self) -> Won:
        """The sum of the lines."""
        return Won.total(line.total for line in self.lines)

    @property
    def off(self) -> Won:
        """What all discounts take off."""
        return Won.total(line.off for line in self.lines)

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

    def add(
        self,
        product: Product,
        quantity: int = 1,
        *,
        weight_g: int = 0,
        options: tuple[str, ...] = (),
    ) -> Sale:
        """Add a product; a second one of the same product, options and price counts up its line.

        What was weighed is a line of its own each time. A bottle's deposit follows its line.

        Raises:
            QuantityOutOfRange: quantity is not 1 to 9,999, also after counting up.
            WeightOutOfRange: the weight is not 1 to 99,999 g of one piece.
            SaleTooLarge: more lines or a larger total than a sale may have.
        """
        for line in self.lines:
            if not weight_g and is_same(line, product, options):
                return self.set_quantity(line.number, line.quantity + quantity)
        _check_quantity(quantity)
        if weight_g and not (0 < weight_g <= WEIGHT_MAX_G and quantity == 1):
            raise WeightOutOfRange(weight=weight_g, limit=WEIGHT_MAX_G)
        number = self.next_number
        new = [
            SaleLine(
                number,
                product.code,
                product.name,
                product.price,
                quantity,
                product.tax,
                weight_g=weight_g,
                options=options,
            )
        ]
        if product.deposit:
            new.append(deposit_line(product, number, quantity))
        return self._with_lines((*self.lines, *new), number + len(new))

    def set_quantity(self, number: int, quantity: int) -> Sale:
        """Change a line's quantity, and its deposit's; what was weighed is taken off instead.

        Raises:
            QuantityOutOfRange: as `add`; a weighed line other than 1; a deposit by itself.
            SaleTooLarge: as `add`.
        """
        _check_quantity(quantity)
        fixed = (each for each in self.lines if each.number == number)
        if any(line.deposit_of or (line.weight_g and quantity != 1) for line in fixed):
            raise QuantityOutOfRange(quantity=quantity, limit=1)
        lines = tuple(
            replace(line, quantity=quantity) if number in (line.number, line.deposit_of) else line
            for line in self.lines
        )
        return self._with_lines(lines, self.next_number)

    def remove_line(self, number: int) -> Sale:
        """Take a line off, and the deposit that goes with it; unknown numbers change nothing.

        Raises:
            DiscountTakesAll: what is left would be free.
        """
        kept = tuple(line for line in self.lines if number not in (line.number, line.deposit_of))
        return self._with_lines(kept, self.next_number)

    def discount_line(self, number: int, discount: Discount | None) -> Sale:
        """Give a discount on a line in place of an earlier one; None takes it back.

        Raises:
            DiscountTakesAll: the whole sale would be free.
        """
        lines = tuple(
            replace(line, discount=discount)
            if line.number == number and not line.deposit_of
            else line
            for line in self.lines
        )
        return self._with_lines(lines, self.next_number)

    def with_discount(self, discount: Discount | None) -> Sale:
        """Give a discount on the whole sale in place of an earlier one; None takes it back.

        Raises:
            DiscountTakesAll: the whole sale would be free.
        """
        return replace(self, discount=discount)._with_lines(self.lines, self.next_number)

    def with_note(self, number: int, note: str) -> Sale:
        """Write a note on a line, or with number 0 on the sale; an empty one takes it off."""
        if not number:
            return replace(self, note=note)
        lines = (replace(each, note=note) if each.number == number else each for each in self.lines)
        return replace(self, lines=tuple(lines))

    def with_guests(self, guests: int) -> Sale:
        """Say how many people are served; 0 is not said.

        Raises:
            QuantityOutOfRange: not 0 to 999.
        """
        if not 0 <= guests <= GUESTS_MAX:
            raise QuantityOutOfRange(quantity=guests, limit=GUESTS_MAX)
        return replace(self, guests=guests)

    def with_tender(self, tender: Tender) -> Sale:
        """Return the sale with one more tender taken."""
        return replace(self, tenders=(*self.tenders, tender))

    def without_tenders(self) -> Sale:
        """Return the sale as if nothing had been paid."""
        return replace(self, tenders=())

    def _with_lines(self, lines: tuple[SaleLine, ...], next_number: int) -> Sale:
        changed = replace(self, lines=_shared(lines, self.discount), next_number=next_number)
        if len(lines) > LINES_MAX or changed.total > SALE_TOTAL_MAX:
            raise SaleTooLarge(total=changed.total, limit=SALE_TOTAL_MAX)
        if changed.off and not changed.total:
            raise DiscountTakesAll(off=changed.off)
        return changed


@dataclass(frozen=True, slots=True)
class SaleRecord:
    """A finished sale, as it stands in the journal, on the receipt and at the ledger.

    Attributes:
        receipt_number: the terminal's own, `YYYYMMDD-NNNN` by the business day in Korea.
        tax: computed once, here; printed and sent as it stands.
        order_key: channel and number of the delivery order it pays, or empty.
        by: who finished it; the shop's name where nobody signs in, empty in old records.
    """

    id: TransactionId
    receipt_number: str
    completed_at: datetime
    lines: tuple[SaleLine, ...]
    tenders: tuple[Tender, ...]
    tax: TaxSplit
    training: bool = False
    order_key: str = ""
    note: str = ""
    guests: int = 0
    by: str = ""

    @property
    def total(self) -> Won:
        """The amount the customer was charged."""
        return self.tax.total

    @property
    def off(self) -> Won:
        """What all discounts took off."""
        return Won.total(line.off for line in self.lines)


def complete(sale: Sale, *, receipt_number: str, at: datetime, by: str = "") -> SaleRecord:
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
        note=sale.note,
        guests=sale.guests,
        by=by,
        order_key=sale.order_key,
    )


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= QUANTITY_MAX:
        raise QuantityOutOfRange(quantity=quantity, limit=QUANTITY_MAX)


def _shared(lines: tuple[SaleLine, ...], discount: Discount | None) -> tuple[SaleLine, ...]:
    """Share the sale's discount out over what the lines cost behind their own; a deposit has no part."""
    if discount is None and not any(line.share for line in lines):
        return lines
    bases = [ZERO if line.deposit_of else line.gross - line.own_off for line in lines]
    off = discount.of(Won.total(bases)) if discount else ZERO
    shares = share_out(off, bases)
    return tuple(replace(line, share=share) for line, share in zip(lines, shares, strict=True))
