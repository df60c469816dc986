"""The ledger's real rules on a real database, behind a line that loses, repeats and delays. Never a rule of its own."""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from ledger.server import orders, payments, records
from ledger.server.database import Tx
from ledger.server.judging import Ask, Merchant
from ledger.server.payments import hash_body
from ledger.server.seed import seed
from ledger.server.writer import Writer
from pos.domain.codec import encode
from pos.domain.errors import LedgerSilent, LedgerUnreachable
from pos.domain.forwarding import ForwardOutcome
from pos.domain.identifiers import TransactionId
from pos.domain.order import Order, OrderLine, OrderState
from pos.domain.payment_answers import Approval, Decline
from pos.domain.record import Record
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from pos.ports import AuthorizationRequest, FeedPage, PaymentFate
from tests.ledger.plain_cards import PlainOpener, new_card, terms
from tests.simulation.chance import Chance
from tests.simulation.clock import NOON, VirtualLoop, true_time

T = TypeVar("T")
CARDS = (
    new_card("rich", policy=20_000, charged=400_000, cashback=3_000, offline_limit=30_000),
    new_card("poor", charged=9_000, offline_limit=2_000),
    new_card("old", charged=60_000, offline_limit=10_000, member="M-3"),
)
OPENER = PlainOpener()
MERCHANTS = {number: Merchant(number, 0x1_0000_0000 + number, True, True) for number in (1, 2)}
terms = cache(terms)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="simulated-ledger-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "ledger.db"
    writer = Writer(path)

    def fill(tx: Tx) -> None:
        seed(tx, CARDS, OPENER, NOON)
        for each in MERCHANTS.values():
            values = (each.id, f"{each.id}".encode(), each.device)
            tx.execute("INSERT INTO merchants VALUES (?, ?, ?, 1, 1)", values)

    writer.run_now(fill)
    writer.close()
    return path


class LedgerSide:
    """The one ledger of a shop-day."""

    def __init__(self, folder: Path, chance: Chance, loop: VirtualLoop) -> None:
        self.path = folder / "ledger.db"
        shutil.copy(_template(), self.path)
        self.writer = Writer(self.path)
        self.chance, self.loop = chance, loop
        self.placed = 0

    def run(self, job: Callable[[Tx], T]) -> T:
        return self.writer.run_now(job)

    def place_order(self, shop: int) -> None:
        self.placed += 1
        draw = self.chance.of("orders")
        now = true_time(self.loop)
        price = Won(draw.randrange(5, 40) * 1_000)
        order = Order(
            channel="baedal-eum",
            number=f"B{self.placed:06d}",
            short_number=f"{self.placed:04d}",
            placed_at=now,
            accept_by=now + timedelta(seconds=draw.choice((40, 300))),
            lines=(OrderLine("떡볶이", 1, price),),
            total=price,
            paid_in_app=draw.random() < 0.7,
            disposables=False,
        )
        self.run(lambda tx: orders.place(tx, shop, order))
        self.chance.tell("ledger", f"order {order.key} of {price.amount} for shop {shop}")
        if draw.random() < 0.2:
            self.loop.call_later(draw.randrange(5, 60), self._cancel, shop, order.key)

    def _cancel(self, shop: int, key: str) -> None:
        if self.run(lambda tx: orders.end(tx, shop, key, OrderState.CANCELLED)):
            self.chance.tell("ledger", f"the customer cancelled {key}")

    async def expire(self) -> None:
        while True:
            await asyncio.sleep(5)
            self.run(self._expire)

    def _expire(self, tx: Tx) -> None:
        if orders.any_due(tx, true_time(self.loop)):
            orders.expire(tx, true_time(self.loop))


class Line:
    """The Ledger port of one till: its line to the ledger, faults and all."""

    def __init__(self, ledger: LedgerSide, shop: int, point: Callable[[str], None]) -> None:
        self._ledger, self._shop, self._point = ledger, MERCHANTS[shop], point
        self._name = f"line {shop}"
        self._cut_until = -1.0

    async def authorize(
        self, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        sealed, amount = request.sealed, request.amount

        def ask(tx: Tx) -> Approval | Decline:
            now = true_time(self._ledger.loop)
            facts = OPENER.open(sealed, request.payment_id.hex)
            body = hash_body("online", amount.amount, sealed, encode(request.at))
            mode, pid = ApprovalMode.ONLINE, request.payment_id
            return payments.authorize(
                tx, Ask(pid, self._shop, amount, mode, facts, body, now, now), terms()
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
            now = true_time(self._ledger.loop)
            return tuple(records.take(tx, p, self._shop, terms(), now) for p in prepared)

        what = f"forward {records_[0].sequence}..{records_[-1].sequence}"
        return await self._call(what, take, deadline_ms)

    async def head(self, *, deadline_ms: int) -> None:
        return None

    async def feed(self, cursor: str, *, wait_ms: int) -> FeedPage:
        def read(tx: Tx) -> FeedPage:
            return orders.read_feed(tx, self._shop.id, int(cursor or 0))

        page = await self._call("feed", read, 2_000)
        if page.items or not wait_ms:
            return page
        await asyncio.sleep(wait_ms / 1_000)
        return await self._call("feed", read, 2_000)

    async def _call(self, what: str, job: Callable[[Tx], T], deadline_ms: int) -> T:
        chance, loop = self._ledger.chance, self._ledger.loop
        draw = chance.of(self._name)
        # The feed asks all day long; payments and records are what the faults are for.
        often = 0.1 if what == "feed" else 1.5
        if chance.strikes("partition", often * 0.3):
            self._cut_until = loop.time() + draw.choice((2, 20, 120, 400))
            chance.tell(self._name, f"cut until {self._cut_until:.0f}")
        await asyncio.sleep(draw.choice((0.01, 0.05, 0.4)))
        self._point(f"{what} about to leave")
        if loop.time() < self._cut_until and not chance.healed:
            raise LedgerUnreachable
        if chance.strikes("request lost", often):
            await self._silence(f"{what} lost", deadline_ms)
        if chance.strikes("delayed", often):
            loop.call_later(draw.choice((3, 8, 60, 600)), self._late, what, job)
            await self._silence(f"{what} delayed", deadline_ms)
        if chance.strikes("server error", often):
            chance.tell(self._name, f"{what}: server error")
            raise LedgerSilent
        answer = self._ledger.run(job)
        if not isinstance(answer, FeedPage) or answer.items:
            chance.tell(self._name, f"{what}: {_words(answer)}")
        if chance.strikes("duplicate", often):
            loop.call_later(draw.choice((0.01, 1, 30, 600)), self._late, what, job)
        if chance.strikes("reply lost", often):
            await self._silence(f"reply to {what} lost", deadline_ms)
        await asyncio.sleep(draw.choice((0.01, 0.05, 0.4)))
        self._point(f"answer to {what} about to be read")
        return answer

    def _late(self, what: str, job: Callable[[Tx], object]) -> None:
        answer = self._ledger.run(job)
        self._ledger.chance.tell(self._name, f"late or again, {what}: {_words(answer)}")

    async def _silence(self, why: str, deadline_ms: int) -> None:
        self._ledger.chance.tell(self._name, why)
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
