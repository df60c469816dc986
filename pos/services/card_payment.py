"""The steps that every voucher payment shares: ask, resolve, stand. Never calls silence a decline.

Order of things, each durable before the next (DESIGN 3): intent; card or code; sent; answer; shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pos.domain.card import CardRead
from pos.domain.errors import (
    AmountOutOfRange,
    LedgerError,
    LedgerRefused,
    LedgerSilent,
    LedgerUnreachable,
)
from pos.domain.events import Event, to_record
from pos.domain.payment import Payment, step
from pos.domain.payment_answers import Approval, Decline
from pos.domain.payment_events import Abandoned, Approved, Declined, NoAnswer, ReversalAsked, Sent
from pos.domain.sale import Sale
from pos.domain.won import ZERO, Won
from pos.ports import AuthorizationRequest, Change, Clock, Ledger, PaymentFate, Store, SyncEngine
from pos.services.build_sale import Counter
from pos.services.card_outcome import (
    CardOutcome,
    Deadlines,
    NotApproved,
    NotTaken,
    PaidInFull,
    PaidInPart,
    Stage,
    Unanswered,
)
from pos.services.finish_sale import FinishSale
from pos.services.line import Line


class CardPayment:
    """What comes after the card was read, or its code: the same for both."""

    def __init__(
        self,
        *,
        counter: Counter,
        finish: FinishSale,
        ledger: Ledger,
        store: Store,
        sync: SyncEngine,
        line: Line,
        deadlines: Deadlines,
        clock: Clock,
    ) -> None:
        self._counter = counter
        self._finish = finish
        self._ledger = ledger
        self._store = store
        self._sync = sync
        self._line = line
        self._deadlines = deadlines
        self._clock = clock

    async def _ask(
        self,
        sale: Sale,
        payment: Payment,
        card: CardRead,
        on_stage: Callable[[Stage], None],
        *,
        coupon: str = "",
    ) -> CardOutcome | None:
        sent = Sent(payment.id, sale.id, card, self._clock.now())
        await self._write(sent)
        payment = step(payment, sent)
        request = AuthorizationRequest(
            payment.id,
            payment.amount,
            coupon or card.sealed,
            sent.at,
            by_code=card.entry.is_qr,
            coupon_of=sale.total if coupon else None,
        )
        try:
            answer = await self._ledger.authorize(request, deadline_ms=self._deadlines.authorize_ms)
        except LedgerUnreachable:
            self._line.failed(self._clock.now())
            await self._write(Abandoned(payment.id, sale.id, "L01", self._clock.now()))
            return None
        except LedgerRefused as error:
            self._line.answered(self._clock.now())
            await self._write(Abandoned(payment.id, sale.id, error.code, self._clock.now()))
            return NotTaken(error)
        except LedgerSilent as error:
            on_stage(Stage.CHECKING)
            return await self._resolve(sale, payment, card, error)
        self._line.answered(self._clock.now())
        if isinstance(answer, Approval) and answer.amount != payment.amount:
            return await self._resolve(sale, payment, card, LedgerSilent())
        return await self._answered(sale, payment, card, answer)

    async def _resolve(
        self, sale: Sale, payment: Payment, card: CardRead, error: LedgerSilent
    ) -> CardOutcome:
        self._line.failed(self._clock.now())
        silent = NoAnswer(payment.id, sale.id, self._clock.now())
        await self._write(silent)
        payment = step(payment, silent)
        answer = await ask_outcome(self._ledger, payment, self._deadlines.outcome_ms)
        if answer is not None:
            self._line.answered(self._clock.now())
            return await self._answered(sale, payment, card, answer)
        await self._write(
            ReversalAsked(payment.id, sale.id, payment.amount, "no answer", self._clock.now())
        )
        self._sync.wake()
        return Unanswered(error)

    async def _answered(
        self, sale: Sale, payment: Payment, card: CardRead, answer: Approval | Decline
    ) -> CardOutcome:
        if isinstance(answer, Decline):
            return await self._decline(payment, answer, card)
        kept = replace(answer, for_card="")  # The card's own affair; no journal keeps it.
        approved = Approved(payment.id, sale.id, kept, self._clock.now())
        return await self._stand(sale, step(payment, approved), approved)

    async def _stand(self, sale: Sale, payment: Payment, approved: Event) -> CardOutcome:
        tender = payment.tender
        assert tender is not None
        paid = sale.with_tender(tender)
        if paid.due == ZERO:
            return PaidInFull(await self._finish.finish(paid, because=(approved,)), tender)
        await self._write(approved, draft=paid)
        self._counter.restore(paid)
        self._sync.wake()
        return PaidInPart(tender, paid.due)

    async def _decline(self, payment: Payment, decline: Decline, card: CardRead) -> NotApproved:
        await self._write(Declined(payment.id, payment.sale_id, decline, self._clock.now()))
        return NotApproved(decline, card.masked_pan)

    async def _write(self, *events: Event, draft: Sale | None = None) -> None:
        records = tuple(to_record(event) for event in events)
        await self._store.commit(Change(records=records, draft=draft))


def wanted_of(sale: Sale, amount: Won | None) -> Won:
    """Return what is to be paid: the amount, or all that is due.

    Raises:
        AmountOutOfRange: it is not between 1 won and what is due.
    """
    wanted = sale.due if amount is None else amount
    if not ZERO < wanted <= sale.due:
        raise AmountOutOfRange(amount=wanted, due=sale.due)
    return wanted


async def ask_outcome(
    ledger: Ledger, payment: Payment, deadline_ms: int
) -> Approval | Decline | None:
    """Ask once what became of a payment; None where it has to be reversed.

    A payment the ledger has not seen may still be under way, so it is reversed as well: the
    reversal leaves a tombstone there. An approval of another amount answers nothing that was asked.
    """
    try:
        answer = await ledger.outcome(payment.id, deadline_ms=deadline_ms)
    except LedgerError:
        return None
    if isinstance(answer, PaymentFate):
        return None
    return None if isinstance(answer, Approval) and answer.amount != payment.amount else answer
