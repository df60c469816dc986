"""The terminal's durable memory, as a Protocol, and what is written into it. Never an implementation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from pos.domain.catalogue import CatalogueChange
from pos.domain.codec import Json
from pos.domain.forwarding import ForwardOutcome
from pos.domain.identifiers import TransactionId
from pos.domain.news import News
from pos.domain.offline import Exposure
from pos.domain.order_personal import Personal
from pos.domain.people import Person
from pos.domain.reconciliation import DayAnswer
from pos.domain.record import LedgerHead, NewRecord, Record
from pos.domain.sale import Sale
from pos.domain.won import Won


class PrintKind(StrEnum):
    """The documents the spool can hold; each has a builder in `receipts`."""

    SALE_RECEIPT = "sale_receipt"  # body: encode(ReceiptBody)
    KITCHEN_TICKET = "kitchen_ticket"  # body: encode(Order)
    REFUND_SLIP = "refund_slip"  # body: encode(RefundRecord)
    CARD_SLIP = "card_slip"  # body: encode(CardSlip)
    CASH_RECEIPT = "cash_receipt"  # body: encode(CashReceipt)
    GIFT_RECEIPT = "gift_receipt"  # body: encode(ReceiptBody)
    RIDER_SLIP = "rider_slip"  # body: encode(Order)
    ORDER_LABEL = "order_label"  # body: encode(Order)
    SETTLEMENT = "settlement"  # body: encode(SettlementPaper)
    DAY_REPORT = "day_report"  # body: encode-like DaySummary, see receipts.builders.day_report
    TEST_PAGE = "test_page"  # body: {}
    PAY_CODE = "pay_code"  # body: {"code": the text of the shop's code}
    SHIFT_REPORT = "shift_report"  # body: encode(ShiftReport), an X or a Z
    CASH_SLIP = "cash_slip"  # body: encode(CashMoved)
    COUNT_SHEET = "count_sheet"  # body: {}


@dataclass(frozen=True, slots=True)
class NewPrintJob:
    """Something to print, as data; it becomes bytes only when its turn comes.

    Attributes:
        subject: what it is about (a sale's id, an order's key); copies of one subject and kind
            are counted, and every copy that may not be the first is marked 재발행.
        open_drawer: kick the cash drawer before the first attempt, and never again.
        reprint: asked for by a person, so it is a copy whatever became of the first.
    """

    kind: PrintKind
    subject: str
    body: dict[str, Json]
    open_drawer: bool = False
    reprint: bool = False


@dataclass(frozen=True, slots=True)
class HotlistChange:
    """A card that the ledger stopped, or let go again.

    Attributes:
        hot_ref: 32 hex digits, a keyed hash that the reader's driver can compute of a card's number.
    """

    hot_ref: str
    stopped: bool


@dataclass(frozen=True, slots=True)
class CashReceiptDue:
    """A cash receipt that the tax office has to be told of; kept beside the journal, sealed.

    Attributes:
        number: the buyer's, digits alone; None where one is taken back, or it can't be opened here.
    """

    key: str
    number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that one act writes; all of it becomes durable, or none of it.

    Attributes:
        draft: the open sale to come back to after a crash; None with `clear_draft` forgets it.
        feed_cursor: how far the ledger's feed has been taken in.
        settled: outcomes for forwarded records; the record leaves the outbox, poison is parked.
        hotlist: cards that the ledger stopped or let go again, in its order.
        catalogue: changes of what the shop sells, in the ledger's order; over the shop's own file.
        news: all of what came down and holds on, in place of what was kept.
        ledger_head: the newest that the ledger has signed; kept as it is.
        day_answer: the newest that the ledger has said of a day, in place of what was kept of it.
        personal: customers' own words of orders, kept beside the journal.
        erased: orders whose words go, from there and from what was printed; see `Store.scrub`.
        copy_resolved: what an earlier copy, put back, showed as open has been dealt with.
        people: as they are from now on; who is not among them stays as they were.
        cash_due: cash receipts to be told of; those of `cash_told` are, and their numbers go.
    """

    records: tuple[NewRecord, ...] = ()
    print_jobs: tuple[NewPrintJob, ...] = ()
    draft: Sale | None = None
    clear_draft: bool = False
    feed_cursor: str | None = None
    settled: tuple[ForwardOutcome, ...] = ()
    hotlist: tuple[HotlistChange, ...] = ()
    catalogue: tuple[CatalogueChange, ...] = ()
    news: News | None = None
    ledger_head: LedgerHead | None = None
    day_answer: DayAnswer | None = None
    personal: tuple[Personal, ...] = ()
    erased: tuple[str, ...] = ()
    copy_resolved: bool = False
    people: tuple[Person, ...] = ()
    cash_due: tuple[CashReceiptDue, ...] = ()
    cash_told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the ledger has not been told yet.

    Attributes:
        count: records waiting, parked ones not counted.
        oldest_at: when the oldest of them was written.
        payments: offline payments among them, `amount` in won; `at_risk` the part that the
            ledger may still decline.
        parked: poison records that wait for a person.
    """

    count: int
    oldest_at: datetime | None
    payments: int
    amount: Won
    at_risk: Won
    parked: int


class Store(Protocol):
    """The terminal's durable memory: journal, outbox, print spool, draft.

    Guarantee: `commit` returns only after everything in the change survives power loss, and
    changes become visible in the order they were committed.
    """

    @property
    def incarnation(self) -> int:
        """This database's random 32 bits; new whenever it is made anew or restored."""
        ...

    @property
    def is_copy(self) -> bool:
        """An earlier copy was put back, and what it shows as open is not dealt with yet."""
        ...

    async def commit(self, change: Change) -> tuple[Record, ...]:
        """Write a change durably and return its records as chained.

        Raises:
            StoreUnavailable: it could not be made durable; nothing of it stands.
        """
        ...

    async def last_sequence(self) -> int:
        """Return the highest transaction sequence any stored record or draft mentions, 0 if none."""
        ...

    async def unfinished(self) -> tuple[Record, ...]:
        """Return all payment records of sales that were neither completed nor dropped, in order."""
        ...

    async def draft(self) -> Sale | None:
        """Return the open sale as last saved, or None."""
        ...

    async def records(
        self, kinds: Sequence[str] = (), *, after: int = 0, limit: int = 1_000
    ) -> tuple[Record, ...]:
        """Return records in order, of these kinds (all if empty), past a sequence."""
        ...

    async def records_between(
        self, start: datetime, end: datetime, kinds: Sequence[str] = ()
    ) -> tuple[Record, ...]:
        """Return the records written in [start, end), in order, of these kinds (all if empty)."""
        ...

    async def last_record(self, kind: str) -> Record | None:
        """Return the newest record of a kind, or None."""
        ...

    async def latest_records(
        self, kinds: Sequence[str], limit: int, *, before: int | None = None, holding: str = ""
    ) -> tuple[Record, ...]:
        """Return the newest records of these kinds, newest first.

        Args:
            kinds: one or more.
            limit: how many at most.
            before: only those before this sequence.
            holding: only those whose text holds this.
        """
        ...

    async def sale_records(self, sale_id: TransactionId) -> tuple[Record, ...]:
        """Return every record of a sale, its payments and refunds, in order."""
        ...

    async def find_sale(self, receipt_number: str) -> Record | None:
        """Return the record of the finished sale with this receipt number, or None."""
        ...

    async def next_receipt_number(self, day: date) -> str:
        """Return `YYYYMMDD-NNNN`, the next of that business day."""
        ...

    async def outbox(self, limit: int, *, after: int = 0) -> tuple[Record, ...]:
        """Return the oldest records still to be forwarded, past a sequence, in order."""
        ...

    async def backlog(self) -> Backlog:
        """Return what is still to be forwarded."""
        ...

    async def release_parked(self) -> int:
        """Put parked records back into the outbox, in their places; return how many."""
        ...

    async def unsent_offline(self, card_ref: str, since: datetime) -> Exposure:
        """Return the unsent offline payments, parked ones counted: of this card, and over all.

        `recent` counts this card's since the given time, sent or not.
        """
        ...

    async def feed_cursor(self) -> str:
        """Return how far the feed has been taken in; empty at first."""
        ...

    async def hotlist(self) -> frozenset[str]:
        """Return the stopped cards' hot_refs."""
        ...

    async def catalogue(self) -> CatalogueChange:
        """Return all changes of what the shop sells, as one."""
        ...

    async def news(self) -> News:
        """Return what came down and holds on."""
        ...

    async def ledger_head(self) -> LedgerHead | None:
        """Return the newest head that the ledger signed, or None."""
        ...

    async def day_answer(self, day: date) -> DayAnswer | None:
        """Return what the ledger last said of a day; None if nothing, or too long ago."""
        ...

    async def people(self) -> tuple[Person, ...]:
        """Return everybody who was ever entered."""
        ...

    async def shift_after(self) -> int:
        """Return the sequence of the record that the open shift comes after: the last close, or 0."""
        ...

    async def personal(self) -> tuple[Personal, ...]:
        """Return customers' own words that are not erased yet."""
        ...

    async def cash_due(self) -> tuple[CashReceiptDue, ...]:
        """Return the cash receipts that the tax office is still to be told of, oldest first."""
        ...

    async def scrub(self) -> bool:
        """Take what was erased out of the files, free pages and log included.

        Returns:
            False where another program reads in them; it is to be tried again later.
        """
        ...

    async def verify(self) -> int:
        """Check the whole journal and return how many records it holds.

        Raises:
            StoreDamaged: says which record and why.
        """
        ...
