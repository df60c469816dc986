"""Cash receipts: asked for, taken back, told to the tax office. Never an approval number that it did not give.

Without an agent of the tax office's they stay to be sent, on paper and screen, until a person has entered
them there and notes the number.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from pos.domain.cash_receipt import (
    CancelReason,
    CashReceipt,
    CashReceiptGiven,
    CashReceiptNoCash,
    CashReceiptNone,
    CashReceiptUse,
    check_approval,
    digits_of,
    mask_id,
    use_of,
)
from pos.domain.cash_receipt_events import (
    CashReceiptAsked,
    CashReceiptEvent,
    CashReceiptIssued,
    CashReceiptRefused,
)
from pos.domain.cash_receipt_life import (
    CashReceiptStanding,
    cancel_of,
    key_of,
    left_of,
    living,
    split_taken_back,
    split_to_ask,
    stand,
)
from pos.domain.codec import encode
from pos.domain.events import SaleRefunded, from_record, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.refund import RefundRecord
from pos.domain.sale import SaleRecord
from pos.domain.tax import TaxSplit
from pos.ports import CashReceiptDue, Change, Clock, NewPrintJob, PrintKind, PrintSpool, Store
from pos.ports.tax_office import CashReceiptRequest, TaxOffice, TaxOfficeSilent

AGAIN_MS = 60_000  # Nobody waits for it; the law leaves days.


@dataclass(frozen=True, slots=True)
class SaleCash:
    """A sale, as its cash receipts see it.

    Attributes:
        receipts: in the order they were asked for, those that take others back among them.
        to_ask: the split of the cash that none stands for; nothing where there is no such cash.
    """

    sale: SaleRecord
    receipts: tuple[CashReceiptStanding, ...]
    to_ask: TaxSplit

    @property
    def living(self) -> CashReceiptStanding | None:
        """The one that holds now."""
        return living(self.receipts)


class CashReceiptDesk:
    """`run` is a task of the composition root's where there is an agent to send to."""

    def __init__(
        self, *, store: Store, spool: PrintSpool, clock: Clock, office: TaxOffice | None = None
    ) -> None:
        self._store = store
        self._spool = spool
        self._clock = clock
        self._office = office
        self._turn = asyncio.Lock()
        self._woken = asyncio.Event()

    async def of(self, sale: SaleRecord) -> SaleCash:
        """Return where a sale's cash receipts stand.

        Raises:
            StoreError: the journal can't be read.
        """
        events = [from_record(each) for each in await self._store.sale_records(sale.id)]
        refunds = [event.refund for event in events if isinstance(event, SaleRefunded)]
        return SaleCash(sale, stand(events), split_to_ask(sale, refunds))

    async def ask(
        self, sale: SaleRecord, use: CashReceiptUse, number: str, *, by: str = ""
    ) -> CashReceipt:
        """Ask for one over the cash that the shop still has of a sale, and print it as it stands.

        Raises:
            CashReceiptIdWrong, CashReceiptGiven, CashReceiptNoCash: none was asked for.
            StoreUnavailable: nothing was written.
        """
        use, masked, digits = use_of(use, number), mask_id(number), digits_of(number)
        async with self._turn:
            found = await self.of(sale)
            if found.living is not None:
                raise CashReceiptGiven(number=sale.receipt_number)
            if not found.to_ask.total:
                raise CashReceiptNoCash(number=sale.receipt_number)
            now = self._clock.now()
            receipt = CashReceipt(sale.receipt_number, use, masked, "", now, found.to_ask)
            key = key_of(sale, found.receipts)
            asked = CashReceiptAsked(key, sale.id, receipt, now, by=by)
            change = Change(
                records=(to_record(asked),),
                print_jobs=(receipt_job(key, receipt),),
                cash_due=(CashReceiptDue(key, digits),),
            )
            await self._store.commit(change)
        self._wake()
        return receipt

    async def take_back(self, sale: SaleRecord, *, by: str = "") -> CashReceipt:
        """Take a sale's cash receipt back because it was wrong; the sale itself stands.

        Raises:
            CashReceiptNone: there is none.
            StoreUnavailable: nothing was written.
        """
        async with self._turn:
            found = await self.of(sale)
            if found.living is None:
                raise CashReceiptNone(number=sale.receipt_number)
            one, now = found.living, self._clock.now()
            left = left_of(one, found.receipts)
            receipt = cancel_of(one, left, CancelReason.ISSUED_IN_ERROR, now)
            key = key_of(sale, found.receipts)
            asked = CashReceiptAsked(key, sale.id, receipt, now, one.key, by)
            await self._store.commit(change_of(asked))
        self._wake()
        return asked.receipt

    async def reprint(self, sale: SaleRecord) -> int:
        """Queue marked copies of a sale's cash receipts as they stand now; return how many."""
        standings = (await self.of(sale)).receipts
        jobs = tuple(receipt_job(each.key, each.receipt, reprint=True) for each in standings)
        if jobs:
            await self._store.commit(Change(print_jobs=jobs))
            self._spool.wake()
        return len(jobs)

    async def waiting(self) -> tuple[CashReceiptStanding, ...]:
        """Return those that the tax office is still to be told of, oldest first."""
        found: list[CashReceiptStanding] = []
        for due in await self._store.cash_due():
            standing = await self._standing(due.key)
            if standing is not None:
                found.append(standing)
        return tuple(sorted(found, key=lambda each: each.asked_at))

    async def number(self, key: str) -> str:
        """Return the number that one waits to be sent to, in clear: for whoever enters it by hand.

        Empty where it is told, takes another back, or is sealed to a key that is gone.
        """
        due = {each.key: each.number for each in await self._store.cash_due()}
        return due.get(key) or ""

    async def note_issued(self, standing: CashReceiptStanding, code: str, *, by: str) -> None:
        """Note the number that the tax office's own page gave to a person.

        Raises:
            ApprovalCodeWrong: it is none; nothing was noted.
            StoreUnavailable: nothing was written.
        """
        code = code.strip()
        check_approval(code)
        sale_id = TransactionId.parse(standing.key.partition(":")[0])
        await self._told(CashReceiptIssued(standing.key, sale_id, code, self._clock.now(), by))

    async def run(self) -> None:
        """Tell the tax office's agent what is due, in order, for ever; without an agent nothing.

        Raises:
            StoreError: the terminal's own record fails; selling stops.
        """
        while self._office is not None:
            self._woken.clear()
            if await self.send():
                await self._woken.wait()
            else:
                await self._clock.sleep_ms(AGAIN_MS)

    async def send(self) -> bool:
        """Send what is due once; return whether all of it was answered."""
        office = self._office
        if office is None:
            return False
        numbers = {each.key: each.number for each in await self._store.cash_due()}
        for standing in await self.waiting():
            number = numbers.get(standing.key) or ""
            if not number and not standing.cancels:
                continue  # Its number can't be opened here any more: a person has to ask again.
            sale_id = TransactionId.parse(standing.key.partition(":")[0])
            try:
                word = await office.send(CashReceiptRequest(standing.key, standing.receipt, number))
            except TaxOfficeSilent:
                return False  # In order: what takes one back comes behind it.
            now = self._clock.now()
            if word.refused or not word.approval_code:
                await self._told(CashReceiptRefused(standing.key, sale_id, word.refused, now))
            else:
                await self._told(CashReceiptIssued(standing.key, sale_id, word.approval_code, now))
        return True

    async def _standing(self, key: str) -> CashReceiptStanding | None:
        sale_id = TransactionId.parse(key.partition(":")[0])
        events = [from_record(each) for each in await self._store.sale_records(sale_id)]
        return next((each for each in stand(events) if each.key == key), None)

    async def _told(self, event: CashReceiptEvent) -> None:
        await self._store.commit(Change(records=(to_record(event),), cash_told=(event.key,)))
        await self._store.scrub()

    def _wake(self) -> None:
        self._spool.wake()
        self._woken.set()


def taken_back_by(
    refund: RefundRecord,
    sale: SaleRecord,
    standings: tuple[CashReceiptStanding, ...],
) -> CashReceiptAsked | None:
    """Return what a refund takes back of a sale's cash receipt; None where it gives no cash, or none stands."""
    one = living(standings)
    if one is None:
        return None
    tax = split_taken_back(left_of(one, standings), sale, refund)
    if not tax.total:
        return None
    receipt = cancel_of(one, tax, CancelReason.SALE_VOIDED, refund.refunded_at)
    key = key_of(sale, standings)
    return CashReceiptAsked(key, sale.id, receipt, refund.refunded_at, one.key, refund.by)


def change_of(asked: CashReceiptAsked) -> Change:
    """Return what asking for one that takes another back writes."""
    return Change(
        records=(to_record(asked),),
        print_jobs=(receipt_job(asked.key, asked.receipt),),
        cash_due=(CashReceiptDue(asked.key),),
    )


def receipt_job(key: str, receipt: CashReceipt, *, reprint: bool = False) -> NewPrintJob:
    """Return the print job for a cash receipt as it stands."""
    body = encode(receipt)
    assert isinstance(body, dict)
    return NewPrintJob(PrintKind.CASH_RECEIPT, key, body, reprint=reprint)
