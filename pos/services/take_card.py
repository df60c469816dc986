"""Takes a voucher card payment, online or offline. Never calls an unanswered request declined.

Order of things, each durable before the next (DESIGN 3): intent; card; sent; answer; shown.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from pos.domain.card import CardRead, Cryptogram
from pos.domain.errors import (
    AmountOutOfRange,
    CardCancelled,
    CardError,
    LedgerError,
    LedgerRefused,
    LedgerSilent,
    LedgerUnreachable,
    StoreError,
)
from pos.domain.events import CardNotTold, Event, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.offline import OfflineAsk, OfflineLimits, OfflineNo, OfflineYes, decide_offline
from pos.domain.payment import Payment, begin, step
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.payment_events import (
    Abandoned,
    Approved,
    Declined,
    Intended,
    NoAnswer,
    OfflineApproved,
    ReversalAsked,
    Sent,
)
from pos.domain.rates import Rates, estimate_cashback
from pos.domain.sale import Sale
from pos.domain.won import ZERO, Won
from pos.ports import (
    AuthorizationRequest,
    CardReader,
    CardRequest,
    Change,
    Clock,
    Ledger,
    PaymentFate,
    Store,
    SyncEngine,
)
from pos.services.build_sale import Counter
from pos.services.card_outcome import (
    CardOutcome,
    Deadlines,
    NotApproved,
    NotTaken,
    PaidInFull,
    PaidInPart,
    Permit,
    Stage,
    Unanswered,
    nobody,
)
from pos.services.finish_sale import FinishSale
from pos.services.line import Line


class TakeCard:
    """The voucher card key."""

    def __init__(
        self,
        *,
        counter: Counter,
        finish: FinishSale,
        reader: CardReader,
        ledger: Ledger,
        store: Store,
        sync: SyncEngine,
        line: Line,
        limits: OfflineLimits,
        rates: Callable[[], Rates],
        deadlines: Deadlines,
        clock: Clock,
    ) -> None:
        self._counter = counter
        self._finish = finish
        self._reader = reader
        self._ledger = ledger
        self._store = store
        self._sync = sync
        self._line = line
        self._limits = limits
        self._rates = rates
        self._deadlines = deadlines
        self._clock = clock
        self._cancelled = False

    async def pay(
        self,
        amount: Won | None = None,
        *,
        on_stage: Callable[[Stage], None] = lambda _: None,
        permit: Permit = nobody,
    ) -> CardOutcome:
        """Take a card for what is due, or for a part of it.

        Args:
            amount: None is all that is due.
            on_stage: hears what is being waited for.
            permit: asked who answers for a payment at risk above the shop's limit; nobody: refused.

        Raises:
            SaleError: nothing is due, the amount is not within it, or a payment is under way.
            StoreUnavailable: what could not be written did not happen; a restart resolves the rest.
        """
        with self._counter.payment() as sale:
            wanted = sale.due if amount is None else amount
            if not ZERO < wanted <= sale.due:
                raise AmountOutOfRange(amount=wanted, due=sale.due)
            self._cancelled = False
            self._rates()  # Missing ones must show before a card has counted anything down.
            on_stage(Stage.TAP)
            outcome = await self._attempt(sale, wanted, self._line.up, on_stage, permit)
            if outcome is None:  # Nothing left the terminal, so the same sale may go offline.
                on_stage(Stage.TAP_AGAIN)
                outcome = await self._attempt(sale, wanted, False, on_stage, permit)
            assert outcome is not None
            return outcome

    async def cancel(self) -> None:
        """Stop waiting for a card. Once the ledger has been asked, the answer is awaited."""
        self._cancelled = True  # The reader may not have been asked yet.
        await self._reader.cancel()

    async def _attempt(
        self,
        sale: Sale,
        amount: Won,
        online: bool,
        on_stage: Callable[[Stage], None],
        permit: Permit,
    ) -> CardOutcome | None:
        payment_id = self._counter.next_id()
        try:
            return await self._pay_by(payment_id, sale, amount, online, on_stage, permit)
        finally:
            if online:  # A card that got no answer is told no; one that got its own is gone by now.
                await self._reader.complete(payment_id, None)

    async def _pay_by(
        self,
        payment_id: TransactionId,
        sale: Sale,
        amount: Won,
        online: bool,
        on_stage: Callable[[Stage], None],
        permit: Permit,
    ) -> CardOutcome | None:
        now = self._clock.now()
        intent = Intended(payment_id, sale, amount, now)
        await self._write(intent, draft=sale)
        payment = begin(intent)
        request = CardRequest(payment_id, amount, online, now, self._deadlines.card_ms)
        try:
            if self._cancelled:
                raise CardCancelled()
            card = await self._reader.present(request)
        except CardError as error:
            await self._write(Abandoned(payment_id, sale.id, error.code, self._clock.now()))
            return NotTaken(error)
        refusal = _refused_at_once(card)
        if refusal is not None:
            return await self._decline(payment, Decline(refusal), card)
        if online:
            on_stage(Stage.ASKING)
            return await self._ask(sale, payment, card, on_stage)
        return await self._approve_offline(sale, payment, card, permit)

    async def _ask(
        self, sale: Sale, payment: Payment, card: CardRead, on_stage: Callable[[Stage], None]
    ) -> CardOutcome | None:
        sent = Sent(payment.id, sale.id, card, self._clock.now())
        await self._write(sent)
        payment = step(payment, sent)
        request = AuthorizationRequest(payment.id, payment.amount, card.sealed, sent.at)
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
        kept = replace(answer, for_card="")
        approved = Approved(payment.id, sale.id, kept, self._clock.now())
        outcome = await self._stand(sale, step(payment, approved), approved)
        await self._tell_card(payment, answer.for_card)
        return outcome

    async def _tell_card(self, payment: Payment, for_card: str) -> None:
        """Hand the card its answer; the payment stands by now, whatever the card makes of it."""
        update = await self._reader.complete(payment.id, bytes.fromhex(for_card))
        if not for_card or update.is_whole:
            return
        with suppress(StoreError):  # A store that fails says so at the next sale, not at this one.
            now = self._clock.now()
            await self._write(CardNotTold(payment.id, payment.sale_id, update, now))

    async def _approve_offline(
        self, sale: Sale, payment: Payment, card: CardRead, permit: Permit
    ) -> CardOutcome:
        since = self._clock.now() - self._limits.velocity_window
        exposure = await self._store.unsent_offline(card.card_ref, since)
        now, permitted_by = self._clock.now(), ""
        decision = decide_offline(card, payment.amount, self._limits, exposure, now)
        if isinstance(decision, OfflineAsk):
            permitted_by = await permit(decision.amount)
            if not permitted_by:
                decline = Decline(DeclineReason.OFFLINE_NOT_PERMITTED)
                return await self._decline(payment, decline, card)
            decision = decide_offline(
                card, payment.amount, self._limits, exposure, now, permitted=True
            )
        if not isinstance(decision, OfflineYes):
            assert isinstance(decision, OfflineNo)
            return await self._decline(payment, Decline(decision.reason), card)
        approved = OfflineApproved(
            payment_id=payment.id,
            sale_id=sale.id,
            amount=payment.amount,
            card=card,
            mode=decision.mode,
            approval_code=f"F{payment.id.sequence % 10_000_000:07d}",
            cashback_estimate=estimate_cashback(payment.amount, self._rates()),
            at=self._clock.now(),
            permitted_by=permitted_by,
        )
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


def _refused_at_once(card: CardRead) -> DeclineReason | None:
    """Return why a card needs no asking, or None."""
    if card.entry.has_chip and not card.genuine:
        return DeclineReason.CARD_NOT_GENUINE
    if card.expired:
        return DeclineReason.CARD_EXPIRED
    if card.cryptogram is Cryptogram.AAC:
        return DeclineReason.CARD_DECLINED
    return None
