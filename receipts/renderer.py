"""The spool's body to bytes, text or a picture: decode, build, lay out, encode. Never prints."""

from __future__ import annotations

from pos.domain.codec import Json
from pos.ports import PrintKind
from receipts.builders.day_report import build_day_report
from receipts.builders.kitchen_ticket import build_kitchen_ticket
from receipts.builders.refund_slip import build_refund_slip
from receipts.builders.rider_slip import build_rider_slip
from receipts.builders.sale_receipt import Proof, build_sale_receipt
from receipts.builders.test_page import build_test_page
from receipts.document import Document
from receipts.encoders.escpos import to_escpos
from receipts.encoders.text import to_text
from receipts.layout import layout
from receipts.rows import Printed
from receipts.shop import ShopFacts


class ReceiptRenderer:
    """Implements `pos.ports.DocumentRenderer` for one shop and one width of paper."""

    def __init__(self, shop: ShopFacts, columns: int, *, proof: Proof | None = None) -> None:
        """Take the shop, the printer's columns, and what signs sale receipts, if anything does.

        Raises:
            ValueError: columns no receipt can have.
        """
        layout(Document(()), columns)
        self._shop = shop
        self.columns = columns
        self._proof = proof

    def warm_up(self) -> None:
        """Import what the first receipt needs (0.4 s), from a thread, so that no sale waits."""
        to_escpos(())

    def render(self, kind: PrintKind, body: dict[str, Json], *, copy: int) -> bytes:
        """Return the printer's bytes; copy 1 is the original, more are marked 재발행.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        return to_escpos(self.rows(kind, body, copy=copy))

    def to_text(self, kind: PrintKind, body: dict[str, Json], copy: int = 1) -> str:
        """Return the same as plain text, for a screen or a terminal.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        return to_text(self.rows(kind, body, copy=copy), self.columns)

    def to_png(self, kind: PrintKind, body: dict[str, Json], copy: int = 1) -> bytes:
        """Return a picture of the paper, as PNG.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        from receipts.encoders.png import to_png  # Pillow: only where a picture is asked for.

        return to_png(self.rows(kind, body, copy=copy), self.columns)

    def rows(self, kind: PrintKind, body: dict[str, Json], *, copy: int) -> tuple[Printed, ...]:
        """Return the laid-out rows.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        return layout(self._build(kind, body, copy), self.columns)

    def _build(self, kind: PrintKind, body: dict[str, Json], copy: int) -> Document:
        match kind:
            case PrintKind.SALE_RECEIPT:
                return build_sale_receipt(body, self._shop, copy=copy, proof=self._proof)
            case PrintKind.REFUND_SLIP:
                return build_refund_slip(body, self._shop, copy=copy)
            case PrintKind.KITCHEN_TICKET:
                return build_kitchen_ticket(body, self._shop, copy=copy)
            case PrintKind.RIDER_SLIP:
                return build_rider_slip(body, self._shop, copy=copy)
            case PrintKind.DAY_REPORT:
                return build_day_report(body, self._shop, copy=copy)
            case PrintKind.TEST_PAGE:
                return build_test_page(body, self._shop, copy=copy)
