"""Takes a voucher card payment, online or offline. Never calls an unanswered request declined.

Order of things, each durable before the next (DESIGN 3): intent; card; sent; answer; shown.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from pos.domain.card import CardRead, Cryptogram
from pos.domain.errors import (
    CardCancelled,
    CardError,
    StoreError,
)
from pos.domain.events import CardNotTold
from pos.domain.identifiers import TransactionId
from pos.domain.offline import OfflineAsk, OfflineLimits, OfflineNo, OfflineYes, decide_offline
from pos.domain.payment import Payment, begin, step
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.payment_events import (
    Abandoned,
    Intended,
    OfflineApproved,
)
from pos.domain.rates import Rates, estimate_cashback
from pos.domain.sale import Sale
from pos.domain.won import Won
from pos.ports import (
    CardReader,
    CardRequest,
    Clock,
    Ledger,
    Store,
    SyncEngine,
)
from pos.services.build_sale import Counter
from pos.services.card_outcome import (
    CardOutcome,
    Deadlines,
    NotTaken,
    Permit,
    Stage,
    nobody,
)
from pos.services.card_payment import CardPayment, wanted_of
from pos.services.finish_sale import FinishSale
from pos.services.line import Line


class TakeCard(CardPayment):
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
        super().__init__(
            counter=counter,
            finish=finish,
            ledger=ledger,
            store=store,
            sync=sync,
            line=line,
            deadlines=deadlines,
            clock=clock,
        )
        self._reader = reader
        self._limits = limits
        self._rates = rates
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
            wanted = wanted_of(sale, amount)
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

    async def _answered(
        self, sale: Sale, payment: Payment, card: CardRead, answer: Approval | Decline
    ) -> CardOutcome:
        outcome = await super()._answered(sale, payment, card, answer)
        if isinstance(answer, Approval):
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


def _refused_at_once(card: CardRead) -> DeclineReason | None:
    """Return why a card needs no asking, or None."""
    if card.entry.has_chip and not card.genuine:
        return DeclineReason.CARD_NOT_GENUINE
    if card.expired:
        return DeclineReason.CARD_EXPIRED
    if card.cryptogram is Cryptogram.AAC:
        return DeclineReason.CARD_DECLINED
    return None
