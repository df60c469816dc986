"""What the ledger does, behind HTTP: one method an operation. Never answers before the commit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, date, datetime

from ledger import mapping
from ledger.contract import models as wire
from ledger.contract.day_models import ReconcileAnswer, ReconcileRequest, StatementAnswer
from ledger.policy.policy import Policy
from ledger.server import days, device_keys, heads, merchants, orders, payments, records
from ledger.server.cards import CardOpener, SealBroken
from ledger.server.database import (
    ConstraintBroken,
    Database,
    LedgerUnavailable,
    Tx,
    open_reader,
)
from ledger.server.judging import Ask, Merchant
from ledger.server.merchants import NO_DEVICE, Directory
from ledger.server.payments import IdReused, hash_body
from ledger.server.problems import Refused
from ledger.server.writer import Writer
from pos.domain.codec import encode
from pos.domain.forwarding import ForwardOutcome
from pos.domain.identifiers import TransactionId
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won

EXPIRY_EVERY_S = 1.0
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
        policy: Policy,
        sign: heads.Sign,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.writer = writer
        self.now = now
        self.reader = open_reader(database)
        self._opener = opener
        self._policy = policy
        self._sign = sign
        self._directory = Directory(self.reader)
        self._bell = asyncio.Event()
        self._closing = False
        writer.on_feed = self._ring

    def close(self) -> None:
        """Let all waiting feed readers go."""
        self._closing = True
        self._ring()

    async def whose(self, token: str, device: int | None) -> Merchant:
        """Return the terminal that a request comes from, binding a new token to its device.

        Raises:
            Refused: the token is unknown, or was given to another device.
        """
        merchant = self._directory.find(token)
        if merchant is None:
            raise Refused("unauthorized")
        if merchant.device == NO_DEVICE and device is not None:
            merchant = await self._bind(merchant, device)
        if device is not None and merchant.device != device:
            raise Refused("wrong_device")
        return merchant

    async def authorize(
        self, merchant: Merchant, payment_id: TransactionId, request: wire.AuthorizeRequest
    ) -> wire.AuthorizeAnswer:
        """Take one online payment.

        Raises:
            Refused: its id or its sealed card is wrong; nothing was posted.
        """
        _check_device(merchant, payment_id)
        try:
            facts = self._opener.open(request.sealed, payment_id.hex)
        except SealBroken:
            raise Refused("seal_broken") from None
        now = self.now()
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
        try:
            answer = await self.writer.run(
                lambda tx: payments.authorize(tx, ask, self._policy), needs=payments.needs(ask)
            )
        except IdReused:
            raise Refused("id_reused") from None
        return mapping.answer_to_wire(answer)

    async def outcome(self, merchant: Merchant, payment_id: TransactionId) -> wire.OutcomeAnswer:
        """Say what became of a payment.

        Raises:
            Refused: it is another device's.
        """
        _check_device(merchant, payment_id)
        return mapping.outcome_to_wire(payments.outcome(self.reader, payment_id))

    async def forward(self, merchant: Merchant, request: wire.ForwardRequest) -> wire.ForwardAnswer:
        """Take journal records, in order.

        Raises:
            Refused: the batch is not signed as it must be; nothing of it was looked at.
        """
        signer = device_keys.check_batch(self.reader, merchant.device, request)
        given = [mapping.record_from_wire(each) for each in request.records]

        def prepare() -> list[records.Prepared]:
            return [records.prepare(each, merchant, self._opener) for each in given]

        few = len(given) <= FEW
        prepared = prepare() if few else await asyncio.to_thread(prepare)
        now = self.now()

        def take(tx: Tx) -> list[ForwardOutcome]:
            if signer is not None:
                device_keys.note(tx, merchant.device, signer, now)
            return [records.take(tx, each, merchant, self._policy, now) for each in prepared]

        needs = records.needs(prepared, now)
        outcomes = await self.writer.run(take, heavy=not few, needs=needs)
        return wire.ForwardAnswer(outcomes=tuple(map(mapping.forwarded_to_wire, outcomes)))

    def head(self, merchant: Merchant) -> wire.HeadAnswer:
        """Say, signed, how far the terminal's journal is known."""
        head = heads.signed_head(self.reader, merchant.device, self.now(), self._sign)
        return wire.HeadAnswer(head=None if head is None else mapping.head_to_wire(head))

    def statement(self, merchant: Merchant, day: date) -> StatementAnswer:
        """Say what the terminal's shop took on a day, and what and when it is paid.

        Raises:
            Refused: no rule says when.
        """
        return days.statement(self.reader, merchant, day, self._policy)

    def reconcile(
        self, merchant: Merchant, day: date, request: ReconcileRequest
    ) -> ReconcileAnswer:
        """Compare the terminal's day with the ledger's.

        Raises:
            Refused: an id comes twice.
        """
        return days.reconcile(self.reader, merchant, day, request)

    async def feed(self, merchant: Merchant, cursor: int, wait_ms: int) -> wire.FeedAnswer:
        """Return what is new after the cursor, waiting up to `wait_ms` for something."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wait_ms / 1_000
        while True:
            bell = self._bell
            page = orders.read_feed(self.reader, merchant.id, cursor)
            left_s = end - loop.time()
            if page.items or left_s <= 0 or self._closing:
                items = tuple(mapping.item_to_wire(each) for each in page.items)
                return wire.FeedAnswer(cursor=page.cursor, items=items, at=self.now())
            try:
                await asyncio.wait_for(bell.wait(), left_s)
            except TimeoutError:
                continue  # Looks once more: nothing may come between the last look and now.

    async def expire_orders(self) -> None:
        """End unanswered orders for ever; a task of the server's."""
        while True:
            with contextlib.suppress(LedgerUnavailable):  # Said to whoever asks next.
                if orders.any_due(self.reader, self.now()):
                    await self.writer.run(lambda tx: orders.expire(tx, self.now()))
            await asyncio.sleep(EXPIRY_EVERY_S)

    async def _bind(self, merchant: Merchant, device: int) -> Merchant:
        try:
            first = await self.writer.run(lambda tx: merchants.bind(tx, merchant.id, device))
        except ConstraintBroken:
            raise Refused("wrong_device", "the device has a token of its own") from None
        return self._directory.bound(merchant, first)

    def _ring(self) -> None:
        """Wake all who wait for the feed; whoever comes later waits for the next ring."""
        self._bell.set()
        self._bell = asyncio.Event()


def _check_device(merchant: Merchant, payment_id: TransactionId) -> None:
    if payment_id.device != merchant.device:
        raise Refused("wrong_device")
