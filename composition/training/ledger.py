"""Stands in for the ledger in training, inside the process. Never opens a line; forgets all when training ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from composition.training.cards import BALANCES, SEALED
from pos.domain.benefit import Benefit, BenefitKind
from pos.domain.card_balance import CardBalance
from pos.domain.coupon import TRAINING_COUPON, CouponOffer, CouponRefusal
from pos.domain.errors import LedgerUnreachable
from pos.domain.events import from_record
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.news import NextKey
from pos.domain.payment_answers import Approval, Decline, DeclineReason, GivenBack
from pos.domain.payment_events import OfflineApproved, RefundAsked, ReversalAsked
from pos.domain.reconciliation import Comparison, PrintedDay, TerminalDay
from pos.domain.record import LedgerHead, Record
from pos.domain.statement import Statement
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import ZERO, Won
from pos.ports import AuthorizationRequest, Clock, FeedPage, PaymentFate

ASKING_MS = 400  # Long enough to see that something is asked.
FEED_MS = 60_000
COUPON, COUPON_NAME, COUPON_WORTH = TRAINING_COUPON, "연습 쿠폰", Won(1_000)


class TrainingLedger:
    """Says yes while a training card has money, and takes whatever it is told."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._balances = dict(BALANCES) | {COUPON: ZERO}
        self._posted: dict[TransactionId, tuple[str, Approval]] = {}

    async def authorize(
        self, request: AuthorizationRequest, *, deadline_ms: int
    ) -> Approval | Decline:
        """Draw on a training card."""
        await self._clock.sleep_ms(ASKING_MS)
        if request.coupon_of is not None:
            return self._pay_by_coupon(request)
        card = request.sealed.removeprefix(SEALED)
        return self._post(request.payment_id, card, request.amount)

    async def coupon(
        self, code: str, total: Won, *, deadline_ms: int
    ) -> CouponOffer | CouponRefusal:
        """Know one coupon, good for any sale, again and again."""
        await self._clock.sleep_ms(ASKING_MS)
        if code != COUPON:
            return CouponRefusal(DeclineReason.COUPON_UNKNOWN)
        return CouponOffer(COUPON_NAME, min(total, COUPON_WORTH))

    async def card_balance(
        self, inquiry_id: TransactionId, sealed: str, *, deadline_ms: int
    ) -> CardBalance | Decline:
        """Say what is left on a training card."""
        await self._clock.sleep_ms(ASKING_MS)
        left = self._balances[sealed.removeprefix(SEALED)]
        return CardBalance((PurseDraw(Purse.CHARGED, left),))

    async def outcome(
        self, payment_id: TransactionId, *, deadline_ms: int
    ) -> Approval | Decline | PaymentFate:
        """Say what became of a payment."""
        found = self._posted.get(payment_id)
        return PaymentFate.NOT_SEEN if found is None else found[1]

    async def forward(
        self, records: Sequence[Record], *, deadline_ms: int
    ) -> tuple[ForwardOutcome, ...]:
        """Take records in."""
        return tuple(self._take(record) for record in records)

    async def head(self, *, deadline_ms: int) -> LedgerHead | None:
        """Vouch for nothing: nobody's key is behind it."""
        return None

    def trust(self, keys: Sequence[NextKey]) -> None:
        """There is nothing to trust."""

    async def statement(self, day: date, *, deadline_ms: int) -> Statement:
        """Pay nothing out: there is no statement.

        Raises:
            LedgerUnreachable: always.
        """
        raise LedgerUnreachable()

    async def compare(
        self, day: date, mine: TerminalDay, printed: PrintedDay | None, *, deadline_ms: int
    ) -> Comparison:
        """Compare nothing: no ledger holds a training day.

        Raises:
            LedgerUnreachable: always.
        """
        raise LedgerUnreachable()

    async def feed(self, cursor: str, *, wait_ms: int) -> FeedPage:
        """Send nothing down."""
        await asyncio.sleep(min(wait_ms, FEED_MS) / 1_000)
        return FeedPage(cursor, (), self._clock.now())

    def _post(self, payment_id: TransactionId, card: str, amount: Won) -> Approval | Decline:
        if payment_id in self._posted:
            return self._posted[payment_id][1]
        balance = self._balances[card]
        if amount > balance:
            return Decline(DeclineReason.INSUFFICIENT_FUNDS, balance)
        self._balances[card] = balance - amount
        approval = self._approval(payment_id, card, amount, self._clock.now())
        self._posted[payment_id] = (card, approval)
        return approval

    def _pay_by_coupon(self, request: AuthorizationRequest) -> Approval:
        approval = self._approval(request.payment_id, COUPON, request.amount, self._clock.now())
        told = (Benefit(BenefitKind.COUPON, COUPON_NAME, request.amount),)
        self._posted[request.payment_id] = (COUPON, replace(approval, benefits=told))
        return self._posted[request.payment_id][1]

    def _approval(
        self, payment_id: TransactionId, card: str, amount: Won, at: datetime
    ) -> Approval:
        code = f"T{payment_id.sequence % 10_000_000:07d}"
        draws = (PurseDraw(Purse.CHARGED, amount),)
        return Approval(amount, code, f"T{code:0>11}", at, draws, ZERO, self._balances[card])

    def _take(self, record: Record) -> ForwardOutcome:
        event, yes = from_record(record), ForwardStatus.ACCEPTED
        match event:
            case OfflineApproved(payment_id=payment, card=card, amount=amount):
                answer = self._post(payment, card.sealed.removeprefix(SEALED), amount)
                if isinstance(answer, Decline):
                    return ForwardOutcome(record.sequence, ForwardStatus.DECLINED, decline=answer)
                return ForwardOutcome(record.sequence, yes, approval=answer)
            case RefundAsked(payment_id=payment, amount=amount) if payment in self._posted:
                card_name = self._posted[payment][0]
                self._balances[card_name] += amount
                purses = (PurseDraw(Purse.CHARGED, amount),)
                back = GivenBack(purses, ZERO, self._balances[card_name])
                return ForwardOutcome(record.sequence, yes, given_back=back)
            case RefundAsked():
                return ForwardOutcome(record.sequence, yes, given_back=GivenBack())
            case ReversalAsked(payment_id=payment, amount=amount) if payment in self._posted:
                self._balances[self._posted.pop(payment)[0]] += amount
                return ForwardOutcome(record.sequence, yes)
            case _:
                return ForwardOutcome(record.sequence, yes)
