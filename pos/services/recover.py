"""Brings a restarted terminal back to where the money stands. Never sells; runs before the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pos.domain.events import Event, SaleDropped, from_record, to_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment import (
    OPEN,
    STANDING,
    Payment,
    PaymentState,
    fold,
    step,
)
from pos.domain.payment_answers import Approval
from pos.domain.payment_events import (
    Abandoned,
    Approved,
    Declined,
    ExternalNoted,
    Intended,
    NoAnswer,
    PaymentEvent,
    ReversalAsked,
)
from pos.domain.sale import Sale, SaleRecord
from pos.domain.tender import ExternalTender, Tender, VoucherTender
from pos.domain.won import ZERO
from pos.ports import Change, Clock, Ledger, Store, SyncEngine
from pos.services.build_sale import Counter
from pos.services.card_payment import ask_outcome
from pos.services.finish_sale import FinishSale

OF_A_COPY = "copy put back"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What the restart found, for the cashier to read.

    Attributes:
        completed: sales that were paid but not closed; closed now, receipts on their way.
        reversing: payments whose outcome nobody could tell; given back.
        restored: the open sale is back on the screen.
        of_a_copy: it was found in a copy of the record, which can't tell what became of it since.
    """

    completed: tuple[SaleRecord, ...] = ()
    reversing: tuple[Payment, ...] = ()
    restored: bool = False
    of_a_copy: bool = False


class Recover:
    """Resolves every payment that a crash left open, asking the ledger first (DESIGN 3.2)."""

    def __init__(
        self,
        *,
        counter: Counter,
        finish: FinishSale,
        ledger: Ledger,
        store: Store,
        sync: SyncEngine,
        clock: Clock,
        outcome_deadline_ms: int = 2_000,
    ) -> None:
        self._counter = counter
        self._finish = finish
        self._ledger = ledger
        self._store = store
        self._sync = sync
        self._clock = clock
        self._deadline_ms = outcome_deadline_ms

    async def run(self) -> Recovered:
        """Resolve, complete and restore; safe to be killed and run again at any point.

        Raises:
            StoreError: the journal can't be read or written; nothing may be sold.
        """
        events = [from_record(record) for record in await self._store.unfinished()]
        payments = fold([event for event in events if isinstance(event, PaymentEvent)])
        if self._store.is_copy:
            return await self._of_a_copy(events, payments)
        resolved = {key: await self._resolve(each) for key, each in payments.items()}
        sales = _latest_sales(events)
        draft = await self._store.draft()
        if draft is not None and await self._has_ended(draft.id):
            draft = None
        if draft is not None:
            # What a card paid is for the payment records alone to say.
            draft = replace(draft, tenders=_standing(draft, resolved))
        completed: list[SaleRecord] = []
        open_sale = draft
        for sale in sales.values():
            tenders: tuple[Tender, ...] = (*_noted(sale.id, events), *_cards(sale, resolved))
            is_drafts = draft is not None and draft.id == sale.id
            # Lines change until the first tender: the draft is newer than what a card was asked for.
            base = draft if draft is not None and is_drafts and not _cards(sale, resolved) else sale
            found = replace(base, tenders=tenders)
            if found.due == ZERO:
                completed.append(await self._finish.finish(found))
                open_sale = None if draft is None or draft.id == sale.id else open_sale
            elif tenders or (draft is not None and draft.id == sale.id):
                open_sale = found
            else:
                await self._drop(sale.id)
        if open_sale is not None and open_sale.lines:
            self._counter.restore(open_sale)
        self._sync.wake()
        reversing = [p for p in resolved.values() if p.state is PaymentState.REVERSING]
        return Recovered(
            tuple(completed),
            tuple(p for p in reversing if payments[p.id].state in OPEN),
            restored=open_sale is not None and bool(open_sale.lines),
        )

    async def _of_a_copy(
        self, events: list[Event], payments: dict[TransactionId, Payment]
    ) -> Recovered:
        """Reopen what a copy of the journal shows as open, as a new sale and with nothing paid.

        What became of it since stands in a journal that is gone. So whatever a card paid of it is
        given back, which the ledger declines where a finished sale rests on it; and the lines come
        back under a new id, for the old one may have been closed.
        """
        resolved = [await self._resolve(each) for each in payments.values()]
        now = self._clock.now()
        asked: list[PaymentEvent] = [
            ReversalAsked(each.id, each.sale_id, each.amount, OF_A_COPY, now)
            for each in resolved
            if each.state in STANDING
        ]
        sales = _latest_sales(events)
        ended: list[Event] = [*asked, *(SaleDropped(sale_id, now) for sale_id in sales)]
        found = await self._store.draft()
        if found is not None and await self._has_ended(found.id):
            found = None
        if found is None and sales:
            found = list(sales.values())[-1]
        fresh = self._counter.sale
        if found is not None:
            fresh = replace(found, id=fresh.id, opened_at=fresh.opened_at, tenders=())
        change = Change(
            records=tuple(to_record(event) for event in ended),
            draft=fresh if fresh.lines else None,
            clear_draft=not fresh.lines,
            copy_resolved=True,
        )
        await self._store.commit(change)  # All of it or none: killed before, it begins anew.
        self._counter.restore(fresh)
        self._sync.wake()
        given_back = {event.payment_id for event in asked}
        reversing = [
            each
            for each in resolved
            if each.id in given_back or each.state is PaymentState.REVERSING
        ]
        return Recovered((), tuple(reversing), restored=bool(fresh.lines), of_a_copy=True)

    async def _resolve(self, payment: Payment) -> Payment:
        now = self._clock.now()
        if payment.state is PaymentState.INTENT and not self._store.is_copy:
            # Durable, but nothing had been asked; a copy can't know what was asked after it.
            return await self._add(payment, Abandoned(payment.id, payment.sale_id, "restart", now))
        if payment.state in (PaymentState.INTENT, PaymentState.SENT):
            payment = await self._add(payment, NoAnswer(payment.id, payment.sale_id, now))
        if payment.state is not PaymentState.UNKNOWN:
            return payment
        answer = await ask_outcome(self._ledger, payment, self._deadline_ms)
        if answer is None:
            asked = ReversalAsked(payment.id, payment.sale_id, payment.amount, "restart", now)
            return await self._add(payment, asked)
        if isinstance(answer, Approval):
            kept = replace(answer, for_card="")  # The card is long gone.
            return await self._add(payment, Approved(payment.id, payment.sale_id, kept, now))
        return await self._add(payment, Declined(payment.id, payment.sale_id, answer, now))

    async def _add(self, payment: Payment, event: PaymentEvent) -> Payment:
        await self._store.commit(Change(records=(to_record(event),)))
        return step(payment, event)

    async def _drop(self, sale_id: TransactionId) -> None:
        dropped = SaleDropped(sale_id, self._clock.now())
        await self._store.commit(Change(records=(to_record(dropped),)))

    async def _has_ended(self, sale_id: TransactionId) -> bool:
        completed = await self._store.last_record("sale.completed")
        body = completed.body.get("sale") if completed is not None else None
        dropped = await self._store.last_record("sale.dropped")
        return (isinstance(body, dict) and body.get("id") == sale_id.hex) or (
            dropped is not None and dropped.body.get("sale_id") == sale_id.hex
        )


def _latest_sales(events: list[Event]) -> dict[TransactionId, Sale]:
    """Return each open sale as its last intent saw it."""
    return {event.sale.id: event.sale for event in events if isinstance(event, Intended)}


def _standing(sale: Sale, payments: dict[TransactionId, Payment]) -> tuple[Tender, ...]:
    """Return what has been taken for a sale: others as noted, cards by what the payments say."""
    others = [tender for tender in sale.tenders if not isinstance(tender, VoucherTender)]
    return (*others, *_cards(sale, payments))


def _cards(sale: Sale, payments: dict[TransactionId, Payment]) -> tuple[VoucherTender, ...]:
    cards = [each.tender for each in payments.values() if each.sale_id == sale.id]
    return tuple(tender for tender in cards if tender is not None)


def _noted(sale_id: TransactionId, events: list[Event]) -> tuple[ExternalTender, ...]:
    """Return what another terminal took for a sale that a card was asked to pay of, too."""
    noted = (event for event in events if isinstance(event, ExternalNoted))
    return tuple(event.tender for event in noted if event.sale_id == sale_id)
