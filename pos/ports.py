"""What the use cases need of the world, as Protocols. Never an implementation.

Each port's docstring states its guarantee; one contract suite per port runs on every adapter.
All methods that may wait are `async` and never block the event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from pos.domain.card import CardRead
from pos.domain.codec import Json
from pos.domain.forwarding import ForwardOutcome
from pos.domain.identifiers import TransactionId
from pos.domain.offline import Exposure
from pos.domain.order import Order, OrderState
from pos.domain.payment_answers import Approval, Decline
from pos.domain.record import LedgerHead, NewRecord, Record
from pos.domain.sale import Sale
from pos.domain.won import Won

# Time -----------------------------------------------------------------------------------------


class Clock(Protocol):
    """Time, passed in so that a test or a simulation can own it."""

    def now(self) -> datetime:
        """Return the wall time, timezone-aware UTC. A label, never an order."""
        ...

    def monotonic_ms(self) -> int:
        """Return milliseconds that never go back, for deadlines."""
        ...

    async def sleep_ms(self, duration_ms: int) -> None:
        """Wait."""
        ...


# The store ------------------------------------------------------------------------------------


class PrintKind(StrEnum):
    """The documents the spool can hold; each has a builder in `receipts`."""

    SALE_RECEIPT = "sale_receipt"  # body: encode(ReceiptBody)
    KITCHEN_TICKET = "kitchen_ticket"  # body: encode(Order)
    REFUND_SLIP = "refund_slip"  # body: encode(RefundRecord)
    DAY_REPORT = "day_report"  # body: encode-like DaySummary, see receipts.builders.day_report
    TEST_PAGE = "test_page"  # body: {}


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
class Change:
    """Everything that one act writes; all of it becomes durable, or none of it.

    Attributes:
        draft: the open sale to come back to after a crash; None with `clear_draft` forgets it.
        feed_cursor: how far the ledger's feed has been taken in.
        settled: outcomes for forwarded records; the record leaves the outbox, poison is parked.
        hotlist: cards that the ledger stopped or let go again, in its order.
        ledger_head: the newest that the ledger has signed; kept as it is.
        copy_resolved: what an earlier copy, put back, showed as open has been dealt with.
    """

    records: tuple[NewRecord, ...] = ()
    print_jobs: tuple[NewPrintJob, ...] = ()
    draft: Sale | None = None
    clear_draft: bool = False
    feed_cursor: str | None = None
    settled: tuple[ForwardOutcome, ...] = ()
    hotlist: tuple[HotlistChange, ...] = ()
    ledger_head: LedgerHead | None = None
    copy_resolved: bool = False


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

    async def records_between(self, start: datetime, end: datetime) -> tuple[Record, ...]:
        """Return the records written in [start, end), in order."""
        ...

    async def last_record(self, kind: str) -> Record | None:
        """Return the newest record of a kind, or None."""
        ...

    async def latest_records(self, kinds: Sequence[str], limit: int) -> tuple[Record, ...]:
        """Return the newest records of these kinds, newest first."""
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

    async def ledger_head(self) -> LedgerHead | None:
        """Return the newest head that the ledger signed, or None."""
        ...

    async def verify(self) -> int:
        """Check the whole journal and return how many records it holds.

        Raises:
            StoreDamaged: says which record and why.
        """
        ...


# The ledger -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One online payment. The card number and cryptogram are inside `sealed`."""

    payment_id: TransactionId
    amount: Won
    sealed: str
    at: datetime


class PaymentFate(StrEnum):
    """What the ledger knows of a payment that neither stands nor was declined."""

    REVERSED = "reversed"
    NOT_SEEN = "not_seen"


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One thing that came down: an order, the end of one, or a stopped card.

    Attributes:
        order: for `kind` "order.placed".
        order_key, state: for `kind` "order.state".
        hotlist: for `kind` "card.hotlist".
    """

    kind: str
    order: Order | None = None
    order_key: str = ""
    state: OrderState | None = None
    hotlist: HotlistChange | None = None


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Items after a cursor, oldest first, and the cursor to ask with next.

    Attributes:
        at: the ledger's clock when it answered.
    """

    cursor: str
    items: tuple[FeedItem, ...]
    at: datetime | None = None


class Ledger(Protocol):
    """The central ledger, over the line.

    Guarantee: every call is idempotent by the ids it carries. `LedgerUnreachable` is raised only
    where the request provably did not leave; all other failures without an answer are
    `LedgerSilent`; an answer that says the request is wrong is `LedgerRefused`.
    """

    async def authorize(
        self, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        """Ask for a payment; authorization and capture at once."""
        ...

    async def outcome(
        self, payment_id: TransactionId, *, deadline_ms: int
    ) -> Approval | Decline | PaymentFate:
        """Ask what became of a payment."""
        ...

    async def forward(
        self, records: Sequence[Record], *, deadline_ms: int
    ) -> tuple[ForwardOutcome, ...]:
        """Tell the ledger of records, in order; one outcome for each."""
        ...

    async def head(self, *, deadline_ms: int) -> LedgerHead | None:
        """Return how far the ledger knows this terminal's journal; None if it knows nothing of it.

        The signature has been checked; a head that is not the ledger's is `LedgerSilent`.
        """
        ...

    async def feed(self, cursor: str, *, wait_ms: int) -> FeedPage:
        """Return what is new after the cursor, waiting up to `wait_ms` for something."""
        ...


# Devices --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardRequest:
    """Ask for a card for one payment.

    Attributes:
        online: the line is believed up, so the card is asked for an ARQC; otherwise the card is
            asked to approve by itself (TC).
    """

    payment_id: TransactionId
    amount: Won
    online: bool
    at: datetime
    deadline_ms: int


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """How a device is, in words for the status line and the doctor.

    Attributes:
        problem: empty when ready; otherwise a code of the device's own (`paper_out`, `no_reader`).
    """

    name: str
    ready: bool
    problem: str = ""


class CardReader(Protocol):
    """One card reader.

    Guarantee: after any error the card is read anew; two cards are never mixed. A clear card
    number never leaves the driver.
    """

    async def present(self, request: CardRequest) -> CardRead:
        """Wait for a card and run its transaction.

        Raises:
            CardError: one of its leaves; nothing was charged.
        """
        ...

    async def cancel(self) -> None:
        """End a waiting `present`, which then raises CardCancelled. No-op otherwise."""
        ...

    async def status(self) -> DeviceStatus:
        """Return whether the reader can be used."""
        ...


class PrintOutcome(StrEnum):
    """How printing ended."""

    CONFIRMED = "confirmed"  # The printer said that it is on paper.
    UNCONFIRMED = "unconfirmed"  # All bytes were taken, and the printer reports no trouble.
    NOT_STARTED = "not_started"  # Not a byte was taken: try again, no mark needed.
    BROKEN_OFF = "broken_off"  # Some may be on paper: the next copy is marked 재발행.


@dataclass(frozen=True, slots=True)
class PrintResult:
    """The outcome, and the trouble if there was any (`paper_out`, `cover_open`, `offline`...)."""

    outcome: PrintOutcome
    problem: str = ""


class Printer(Protocol):
    """One receipt printer."""

    async def print(
        self, data: bytes, *, token: str, kick_drawer: bool, deadline_ms: int
    ) -> PrintResult:
        """Send one job. `token` is 4 ASCII characters the printer echoes when done. Never raises."""
        ...

    async def kick_drawer(self, *, deadline_ms: int) -> PrintResult:
        """Open the cash drawer, once."""
        ...

    async def status(self, *, deadline_ms: int = 1_000) -> DeviceStatus:
        """Return whether it can print."""
        ...


class DocumentRenderer(Protocol):
    """Turns what the spool holds into printer bytes."""

    def render(self, kind: PrintKind, body: dict[str, Json], *, copy: int) -> bytes:
        """Return the bytes of a document; copy 1 is the original, more are marked 재발행.

        Raises:
            ValueError: the body is not of the kind's shape.
        """
        ...


class PrintSpool(Protocol):
    """The task that prints what the store holds, one job after the other."""

    def wake(self) -> None:
        """Look for new jobs now."""
        ...

    async def waiting(self) -> int:
        """Return how many jobs are not on paper yet."""
        ...

    @property
    def problem(self) -> str:
        """Why the last attempt failed, or empty."""
        ...


class SyncEngine(Protocol):
    """The task that forwards the outbox to the ledger."""

    @property
    def failures(self) -> int:
        """How many attempts in a row went without an answer; 0 after one that had one."""
        ...

    @property
    def progress(self) -> tuple[int, int]:
        """How many records the drain under way has settled, and of how many; (0, 0) if none is."""
        ...

    def wake(self) -> None:
        """Try now instead of at the next turn of the back-off."""
        ...


Listener = Callable[[], None]
