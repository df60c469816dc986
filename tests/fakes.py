"""Hand-written stand-ins for every port, with fault switches. Never used by the product itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from pos.domain.benefit import Benefit, BenefitKind
from pos.domain.card import CardEntry, CardRead, CardUpdate, Cryptogram
from pos.domain.card_balance import CardBalance
from pos.domain.card_slip import FeeNote
from pos.domain.catalogue import Catalogue, CatalogueChange, Product
from pos.domain.coupon import CouponOffer, CouponRefusal
from pos.domain.errors import CardCancelled, CardError, LedgerError
from pos.domain.events import (
    ReceiptNotPosted,
    ReceiptReingested,
    ReceiptSettled,
    SaleCompleted,
    SaleRefunded,
    from_record,
    payment_of,
    sale_of,
)
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.news import News
from pos.domain.offline import Exposure, OfflineLimits
from pos.domain.order_personal import Personal
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.payment_events import OfflineApproved
from pos.domain.people import Person
from pos.domain.rates import ChannelRate, Rates
from pos.domain.reconciliation import Comparison, DayAnswer, PrintedDay, Sums, TerminalDay
from pos.domain.record import FIRST_PREVIOUS, LedgerHead, Record, canonical, chain, verify
from pos.domain.sale import Sale
from pos.domain.shift import CloseUndone, CountingBegan, ShiftClosed
from pos.domain.statement import Statement
from pos.domain.tax import TaxKind
from pos.domain.tender import ApprovalMode, Purse, PurseDraw
from pos.domain.won import Won
from pos.ports import (
    AuthorizationRequest,
    Backlog,
    CardRequest,
    CashReceiptDue,
    Change,
    DeviceStatus,
    FeedPage,
    NewPrintJob,
    PaymentFate,
    PrintJobFacts,
    PrintOutcome,
    PrintResult,
)

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 12:00 in Korea.
DEVICE = 0x0001_0000_0001
INCARNATION = 7

PRODUCTS = (
    Product("8801234000017", "새우깡", Won(1_500)),
    Product("8801234000024", "참치김밥", Won(4_500)),
    Product("8801234000031", "흰우유 1L", Won(2_900), TaxKind.EXEMPT),
    Product("101", "떡볶이", Won(5_000)),
)
PRIVATE_APP = ChannelRate("private", 780, 300, 1_000)
RATES = Rates(
    date(2025, 9, 1), 1_000, Won(50_000), (ChannelRate("baedal-eum", 100, 0, 0),), PRIVATE_APP
)
LIMITS = OfflineLimits(
    at_risk_allowed=False, floor_limit=Won(30_000), card_cap=Won(50_000), terminal_cap=Won(500_000)
)


class FixedClock:
    """A clock that moves only when slept on or told to."""

    def __init__(self, start: datetime = NOON) -> None:
        self.time = start

    def now(self) -> datetime:
        return self.time

    def monotonic_ms(self) -> int:
        return int((self.time - NOON) / timedelta(milliseconds=1))

    async def sleep_ms(self, duration_ms: int) -> None:
        self.time += timedelta(milliseconds=duration_ms)
        await asyncio.sleep(0)


class MemoryStore:
    """The Store port over plain lists. `fail_next` makes the next commit fail, leaving no trace."""

    def __init__(self, incarnation: int = INCARNATION) -> None:
        self.incarnation = incarnation
        self.is_copy = False
        self.stopped: set[str] = set()
        self.head: LedgerHead | None = None
        self.told = News()
        self.answers: dict[date, DayAnswer] = {}
        self.products: list[CatalogueChange] = []
        self.journal: list[Record] = []
        self.waiting: list[Record] = []
        self.parked: list[Record] = []
        self.jobs: list[NewPrintJob] = []
        self.open_draft: Sale | None = None
        self.cursor = ""
        self.fail_next: Exception | None = None
        self.die_after_commits: int | None = None
        self._receipts: dict[date, int] = {}
        self.persons: dict[int, Person] = {}
        self.words: dict[str, Personal] = {}
        self.due: dict[str, CashReceiptDue] = {}

    async def personal(self) -> tuple[Personal, ...]:
        return tuple(self.words.values())

    async def cash_due(self) -> tuple[CashReceiptDue, ...]:
        return tuple(self.due[key] for key in sorted(self.due))

    async def scrub(self) -> bool:
        return True

    async def commit(self, change: Change) -> tuple[Record, ...]:
        if self.fail_next is not None:
            error, self.fail_next = self.fail_next, None
            raise error
        if self.die_after_commits is not None:
            if self.die_after_commits == 0:
                raise PowerCut
            self.die_after_commits -= 1
        made: list[Record] = []
        for new in change.records:
            previous = self.journal[-1].hash if self.journal else FIRST_PREVIOUS
            record = chain(DEVICE, self.incarnation, len(self.journal) + 1, previous, new)
            self.journal.append(record)
            made.append(record)
            if new.forward:
                self.waiting.append(record)
        self.jobs.extend(change.print_jobs)
        if change.draft is not None:
            self.open_draft = change.draft
        elif change.clear_draft:
            self.open_draft = None
        if change.feed_cursor is not None:
            self.cursor = change.feed_cursor
        for outcome in change.settled:
            gone = [r for r in self.waiting if r.sequence == outcome.sequence]
            self.waiting = [r for r in self.waiting if r.sequence != outcome.sequence]
            if outcome.status is ForwardStatus.POISON:
                self.parked.extend(gone)
        for each in change.hotlist:
            (self.stopped.add if each.stopped else self.stopped.discard)(each.hot_ref)
        for words in change.personal:
            self.words.setdefault(words.order_key, words)
        for key in change.erased:
            self.words.pop(key, None)
        for due in change.cash_due:
            self.due.setdefault(due.key, due)
        for key in change.cash_told:
            self.due.pop(key, None)
        self.head = change.ledger_head or self.head
        if change.day_answer is not None:
            self.answers[change.day_answer.day] = change.day_answer
        self.told = change.news or self.told
        self.products += change.catalogue
        self.is_copy = self.is_copy and not change.copy_resolved
        self.persons |= {each.number: each for each in change.people}
        return tuple(made)

    async def people(self) -> tuple[Person, ...]:
        return tuple(self.persons.values())

    async def shift_after(self) -> int:
        after = 0
        for record in self.journal:
            event = from_record(record)
            if isinstance(event, ShiftClosed | CountingBegan):
                after = record.sequence
            elif isinstance(event, CloseUndone):
                after = event.after
        return after

    async def last_sequence(self) -> int:
        found = [0]
        for record in self.journal:
            event = from_record(record)
            if isinstance(event, ReceiptReingested | ReceiptNotPosted | ReceiptSettled):
                continue  # Its ids are another terminal's.
            ids = [payment_of(event), sale_of(event), getattr(event, "decision_id", None)]
            ids.append(getattr(event, "refund_id", None))
            if isinstance(event, SaleRefunded):
                ids.append(event.refund.id)
            found.extend(each.sequence for each in ids if each is not None)
        if self.open_draft is not None:
            found.append(self.open_draft.id.sequence)
        return max(found)

    async def unfinished(self) -> tuple[Record, ...]:
        closed = {
            sale_of(from_record(r))
            for r in self.journal
            if r.kind in ("sale.completed", "sale.dropped")
        }
        return tuple(
            r
            for r in self.journal
            if r.kind.startswith("payment.") and sale_of(from_record(r)) not in closed
        )

    async def draft(self) -> Sale | None:
        return self.open_draft

    async def records(
        self, kinds: Sequence[str] = (), *, after: int = 0, limit: int = 1_000
    ) -> tuple[Record, ...]:
        found = [r for r in self.journal if r.sequence > after and (not kinds or r.kind in kinds)]
        return tuple(found[:limit])

    async def records_between(
        self, start: datetime, end: datetime, kinds: Sequence[str] = ()
    ) -> tuple[Record, ...]:
        found = (r for r in self.journal if start <= r.at < end)
        return tuple(r for r in found if not kinds or r.kind in kinds)

    async def last_record(self, kind: str) -> Record | None:
        return next((r for r in reversed(self.journal) if r.kind == kind), None)

    async def latest_records(
        self, kinds: Sequence[str], limit: int, *, before: int | None = None, holding: str = ""
    ) -> tuple[Record, ...]:
        found = [
            record
            for record in reversed(self.journal)
            if record.kind in kinds
            and (before is None or record.sequence < before)
            and holding in canonical(record.body).decode()
        ]
        return tuple(found[:limit])

    async def sale_records(self, sale_id: TransactionId) -> tuple[Record, ...]:
        return tuple(r for r in self.journal if sale_of(from_record(r)) == sale_id)

    async def find_sale(self, receipt_number: str) -> Record | None:
        for record in reversed(self.journal):
            event = from_record(record)
            if isinstance(event, SaleCompleted) and event.sale.receipt_number == receipt_number:
                return record
        return None

    async def next_receipt_number(self, day: date) -> str:
        self._receipts[day] = self._receipts.get(day, 0) + 1
        return f"{day:%Y%m%d}-{self._receipts[day]:04d}"

    async def outbox(self, limit: int, *, after: int = 0) -> tuple[Record, ...]:
        return tuple([r for r in self.waiting if r.sequence > after][:limit])

    async def backlog(self) -> Backlog:
        offline = self._unsent()
        return Backlog(
            count=len(self.waiting),
            oldest_at=self.waiting[0].at if self.waiting else None,
            payments=len(offline),
            amount=Won.total(each.amount for each in offline),
            at_risk=Won.total(e.amount for e in offline if e.mode is ApprovalMode.OFFLINE_AT_RISK),
            parked=len(self.parked),
        )

    async def release_parked(self) -> int:
        released, self.parked = self.parked, []
        self.waiting = sorted([*self.waiting, *released], key=lambda record: record.sequence)
        return len(released)

    async def unsent_offline(self, card_ref: str, since: datetime) -> Exposure:
        unsent = self._unsent()
        every = [from_record(r) for r in self.journal if r.at >= since]
        recent = [
            e for e in every if isinstance(e, OfflineApproved) and e.card.card_ref == card_ref
        ]
        mine = [e for e in unsent if e.card.card_ref == card_ref]
        return Exposure(
            this_card=Won.total(e.amount for e in mine),
            at_risk=(await self.backlog()).at_risk,
            card_count=len(mine),
            oldest_at=min((e.at for e in unsent), default=None),
            recent=len(recent),
        )

    async def feed_cursor(self) -> str:
        return self.cursor

    async def hotlist(self) -> frozenset[str]:
        return frozenset(self.stopped)

    async def catalogue(self) -> CatalogueChange:
        sold: dict[str, Product | None] = {}
        for each in self.products:
            sold |= dict.fromkeys(each.removed) | {one.code: one for one in each.products}
        return CatalogueChange(
            tuple(one for one in sold.values() if one is not None),
            tuple(code for code, one in sold.items() if one is None),
        )

    async def news(self) -> News:
        return self.told

    async def ledger_head(self) -> LedgerHead | None:
        return self.head

    async def day_answer(self, day: date) -> DayAnswer | None:
        return self.answers.get(day)

    async def verify(self) -> int:
        verify(self.journal)
        return len(self.journal)

    def kinds(self) -> list[str]:
        return [record.kind for record in self.journal]

    def _unsent(self) -> list[OfflineApproved]:
        events = [from_record(record) for record in self.waiting]
        return [event for event in events if isinstance(event, OfflineApproved)]


class PowerCut(BaseException):
    """The process is gone: nothing catches it, nothing after it runs."""


class ScriptedReader:
    """Answers each `present` with the next card or error; waits for `cancel` when told `None`."""

    def __init__(self, *cards: CardRead | CardError | None) -> None:
        self.script = list(cards)
        self.requests: list[CardRequest] = []
        self.told: list[tuple[TransactionId, bytes | None]] = []
        self.update = CardUpdate(reached=True, authenticated=True)
        self._cancelled = asyncio.Event()

    async def present(self, request: CardRequest) -> CardRead:
        self.requests.append(request)
        answer = self.script.pop(0) if self.script else good_card()
        await asyncio.sleep(0)
        if answer is None:
            await self._cancelled.wait()
            self._cancelled.clear()
            raise CardCancelled()
        if isinstance(answer, CardError):
            raise answer
        if answer.cryptogram is Cryptogram.ARQC and not request.online:
            return replace(answer, cryptogram=Cryptogram.TC)
        return answer

    async def complete(self, payment_id: TransactionId, for_card: bytes | None) -> CardUpdate:
        self.told.append((payment_id, for_card))
        return self.update

    async def cancel(self) -> None:
        self._cancelled.set()

    async def status(self) -> DeviceStatus:
        return DeviceStatus("scripted reader", ready=True)


def good_card(pan_tail: str = "1234", **facts: object) -> CardRead:
    """Return a genuine card that asks for the ledger when online and approves itself offline."""
    card = CardRead(
        masked_pan=f"629099******{pan_tail}",
        card_ref=pan_tail.rjust(32, "0"),
        sealed=f"sealed-{pan_tail}",
        entry=CardEntry.CONTACTLESS_CHIP,
        cryptogram=Cryptogram.ARQC,
        genuine=True,
        expired=False,
        offline_available=Won(50_000),
    )
    return replace(card, **facts)  # type: ignore[arg-type]


@dataclass
class ScriptedLedger:
    """A ledger with one purse per card. `fault` is raised before or after the posting."""

    balance: Won = Won(100_000)
    posted: dict[TransactionId, Approval] = field(default_factory=dict)
    tombstones: set[TransactionId] = field(default_factory=set)
    forwarded: list[Record] = field(default_factory=list)
    fault_before: list[LedgerError] = field(default_factory=list)
    fault_after: list[LedgerError] = field(default_factory=list)
    outcome_fault: LedgerError | None = None
    for_card: str = ""
    fee: FeeNote | None = None
    coupon_said: CouponOffer | CouponRefusal = CouponOffer("장보는 날 쿠폰", Won(3_000))
    balance_said: CardBalance | Decline = CardBalance(
        (
            PurseDraw(Purse.POLICY, Won(10_000)),
            PurseDraw(Purse.CHARGED, Won(38_000)),
            PurseDraw(Purse.CASHBACK, Won(2_000)),
        ),
        on_card=Won(20_000),
    )
    balance_fault: LedgerError | None = None
    inquiries: list[tuple[TransactionId, str]] = field(default_factory=list)
    coupon_fault: LedgerError | None = None
    coupons_paid: list[str] = field(default_factory=list)
    benefits: tuple[Benefit, ...] = ()
    pages: list[FeedPage] = field(default_factory=list)
    day_fault: LedgerError | None = None
    statements: dict[date, Statement] = field(default_factory=dict)
    comparison: Comparison | None = None
    compared: list[tuple[date, TerminalDay, PrintedDay | None]] = field(default_factory=list)

    async def authorize(
        self, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        await asyncio.sleep(0)
        if self.fault_before:
            raise self.fault_before.pop(0)
        if request.coupon_of is not None:
            answer = self._pay_by_coupon(request)
        else:
            answer = self._post(request.payment_id, request.amount, request.at)
        if self.fault_after:
            raise self.fault_after.pop(0)
        return answer

    async def card_balance(
        self, inquiry_id: TransactionId, sealed: str, *, deadline_ms: int
    ) -> CardBalance | Decline:
        await asyncio.sleep(0)
        if self.balance_fault is not None:
            raise self.balance_fault
        self.inquiries.append((inquiry_id, sealed))
        return self.balance_said

    async def coupon(
        self, code: str, total: Won, *, deadline_ms: int
    ) -> CouponOffer | CouponRefusal:
        await asyncio.sleep(0)
        if self.coupon_fault is not None:
            raise self.coupon_fault
        return self.coupon_said

    async def outcome(
        self, payment_id: TransactionId, *, deadline_ms: int
    ) -> Approval | Decline | PaymentFate:
        if self.outcome_fault is not None:
            raise self.outcome_fault
        if payment_id in self.tombstones:
            return PaymentFate.REVERSED
        return self.posted.get(payment_id, PaymentFate.NOT_SEEN)

    async def forward(
        self, records: Sequence[Record], *, deadline_ms: int
    ) -> tuple[ForwardOutcome, ...]:
        self.forwarded.extend(records)
        return tuple(ForwardOutcome(r.sequence, ForwardStatus.ACCEPTED) for r in records)

    async def head(self, *, deadline_ms: int) -> LedgerHead | None:
        if not self.forwarded:
            return None
        last = self.forwarded[-1]
        place = (last.device, last.incarnation, last.sequence, last.hash)
        return LedgerHead(*place, len(self.forwarded), NOON, "00" * 64)

    async def feed(self, cursor: str, *, wait_ms: int) -> FeedPage:
        return self.pages.pop(0) if self.pages else FeedPage(cursor, ())

    async def statement(self, day: date, *, deadline_ms: int) -> Statement:
        await asyncio.sleep(0)
        if self.day_fault is not None:
            raise self.day_fault
        return self.statements.get(day, Statement("shop", day, day + timedelta(days=1), 1))

    async def compare(
        self, day: date, mine: TerminalDay, printed: PrintedDay | None, *, deadline_ms: int
    ) -> Comparison:
        await asyncio.sleep(0)
        if self.day_fault is not None:
            raise self.day_fault
        self.compared.append((day, mine, printed))
        if self.comparison is not None:
            return self.comparison
        sales, cards = Won.total(mine.sales.values()), Won.total(mine.paid.values())
        return Comparison(Sums(sales, sales), Sums(cards, cards))

    def _pay_by_coupon(self, request: AuthorizationRequest) -> Approval | Decline:
        """Post what a coupon pays, each code once; as in the ledger, no purse and no cashback moves."""
        if request.payment_id in self.tombstones:
            return Decline(DeclineReason.REVERSED_BEFORE)
        if request.payment_id not in self.posted:
            if request.sealed in self.coupons_paid:
                return Decline(DeclineReason.COUPON_USED)
            self.coupons_paid.append(request.sealed)
            said = self.coupon_said
            name = said.name if isinstance(said, CouponOffer) else ""
            code = f"{request.payment_id.sequence:08d}"
            self.posted[request.payment_id] = Approval(
                request.amount,
                code,
                f"C{code:0>11}",
                request.at,
                (PurseDraw(Purse.POLICY, request.amount),),
                Won(0),
                Won(0),
                benefits=(Benefit(BenefitKind.COUPON, name, request.amount),),
            )
        return self.posted[request.payment_id]

    def _post(self, payment_id: TransactionId, amount: Won, at: datetime) -> Approval | Decline:
        if payment_id in self.tombstones:
            return Decline(DeclineReason.REVERSED_BEFORE)
        if payment_id in self.posted:
            return self.posted[payment_id]
        if amount > self.balance:
            return Decline(DeclineReason.INSUFFICIENT_FUNDS, self.balance)
        cashback = Won(amount.amount // 10)
        self.balance = self.balance - amount + cashback
        draws = (PurseDraw(Purse.CHARGED, amount),)
        code = f"{payment_id.sequence:08d}"
        rrn = f"R{code:0>11}"
        approval = Approval(amount, code, rrn, at, draws, cashback, self.balance, self.for_card)
        approval = replace(approval, benefits=self.benefits, fee=self.fee)
        self.posted[payment_id] = approval
        return approval


class FakePrinter:
    """Takes every job, or answers as scripted."""

    def __init__(self, *results: PrintResult) -> None:
        self.script = list(results)
        self.printed: list[bytes] = []
        self.kicks = 0
        self.problem = ""

    async def print(
        self, data: bytes, *, token: str, kick_drawer: bool, deadline_ms: int
    ) -> PrintResult:
        result = self.script.pop(0) if self.script else PrintResult(PrintOutcome.CONFIRMED)
        if result.outcome is not PrintOutcome.NOT_STARTED:
            self.kicks += kick_drawer
            self.printed.append(data)
        return result

    async def kick_drawer(self, *, deadline_ms: int) -> PrintResult:
        self.kicks += 1
        return PrintResult(PrintOutcome.CONFIRMED)

    async def status(self, *, deadline_ms: int = 1_000) -> DeviceStatus:
        return DeviceStatus("fake printer", ready=not self.problem, problem=self.problem)


class Waker:
    """Stands for the spool or the sync engine: counts how often it was woken."""

    def __init__(self) -> None:
        self.woken = 0
        self.failures = 0
        self.progress = (0, 0)
        self.problem = ""
        self.queued = 0
        self.listed: list[PrintJobFacts] = []
        self.cancelled: list[int] = []
        self.repeated: list[int] = []

    def wake(self) -> None:
        self.woken += 1

    async def waiting(self) -> int:
        return self.queued

    async def jobs(self, limit: int = 50) -> tuple[PrintJobFacts, ...]:
        return tuple(self.listed)

    async def cancel(self, number: int) -> bool:
        self.cancelled.append(number)
        return True

    async def again(self, number: int) -> bool:
        self.repeated.append(number)
        return True


def catalogue() -> Catalogue:
    return Catalogue(PRODUCTS)


class PlainHasher:
    """Hashes a PIN so that a test can read it; the real one is slow on purpose."""

    async def hash(self, pin: str) -> str:
        return f"plain:{pin}"

    async def verify(self, pin_hash: str, pin: str) -> bool:
        await asyncio.sleep(0)
        return pin_hash == f"plain:{pin}"
