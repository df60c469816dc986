"""The spool's body to bytes, text, a picture or a page: decode, build, lay out, encode. Never prints."""

from __future__ import annotations

from pos.domain.codec import Json
from pos.ports import PrintKind
from receipts.builders.sale_receipt import Proof
from receipts.building import Proofs, build
from receipts.document import Document
from receipts.encoders.escpos import to_escpos
from receipts.encoders.text import to_text
from receipts.layout import layout
from receipts.profiles import EPSON, Profile
from receipts.rows import Printed
from receipts.shop import ShopFacts


class ReceiptRenderer:
    """Implements `pos.ports.DocumentRenderer` for one shop and one printer's paper."""

    def __init__(
        self,
        shop: ShopFacts,
        columns: int,
        *,
        proof: Proof | None = None,
        proofs: Proofs | None = None,
        profile: Profile = EPSON,
    ) -> None:
        """Take the shop, the printer's columns and make, and what signs the papers, if anything does.

        Raises:
            ValueError: columns no receipt can have, or a logo wider than the paper.
        """
        layout(Document((shop.words.logo,) if shop.words.logo else ()), columns)
        self.shop = shop
        self.columns = columns
        self.proofs = proofs or Proofs(sale=proof)
        self._profile = profile

    def warm_up(self) -> None:
        """Import what the first receipt needs (0.4 s), from a thread, so that no sale waits."""
        to_escpos(())

    def render(self, kind: PrintKind, body: dict[str, Json], *, copy: int) -> bytes:
        """Return the printer's bytes; copy 1 is the original, more are marked 재발행.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        return to_escpos(self.rows(kind, body, copy=copy), self._profile)

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

    def to_pdf(self, kind: PrintKind, body: dict[str, Json], copy: int = 1) -> bytes:
        """Return the picture as a PDF.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        from receipts.encoders.png import to_pdf  # Pillow: only where a picture is asked for.

        return to_pdf(self.rows(kind, body, copy=copy), self.columns)

    def to_html(self, kind: PrintKind, body: dict[str, Json], copy: int = 1) -> str:
        """Return the same document as a page of its own, for a customer's phone.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        from receipts.encoders.html import to_html  # Only where a page is asked for.

        return to_html(self.document(kind, body, copy=copy))

    def rows(self, kind: PrintKind, body: dict[str, Json], *, copy: int) -> tuple[Printed, ...]:
        """Return the laid-out rows.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        return layout(self.document(kind, body, copy=copy), self.columns)

    def document(self, kind: PrintKind, body: dict[str, Json], *, copy: int) -> Document:
        """Return the document itself.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        return build(kind, body, self.shop, copy=copy, proofs=self.proofs)
