"""Which builder makes which document. Never a column or a byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pos.domain.codec import Json
from pos.ports import PrintKind
from receipts.builders.card_slip import build_card_slip
from receipts.builders.cash_receipt import build_cash_receipt
from receipts.builders.day_report import build_day_report
from receipts.builders.gift_receipt import build_gift_receipt
from receipts.builders.kitchen_ticket import build_kitchen_ticket
from receipts.builders.pay_code import build_pay_code
from receipts.builders.refund_slip import RefundProof, build_refund_slip
from receipts.builders.rider_slip import build_order_label, build_rider_slip
from receipts.builders.sale_receipt import Proof, build_sale_receipt
from receipts.builders.settlement import build_settlement
from receipts.builders.shift_report import (
    build_cash_slip,
    build_count_sheet,
    build_shift_report,
)
from receipts.builders.test_page import build_test_page
from receipts.document import Document
from receipts.shop import ShopFacts


@dataclass(frozen=True, slots=True)
class Proofs:
    """What makes the signed codes; without one, the paper carries none."""

    sale: Proof | None = None
    refund: RefundProof | None = None


class _Builder(Protocol):
    def __call__(self, body: dict[str, Json], shop: ShopFacts, *, copy: int) -> Document: ...


_UNSIGNED: dict[PrintKind, _Builder] = {
    PrintKind.KITCHEN_TICKET: build_kitchen_ticket,
    PrintKind.CARD_SLIP: build_card_slip,
    PrintKind.CASH_RECEIPT: build_cash_receipt,
    PrintKind.GIFT_RECEIPT: build_gift_receipt,
    PrintKind.RIDER_SLIP: build_rider_slip,
    PrintKind.ORDER_LABEL: build_order_label,
    PrintKind.SHIFT_REPORT: build_shift_report,
    PrintKind.CASH_SLIP: build_cash_slip,
    PrintKind.COUNT_SHEET: build_count_sheet,
    PrintKind.SETTLEMENT: build_settlement,
    PrintKind.DAY_REPORT: build_day_report,
    PrintKind.PAY_CODE: build_pay_code,
    PrintKind.TEST_PAGE: build_test_page,
}


def build(
    kind: PrintKind, body: dict[str, Json], shop: ShopFacts, *, copy: int, proofs: Proofs
) -> Document:
    """Return a document; copy 1 is the original, more are marked 재발행.

    Raises:
        ValueError: the body is not of the kind's shape, or copy is below 1.
    """
    match kind:
        case PrintKind.SALE_RECEIPT:
            return build_sale_receipt(body, shop, copy=copy, proof=proofs.sale)
        case PrintKind.REFUND_SLIP:
            return build_refund_slip(body, shop, copy=copy, proof=proofs.refund)
        case _:
            return _UNSIGNED[kind](body, shop, copy=copy)
