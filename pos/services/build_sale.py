"""The open sale at the counter: scan, change, drop. Never takes money; never touches a device."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from pos.domain.barcode import InStoreLayout
from pos.domain.business_day import business_day
from pos.domain.catalogue import Catalogue, Option, Product
from pos.domain.discount import Discount, DiscountPolicy
from pos.domain.errors import (
    PaymentPending,
    ProductUnknown,
    SaleEmpty,
    SaleHasTender,
    StoreError,
)
from pos.domain.events import Event, SaleDropped, SaleHeld, SaleRecalled, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.order import Order, OrderBeingPaid, SaleInTheWay
from pos.domain.order_door import check_door
from pos.domain.order_sale import door_lines
from pos.domain.payment_events import ReversalAsked
from pos.domain.sale import Sale
from pos.domain.sale_errors import (
    PriceNeeded,
    SaleOpen,
)
from pos.domain.sale_line import SaleLine
from pos.domain.scanned_product import USUAL_LAYOUTS, scanned_product
from pos.domain.tender import VoucherTender
from pos.domain.won import ZERO, Won
from pos.ports import Change, Clock, Listener, Store
from pos.services.ids import IdSource

DROPPED = "sale dropped"
NOTE_MAX = 80  # Two lines of a receipt.


class Counter:
    """Holds the one open sale and keeps a draft of it, so that a crash returns to it.

    Lines change in memory at once; the draft follows in the background. Every change raises
    PaymentPending while a payment is under way, and SaleHasTender once a part is paid.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        store: Store,
        ids: IdSource,
        clock: Clock,
        discounts: DiscountPolicy | None = None,
        in_store: tuple[InStoreLayout, ...] = USUAL_LAYOUTS,
    ) -> None:
        self.catalogue = catalogue
        self._policy = discounts or DiscountPolicy()
        self._in_store = in_store
        self._store = store
        self._ids = ids
        self._clock = clock
        self._paying = False
        self._halted: StoreError | None = None
        self._dirty = asyncio.Event()
        self._listeners: list[Listener] = []
        self.check_order: Callable[[str], None] = lambda _: None
        self.sale = self._new()

    def on_change(self, listener: Listener) -> None:
        """Call the listener whenever the sale changes."""
        self._listeners.append(listener)

    @property
    def paying(self) -> bool:
        """A payment is under way."""
        return self._paying

    def next_id(self) -> TransactionId:
        """Return a new transaction id, for a payment of this sale."""
        return self._ids.next()

    def find(self, code: str) -> Product | None:
        """Return what a code stands for, priced as its label says; None if the shop has no such thing.

        Raises:
            ScanError: it is a code that can't be taken: misread, without a price, past its day.
        """
        today = business_day(self._clock.now())
        return scanned_product(self.catalogue, code, self._in_store, today)

    def scan(self, code: str, quantity: int = 1) -> SaleLine:
        """Add the product with this code and return its line.

        Raises:
            ProductUnknown: no product has the code.
            ScanError: see `find`.
            SaleError: see the class and `add`.
        """
        product = self.find(code)
        if product is None:
            raise ProductUnknown(product=code[:40])
        return self.add(product, quantity)

    def add(
        self,
        product: Product,
        quantity: int = 1,
        *,
        price: Won | None = None,
        weight_g: int = 0,
        options: tuple[Option, ...] = (),
    ) -> SaleLine:
        """Add a product and return its line.

        Args:
            product: what is sold.
            quantity: how many pieces.
            price: of a piece, in place of the product's own.
            weight_g: what the scale said, where it is sold by weight.
            options: what was chosen with it; each adds its price.

        Raises:
            PriceNeeded: it has no price of its own, or is weighed, and nothing was said.
            SaleError: see the class.
        """
        self._check_changeable()
        if (product.by_weight and not weight_g and price is None) or not (price or product.price):
            raise PriceNeeded(product=product.name)
        base = product.price if price is None else price
        added = Won.total((base, *(option.price for option in options)))
        names = tuple(option.name for option in options)
        priced = product if added == product.price else replace(product, price=added)
        before = self.sale
        self._put(before.add(priced, quantity, weight_g=weight_g, options=names))
        known = {line.number: line for line in before.lines}
        return next(
            line
            for line in self.sale.lines
            if not line.deposit_of and line.code == product.code
            if (was := known.get(line.number)) is None or was.quantity != line.quantity
        )

    def discount(self, discount: Discount | None, *, line: int = 0) -> None:
        """Give a discount on a line, or on the whole sale with line 0; None takes it back.

        Raises:
            DiscountNeedsPermission: it is more than may be given without somebody's word.
            SaleError: see the class.
        """
        self._check_changeable()
        sale = self.sale
        changed = sale.discount_line(line, discount) if line else sale.with_discount(discount)
        if discount is not None and not discount.permitted_by:
            self._policy.check(sale, changed)
        self._put(changed)

    def note(self, note: str, *, line: int = 0) -> None:
        """Write a note on a line, or on the whole sale with line 0."""
        self._check_changeable()
        self._put(self.sale.with_note(line, note[:NOTE_MAX]))

    def guests(self, guests: int) -> None:
        """Say how many people are served."""
        self._check_running()
        self._put(self.sale.with_guests(guests))

    def begin_order(self, order: Order) -> Sale:
        """Put an order's door money up for payment, in a sale of its own.

        Raises:
            OrderPaid: nothing is to be taken for it.
            OrderTakenElsewhere: another till of the shop takes it.
            SaleInTheWay: a sale is open.
            PaymentPending: a payment is under way.
        """
        self._check_running()
        if self.sale.order_key != order.key:
            check_door(order, self._clock.now())
            if self.sale.lines:
                raise SaleInTheWay()
            sale = self._new()
            for product, quantity in door_lines(order):
                sale = sale.add(product, quantity)
            self._put(replace(sale, order_key=order.key))
        return self.sale

    def set_quantity(self, number: int, quantity: int) -> None:
        """Change a line's quantity; 0 takes the line off."""
        self._check_changeable()
        if quantity:
            self._put(self.sale.set_quantity(number, quantity))
        else:
            self._put(self.sale.remove_line(number))

    def remove_line(self, number: int) -> None:
        """Take a line off."""
        self._check_changeable()
        self._put(self.sale.remove_line(number))

    async def drop(self) -> None:
        """Give the sale up; voucher payments that stand on it are reversed.

        Raises:
            PaymentPending: a payment is under way.
            StoreUnavailable: it could not be written; the sale stays.
        """
        self._check_running()
        self._paying = True  # Held still: a key pressed while the disk is written is refused.
        try:
            await self._drop(self.sale)
        finally:
            self._paying = False
        self.start_new()

    async def _drop(self, sale: Sale) -> None:
        now = self._clock.now()
        events: list[Event] = [
            ReversalAsked(tender.payment_id, sale.id, tender.amount, DROPPED, now)
            for tender in sale.tenders
            if isinstance(tender, VoucherTender)
        ]
        events.append(SaleDropped(sale.id, now))
        records = tuple(to_record(event) for event in events)
        if sale.lines:
            await self._store.commit(Change(records=records, clear_draft=True))

    async def hold(self) -> Sale:
        """Set the open sale aside, durably, and begin an empty one; it gets an id of its own.

        The old id may have been tried at a card, so that a restart would bring its sale back.

        Raises:
            SaleEmpty: there is nothing to set aside.
            SaleHasTender, PaymentPending: a part is paid, or being paid.
            StoreUnavailable: it could not be written; the sale stays.
        """
        self._check_changeable()
        if not self.sale.lines:
            raise SaleEmpty()
        held, now = replace(self.sale, id=self._ids.next()), self._clock.now()
        events: tuple[Event, ...] = (SaleDropped(self.sale.id, now), SaleHeld(held, now))
        self._paying = True  # Held still, as when it is dropped.
        try:
            records = tuple(to_record(event) for event in events)
            await self._store.commit(Change(records=records, clear_draft=True))
        finally:
            self._paying = False
        self.start_new()
        return held

    async def recall(self, held: Sale) -> None:
        """Make a sale that was set aside the open one again.

        Raises:
            SaleOpen: there is an open one.
            PaymentPending: it is being paid.
            StoreUnavailable: it could not be written; it stays set aside.
        """
        self._check_running()
        if self.sale.lines:
            raise SaleOpen()
        recalled = to_record(SaleRecalled(held.id, self._clock.now()))
        self._paying = True
        try:
            await self._store.commit(Change(records=(recalled,), draft=held))
        finally:
            self._paying = False
        self._put(held)

    def start_new(self) -> None:
        """Begin an empty sale."""
        self._put(self._new())

    def restore(self, sale: Sale) -> None:
        """Put a sale back as it was before a restart, or with a tender taken."""
        self._put(sale)

    @contextmanager
    def payment(self) -> Iterator[Sale]:
        """Hold the sale still while a payment is under way.

        Raises:
            PaymentPending: one is under way already.
            SaleEmpty: nothing is due.
            OrderTakenElsewhere: it is an order's door money, and another till has it.
            StoreError: an earlier payment could not be written down; a restart resolves it.
        """
        self._check_running()
        if self.sale.due <= ZERO:
            raise SaleEmpty()
        if self.sale.order_key:
            self.check_order(self.sale.order_key)
        self._paying = True
        try:
            yield self.sale
        except StoreError as error:
            # What became of this payment is only known after a restart: nothing more is taken.
            self._halted = error
            raise
        finally:
            self._paying = False
            self._dirty.set()

    @contextmanager
    def held_still(self) -> Iterator[None]:
        """Let nothing be changed or paid for a while, in which nothing is paid either.

        Raises:
            PaymentPending: a payment is under way.
        """
        self._check_running()
        self._paying = True
        try:
            yield
        finally:
            self._paying = False
            self._dirty.set()

    async def keep_draft(self) -> None:
        """Save the draft after each change, for ever; a task of the composition root's."""
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            if (
                self._paying
            ):  # The payment writes the sale itself; a late draft would bring it back.
                continue
            empty = not self.sale.lines
            await self._store.commit(Change(draft=None if empty else self.sale, clear_draft=empty))

    def _new(self) -> Sale:
        return Sale(self._ids.next(), self._clock.now())

    def _check_running(self) -> None:
        if self._halted is not None:
            raise self._halted
        if self._paying:
            raise PaymentPending()

    def _check_changeable(self) -> None:
        self._check_running()
        if self.sale.tenders:
            raise SaleHasTender(paid=self.sale.paid)
        if self.sale.order_key:
            raise OrderBeingPaid()

    def _put(self, sale: Sale) -> None:
        self.sale = sale
        self._dirty.set()
        for listener in self._listeners:
            listener()
