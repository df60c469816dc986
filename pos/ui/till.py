"""What an entry does to the open sale, and which line is chosen. Never a widget; the counter decides."""

from __future__ import annotations

from pos.domain.catalogue import Option, Product
from pos.domain.errors import ProductUnknown, SaleEmpty
from pos.domain.sale_line import SaleLine
from pos.domain.won import Won
from pos.services.build_sale import Counter
from pos.ui.scans import ways_to_read
from pos.ui.typed import parse


class Till:
    """The counter with a chosen line.

    Attributes:
        chosen: the place of the chosen line, -1 if there is none.
    """

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.chosen = len(counter.sale.lines) - 1

    @property
    def line(self) -> SaleLine | None:
        """The chosen line, or None."""
        lines = self.counter.sale.lines
        return lines[self.chosen] if 0 <= self.chosen < len(lines) else None

    def settle(self) -> None:
        """Keep the choice within the lines after the sale has changed."""
        self.chosen = min(self.chosen, len(self.counter.sale.lines) - 1)
        if self.chosen < 0 and self.counter.sale.lines:
            self.chosen = 0

    def move(self, step: int) -> None:
        """Choose another line."""
        self.chosen = max(0, self.chosen + step)
        self.settle()

    def find(self, text: str, picked: Product | None) -> Product:
        """Return what a code means; else a name, `picked` if the search still holds it.

        Raises:
            ProductUnknown: nothing has the code or the name.
            ScanError: it is a code that can't be taken.
        """
        catalogue = self.counter.catalogue
        product = self._by_code(text)
        if product is not None:
            return product
        found = catalogue.search(text) if parse(text).is_search else []
        if not found:
            raise ProductUnknown(product=text[:40])
        return picked if picked is not None and picked in found else found[0]

    def put(
        self,
        product: Product,
        quantity: int,
        *,
        price: Won | None = None,
        weight_g: int = 0,
        options: tuple[Option, ...] = (),
    ) -> SaleLine:
        """Add a product and choose its line.

        Raises:
            PriceNeeded, SaleError: see `Counter.add`; nothing was added.
        """
        add = self.counter.add
        return self._choose(add(product, quantity, price=price, weight_g=weight_g, options=options))

    def _by_code(self, text: str) -> Product | None:
        found = (self.counter.find(each) for each in ways_to_read(text))
        return next((each for each in found if each is not None), None)

    def set_quantity(self, quantity: int) -> SaleLine | None:
        """Change the chosen line's quantity; 0 takes it off and returns None.

        Raises:
            SaleEmpty: there is no line.
            SaleError: see `Counter`.
        """
        line = self.line
        if line is None:
            raise SaleEmpty()
        self.counter.set_quantity(line.number, quantity)
        return self.line if quantity else None

    def count(self, step: int) -> None:
        """Count the chosen line up or down, never below 1: taking off is a key of its own."""
        line = self.line
        if line is not None and line.quantity + step >= 1:
            self.counter.set_quantity(line.number, line.quantity + step)

    def remove(self) -> None:
        """Take the chosen line off."""
        line = self.line
        if line is not None:
            self.counter.remove_line(line.number)

    def _choose(self, line: SaleLine) -> SaleLine:
        numbers = [each.number for each in self.counter.sale.lines]
        self.chosen = numbers.index(line.number)
        return line
