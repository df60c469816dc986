"""What the ledger does, behind HTTP: one method an operation. Never answers before the commit."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeVar

from ledger import feed_mapping, mapping
from ledger.contract import models as wire
from ledger.contract.day_models import ReconcileAnswer, ReconcileRequest, StatementAnswer
from ledger.contract.enrolment_models import EnrolmentAnswer, EnrolmentRequest
from ledger.policy.policy import Policy
from ledger.server import (
    customer_codes,
    days,
    devices,
    erasing,
    gate,
    heads,
    orders,
    payments,
    records,
)
from ledger.server.admissions import Admissions
from ledger.server.cards import CardFacts, CardOpener, SealBroken
from ledger.server.database import Database, LedgerUnavailable, Tx, open_reader
from ledger.server.gate import Caller
from ledger.server.handout import Handout
from ledger.server.judging import Ask, Merchant
from ledger.server.payments import IdReused, hash_body
from ledger.server.problems import Refused
from ledger.server.rulebook import Rulebook
from ledger.server.tables import Needs
from ledger.server.writer import Writer
from pos.domain.codec import encode
from pos.domain.forwarding import ForwardOutcome
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval, Decline
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won

EXPIRY_EVERY_S = 1.0
FORGET_EVERY = 60  # Turns of the above.
ERASE_EVERY = 3_600
T = TypeVar("T")
FEW = 8  # Records; more are opened and judged in a thread, so that the loop stays free.


def utc_now() -> datetime:
    """Return the ledger's time."""
    return datetime.now(UTC)


class Service:
    """One ledger, over one database."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        opener: CardOpener,
        rules: Rulebook,
        sign: heads.Sign,
        handout: Handout,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.writer = writer
        self.now = now
        self.reader = open_reader(database)
        self.admissions = Admissions(database, self.reader)
        self._database = database
        self._opener = opener
        self._rules = rules
        self._sign = sign
        self._handout = handout
        self._bell = asyncio.Event()
        self._closing = False
        writer.on_feed = self._ring

    def close(self) -> None:
        """Let all waiting feed readers go."""
        self._closing = True
        self._ring()

    async def enrol(self, caller: Caller, request: EnrolmentRequest) -> EnrolmentAnswer:
        """Enrol the key that signed the request.

        Raises:
            Refused: the code is not good for it; nothing was used up.
        """
        now = self.now()

        def redeem(tx: Tx) -> devices.Enrolled:
            gate.spend(tx, caller, now)
            return devices.redeem(tx, request.code, caller.key, request.device, now)

        enrolled = await self.writer.run(redeem)
        return self._handout.answer(enrolled, now)

    def open_card(self, sealed: str, payment_id: TransactionId) -> CardFacts:
        """Open what a reader sealed for this id.

        Raises:
            Refused: it was not sealed for this, or not to this ledger.
        """
        try:
            return self._opener.open(sealed, payment_id.hex)
        except SealBroken:
            raise Refused("seal_broken") from None

    def policy_at(self, at: datetime) -> Policy:
        """Return the rules that are in force at a moment."""
        return self._rules.at(at)

    async def authorize(
        self, caller: Caller, payment_id: TransactionId, request: wire.AuthorizeRequest
    ) -> wire.AuthorizeAnswer:
        """Take one online payment.

        Raises:
            Refused: its id or its sealed card is wrong; nothing was posted.
        """
        merchant = caller.terminal
        check_device(merchant, payment_id)
        facts, now = self.open_card(request.sealed, payment_id), self.now()
        ask = Ask(
            payment_id=payment_id,
            merchant=merchant,
            amount=Won(request.amount),
            mode=ApprovalMode.ONLINE,
            facts=facts,
            body_hash=hash_body("online", request.amount, request.sealed, encode(request.at)),
            at=now,
            earned_at=now,
        )

        def authorize(tx: Tx) -> Approval | Decline:
            gate.spend(tx, caller, now)
            return payments.authorize(tx, ask, self._rules.at(now))

        try:
            answer = await self.writer.run(
                authorize, needs=replace(payments.needs(ask), requests=caller.needs.requests)
            )
        except IdReused:
            raise Refused("id_reused") from None
        return mapping.answer_to_wire(answer)

    async def pay_by_code(
        self, caller: Caller, payment_id: TransactionId, request: wire.CodeRequest
    ) -> wire.AuthorizeAnswer:
        """Take one online payment by the code of a customer's app.

        Raises:
            Refused: its id is wrong, or what came is no such code; nothing was posted.
        """
        merchant, now = caller.terminal, self.now()
        check_device(merchant, payment_id)
        code = customer_codes.genuine(request.code, self._handout.ledger_public)
        ask = Ask(
            payment_id=payment_id,
            merchant=merchant,
            amount=Won(request.amount),
            mode=ApprovalMode.ONLINE,
            facts=customer_codes.NO_CARD,
            body_hash=hash_body("code", request.amount, request.code, encode(request.at)),
            at=now,
            earned_at=now,
            by_code=True,
        )

        def pay(tx: Tx) -> Approval | Decline:
            gate.spend(tx, caller, now)
            return customer_codes.pay(tx, ask, code, self._rules.at(now))

        needs = Needs((payment_id.hex,), requests=caller.needs.requests)
        try:
            answer = await self.writer.run(pay, needs=needs)
        except IdReused:
            raise Refused("id_reused") from None
        return mapping.answer_to_wire(answer)

    async def outcome(self, caller: Caller, payment_id: TransactionId) -> wire.OutcomeAnswer:
        """Say what became of a payment.

        Raises:
            Refused: it is another device's.
        """
        check_device(caller.terminal, payment_id)
        await self._spend(caller)
        return mapping.outcome_to_wire(payments.outcome(self.reader, payment_id))

    async def forward(self, caller: Caller, request: wire.ForwardRequest) -> wire.ForwardAnswer:
        """Take journal records, in order."""
        merchant = caller.terminal
        given = [mapping.record_from_wire(each) for each in request.records]

        def prepare() -> list[records.Prepared]:
            return [records.prepare(each, merchant, self._opener) for each in given]

        few = len(given) <= FEW
        prepared = prepare() if few else await asyncio.to_thread(prepare)
        now = self.now()

        def take(tx: Tx) -> list[ForwardOutcome]:
            gate.spend(tx, caller, now)
            rules = self._rules.at(now)
            return [records.take(tx, each, merchant, rules, now) for each in prepared]

        needs = replace(records.needs(prepared, now), requests=caller.needs.requests)
        outcomes = await self.writer.run(take, heavy=not few, needs=needs)
        return wire.ForwardAnswer(outcomes=tuple(map(mapping.forwarded_to_wire, outcomes)))

    async def head(self, caller: Caller) -> wire.HeadAnswer:
        """Say, signed, how far the terminal's journal is known."""
        await self._spend(caller)
        head = heads.signed_head(self.reader, caller.terminal.device, self.now(), self._sign)
        return wire.HeadAnswer(head=None if head is None else mapping.head_to_wire(head))

    async def statement(self, caller: Caller, day: date) -> StatementAnswer:
        """Say what the terminal's shop took on a day, and what and when it is paid.

        Raises:
            Refused: no rule says when.
        """
        await self._spend(caller)
        return days.statement(self.reader, caller.terminal, day, self._rules.policy())

    async def reconcile(
        self, caller: Caller, day: date, request: ReconcileRequest
    ) -> ReconcileAnswer:
        """Compare the terminal's day with the ledger's.

        Raises:
            Refused: an id comes twice.
        """
        await self._spend(caller)
        return days.reconcile(self.reader, caller.terminal, day, request)

    async def feed(self, caller: Caller, cursor: int, wait_ms: int) -> wire.FeedAnswer:
        """Return what is new after the cursor, waiting up to `wait_ms` for something."""
        await self._spend(caller)
        return await self.news(caller.terminal.id, cursor, wait_ms)

    async def begin_stream(self, caller: Caller) -> None:
        """Take a request for an event stream; what it then reads is asked for with `news`."""
        await self._spend(caller)

    @property
    def closing(self) -> bool:
        """Whether nobody is to wait for anything any more."""
        return self._closing

    def admits(self, caller: Caller) -> bool:
        """Tell whether a terminal that was let in would still be."""
        try:
            devices.admit(self.reader, caller.terminal.device, caller.key)
        except Refused:
            return False
        return True

    async def news(self, merchant: int, cursor: int, wait_ms: int) -> wire.FeedAnswer:
        """Return a shop's feed after the cursor, waiting up to `wait_ms` for something."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wait_ms / 1_000
        while True:
            bell = self._bell
            page = orders.read_feed(self.reader, merchant, cursor)
            left_s = end - loop.time()
            if page.items or left_s <= 0 or self._closing:
                items = tuple(feed_mapping.item_to_wire(each) for each in page.items)
                return wire.FeedAnswer(cursor=page.cursor, items=items, at=self.now())
            try:
                await asyncio.wait_for(bell.wait(), left_s)
            except TimeoutError:
                continue  # Looks once more: nothing may come between the last look and now.

    async def look(self, job: Callable[[Tx], T]) -> T:
        """Run something that only reads and takes its time, beside everything else."""

        def read() -> T:
            with contextlib.closing(open_reader(self._database)) as tx, tx.snapshot():
                return job(tx)

        return await asyncio.to_thread(read)

    async def keep_house(self) -> None:
        """End unanswered orders, forget old requests and hear of news, for ever; a task of the server's.

        News may come from the operator's own commands, or other servers, which write to the same database.
        """
        newest = ticks = 0
        while True:
            ticks += 1
            with contextlib.suppress(LedgerUnavailable):  # Said to whoever asks next.
                if (now_newest := orders.newest(self.reader)) != newest:
                    newest = now_newest
                    self._ring()
                self._look_for_rules()
                if ticks % FORGET_EVERY == 0:
                    await self.writer.run(lambda tx: gate.forget(tx, self.now()))
                if ticks % ERASE_EVERY == 1:
                    await self.writer.run(lambda tx: erasing.erase(tx, self.now()))
                if orders.any_due(self.reader, self.now()):
                    await self.writer.run(lambda tx: orders.expire(tx, self.now()))
            await asyncio.sleep(EXPIRY_EVERY_S)

    def _look_for_rules(self) -> None:
        """Take in rules that were told anywhere; a server too old to read them goes on with those it has."""
        try:
            if self._rules.look(self.reader):
                sys.stderr.write("ledger: new rules were told\n")
        except ValueError as error:
            sys.stderr.write(f"ledger: new rules can't be read here: {error}\n")

    async def _spend(self, caller: Caller) -> None:
        """Remember a request that does nothing else."""
        await self.writer.run(lambda tx: gate.spend(tx, caller, self.now()), needs=caller.needs)

    def _ring(self) -> None:
        """Wake all who wait for the feed; whoever comes later waits for the next ring."""
        self._bell.set()
        self._bell = asyncio.Event()


def check_device(merchant: Merchant, payment_id: TransactionId) -> None:
    """See that an id is the terminal's own.

    Raises:
        Refused: it is another's.
    """
    if payment_id.device != merchant.device:
        raise Refused("wrong_device")
