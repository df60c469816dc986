"""A terminal's journal in a list, for forwarding. Never used by the product."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pos.domain.card import CardEntry, CardRead, Cryptogram
from pos.domain.events import Event, SaleCompleted, SaleRefunded, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.order_events import OrderAccepted, OrderRejected
from pos.domain.payment_events import OfflineApproved, RefundAsked, ReversalAsked
from pos.domain.record import FIRST_PREVIOUS, Record, chain
from pos.domain.refund import CardReturn, CashReturn, RefundKind, RefundLine, RefundRecord
from pos.domain.sale import SaleRecord
from pos.domain.sale_line import SaleLine
from pos.domain.tax import TaxKind, split_tax
from pos.domain.tender import ApprovalMode, CashTender, VoucherTender
from pos.domain.won import Won
from tests.ledger.conftest import DEVICE
from tests.ledger.plain_cards import seal

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SALE = TransactionId(DEVICE, 7, 1)


def payment_id(number: int, device: int = DEVICE) -> TransactionId:
    return TransactionId(device, 7, number)


class Journal:
    """Chains events as the terminal's store does."""

    def __init__(self, device: int = DEVICE, incarnation: int = 7) -> None:
        self.records: list[Record] = []
        self._device = device
        self._incarnation = incarnation

    def add(self, event: Event) -> Record:
        previous = self.records[-1].hash if self.records else FIRST_PREVIOUS
        number = len(self.records) + 1
        record = chain(self._device, self._incarnation, number, previous, to_record(event))
        self.records.append(record)
        return record

    def offline(
        self,
        number: int,
        amount: int,
        *,
        mode: ApprovalMode = ApprovalMode.OFFLINE_GUARANTEED,
        cid: str | None = None,
        **facts: object,
    ) -> Record:
        said = cid or ("tc" if mode is ApprovalMode.OFFLINE_GUARANTEED else "arqc")
        atc = facts.pop("atc", number)
        won = Won(amount)
        sealed = seal(payment_id(number), won, atc, cid=said, **facts)  # type: ignore[arg-type]
        card = CardRead(
            masked_pan="629099******0000",
            card_ref="0" * 32,
            sealed=sealed,
            entry=CardEntry.CONTACTLESS_CHIP,
            cryptogram=Cryptogram(said),
            genuine=True,
            expired=False,
            offline_available=None,
        )
        return self.add(
            OfflineApproved(
                payment_id=payment_id(number),
                sale_id=SALE,
                amount=won,
                card=card,
                mode=mode,
                approval_code=f"F{number:07d}",
                cashback_estimate=Won(amount // 10),
                at=START,
            )
        )

    def reversal(self, number: int, amount: int, device: int = DEVICE) -> Record:
        return self.add(
            ReversalAsked(payment_id(number, device), SALE, Won(amount), "no answer", START)
        )

    def refund(self, refund: int, payment: int, amount: int, *, sale: int = 1) -> Record:
        names = (payment_id(refund), payment_id(payment), payment_id(sale))
        return self.add(RefundAsked(*names, Won(amount), False, START))

    def sale(self, number: int, *tenders: tuple[int, int]) -> Record:
        """Finish a sale paid by cards: payment numbers and amounts."""
        made = card_sale(number, *tenders)
        return self.add(SaleCompleted(made, made.completed_at))

    def refunded(self, number: int, sale: SaleRecord, *returns: CashReturn | CardReturn) -> Record:
        total = Won.total(each.amount for each in returns)
        record = RefundRecord(
            id=payment_id(number),
            receipt_number="20261124-0009",
            kind=RefundKind.REFUND,
            sale_id=sale.id,
            sale_receipt_number=sale.receipt_number,
            sale_completed_at=sale.completed_at,
            refunded_at=START + timedelta(hours=1),
            lines=(RefundLine(1, "떡볶이", 1, total, TaxKind.TAXABLE),),
            returns=returns,
            tax=split_tax(total),
        )
        return self.add(SaleRefunded(record, record.refunded_at))

    def cash_sale(self, number: int, amount: int) -> Record:
        return self.add(SaleCompleted(cash_sale(number, amount), START))

    def accepted(self, number: int, key: str, total: int) -> Record:
        return self.add(OrderAccepted(payment_id(number), key, Won(total), 20, START))

    def rejected(self, number: int, key: str) -> Record:
        return self.add(OrderRejected(payment_id(number), key, "재료 소진", START))


def cash_sale(number: int, amount: int) -> SaleRecord:
    line = SaleLine(1, "101", "떡볶이", Won(amount), 1, TaxKind.TAXABLE)
    tender = CashTender(Won(amount), Won(amount), Won(0))
    return SaleRecord(
        id=payment_id(number),
        receipt_number="20261124-0001",
        completed_at=START + timedelta(minutes=1),
        lines=(line,),
        tenders=(tender,),
        tax=split_tax(Won(amount)),
    )


def card_return(refund: int, payment: int, amount: int) -> CardReturn:
    names = (payment_id(refund), payment_id(payment))
    return CardReturn(*names, Won(amount), "629099******0000", "00000001")


def card_sale(number: int, *tenders: tuple[int, int]) -> SaleRecord:
    """Return a sale paid by cards: payment numbers and amounts."""
    sale = cash_sale(number, sum(amount for _, amount in tenders))
    return replace(sale, tenders=tuple(card_tender(*each) for each in tenders))


def with_card(sale: SaleRecord, amount: int) -> SaleRecord:
    """Return the sale paid by card for a part, the rest in cash."""
    rest = sale.total - Won(amount)
    return replace(sale, tenders=(card_tender(900, amount), CashTender(rest, rest, Won(0))))


def card_tender(number: int, amount: int) -> VoucherTender:
    return VoucherTender(
        payment_id=payment_id(number),
        amount=Won(amount),
        mode=ApprovalMode.ONLINE,
        masked_pan="629099******0000",
        approval_code="00000001",
        approved_at=START,
    )
