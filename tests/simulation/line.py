"""A till's line to the ledger: it loses, repeats, delays, breaks in one direction. Never changes what is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from ledger.server import heads, orders, payments, records
from ledger.server.database import Tx
from ledger.server.judging import Ask
from ledger.server.payments import hash_body
from pos.domain.codec import encode
from pos.domain.errors import LedgerSilent, LedgerUnreachable
from pos.domain.forwarding import ForwardOutcome
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline
from pos.domain.record import LedgerHead, Record
from pos.domain.tender import ApprovalMode
from pos.ports import AuthorizationRequest, FeedPage, PaymentFate
from tests.ledger.plain_cards import SIGNING
from tests.simulation.clock import true_time
from tests.simulation.faults import Fault
from tests.simulation.ledger_side import MERCHANTS, OPENER, LedgerSide, policy

T = TypeVar("T")
SHORT_S = (3, 8, 60, 600)
DAYS_S = (86_400, 3 * 86_400)
CUT_S = (2, 20, 120, 400)
FEED_DEADLINE_MS = 2_000
SAID_ALL_DAY = ("feed", "head")


class Line:
    """The Ledger port of one till."""

    def __init__(
        self, ledger: LedgerSide, shop: int, till: str, point: Callable[[str], None]
    ) -> None:
        self._ledger, self._shop, self._till = ledger, MERCHANTS[shop], till
        self._chance, self._loop, self._point = ledger.chance, ledger.loop, point
        self._draw = self._chance.of(f"line of {till}")
        self._name = f"line of {till}"
        self._cut_until, self._cut_way = -1.0, ""

    async def authorize(
        self, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        sealed, amount = request.sealed, request.amount

        def ask(tx: Tx) -> Approval | Decline:
            now = true_time(self._loop)
            facts = OPENER.open(sealed, request.payment_id.hex)
            body = hash_body("online", amount.amount, sealed, encode(request.at))
            mode, pid = ApprovalMode.ONLINE, request.payment_id
            return payments.authorize(
                tx, Ask(pid, self._shop, amount, mode, facts, body, now, now), policy()
            )

        return await self._call(f"authorize {_short(request.payment_id)}", ask, deadline_ms)

    async def outcome(
        self, payment_id: TransactionId, *, deadline_ms: int
    ) -> Approval | Decline | PaymentFate:
        what = f"outcome {_short(payment_id)}"
        return await self._call(what, lambda tx: payments.outcome(tx, payment_id), deadline_ms)

    async def forward(
        self, records_: Sequence[Record], *, deadline_ms: int
    ) -> tuple[ForwardOutcome, ...]:
        prepared = [records.prepare(each, self._shop, OPENER) for each in records_]

        def take(tx: Tx) -> tuple[ForwardOutcome, ...]:
            now = true_time(self._loop)
            return tuple(records.take(tx, p, self._shop, policy(), now) for p in prepared)

        what = f"forward {records_[0].sequence}..{records_[-1].sequence}"
        return await self._call(what, take, deadline_ms)

    async def head(self, *, deadline_ms: int) -> LedgerHead | None:
        def signed(tx: Tx) -> LedgerHead | None:
            return heads.signed_head(tx, self._shop.device, true_time(self._loop), SIGNING.sign)

        return await self._call("head", signed, deadline_ms)

    async def feed(self, cursor: str, *, wait_ms: int) -> FeedPage:
        def read(tx: Tx) -> FeedPage:
            return orders.read_feed(tx, self._shop.id, int(cursor or 0))

        page = await self._call("feed", read, FEED_DEADLINE_MS)
        if page.items or not wait_ms:
            return page
        await self._ledger.news(wait_ms / 1_000)
        return await self._call("feed", read, FEED_DEADLINE_MS)

    async def _call(self, what: str, job: Callable[[Tx], T], deadline_ms: int) -> T:
        draw, ledger = self._draw, self._ledger
        # Payments and records are what the faults are for.
        often = 0.1 if what in SAID_ALL_DAY else 1.5
        if self._chance.wants(Fault.PARTITION, often * 0.3):
            self._cut(draw.choice(CUT_S), draw.choice(("no way out", "no way back")))
        if self._chance.strikes(Fault.LEDGER, "restart", self._till, often * 0.1):
            ledger.restart(draw.choice((1, 5, 30)))
        await asyncio.sleep(draw.choice((0.01, 0.05, 0.4)))
        self._point(f"{what} about to leave")
        cut = self._loop.time() < self._cut_until and not self._chance.healed
        if cut:
            self._chance.struck(Fault.PARTITION, self._cut_way, self._till)
        if (cut and self._cut_way == "no way out") or self._loop.time() < ledger.down_until:
            raise LedgerUnreachable
        if self._chance.strikes(Fault.DROP, "request", self._till, often):
            await self._silence(f"{what} lost", deadline_ms)
        await self._delay(what, job, often, deadline_ms)
        await self._trouble(what, often, deadline_ms)
        answer = ledger.run(job)
        if what not in SAID_ALL_DAY or (isinstance(answer, FeedPage) and answer.items):
            self._chance.tell(self._name, f"{what}: {_words(answer)}")
        if self._chance.strikes(Fault.DUPLICATE, "request", self._till, often):
            self._send_late(draw.choice((0.01, 1, 30, 600)), what, job)
        if cut or self._chance.strikes(Fault.REPLY_LOST, "after commit", self._till, often):
            await self._silence(f"reply to {what} lost", deadline_ms)
        await asyncio.sleep(draw.choice((0.01, 0.05, 0.4)))
        self._point(f"answer to {what} about to be read")
        return answer

    def _cut(self, seconds: float, way: str) -> None:
        self._cut_until, self._cut_way = self._loop.time() + seconds, way
        self._chance.tell(self._name, f"{way} for {seconds} s")

    async def _delay(
        self, what: str, job: Callable[[Tx], object], often: float, deadline_ms: int
    ) -> None:
        if not self._chance.wants(Fault.DELAY, often):
            return
        days = self._draw.random() < 0.3
        self._chance.struck(Fault.DELAY, "days" if days else "seconds", self._till)
        self._send_late(self._draw.choice(DAYS_S if days else SHORT_S), what, job)
        await self._silence(f"{what} delayed", deadline_ms)

    async def _trouble(self, what: str, often: float, deadline_ms: int) -> None:
        if self._chance.strikes(Fault.LEDGER, "5xx", self._till, often * 0.5):
            self._chance.tell(self._name, f"{what}: server error")
            raise LedgerSilent
        if self._chance.strikes(Fault.LEDGER, "slow", self._till, often * 0.5):
            await asyncio.sleep(deadline_ms / 1_000 * 0.9)

    def _send_late(self, seconds: float, what: str, job: Callable[[Tx], object]) -> None:
        self._ledger.last_late = max(self._ledger.last_late, self._loop.time() + seconds)
        self._loop.call_later(seconds, self._arrive, what, job)

    def _arrive(self, what: str, job: Callable[[Tx], object]) -> None:
        answer = self._ledger.run(job)
        self._chance.tell(self._name, f"late or again, {what}: {_words(answer)}")

    async def _silence(self, why: str, deadline_ms: int) -> None:
        self._chance.tell(self._name, why)
        await asyncio.sleep(deadline_ms / 1_000)
        raise LedgerSilent


def _short(payment_id: TransactionId) -> str:
    return f"{payment_id.incarnation:08x}-{payment_id.sequence}"


def _words(answer: object) -> str:
    match answer:
        case Approval(amount=amount, approval_code=code):
            return f"approved {amount.amount} as {code}"
        case Decline(reason=reason):
            return f"declined, {reason.value}"
        case PaymentFate():
            return answer.value
        case FeedPage(items=items, cursor=cursor):
            return f"{len(items)} to {cursor}"
        case tuple():
            return " ".join(each.status.value for each in answer)
    return str(answer)
