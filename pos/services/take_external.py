"""Writes down a card that another terminal took. Never asks anyone: what was typed is all that is known."""

from __future__ import annotations

from pos.domain.events import to_record
from pos.domain.payment_events import ExternalNoted
from pos.domain.sale import SaleRecord
from pos.domain.sale_errors import SlipNotedTwice
from pos.domain.tender import ExternalTender, Tender, note_external
from pos.domain.won import ZERO, Won
from pos.ports import Change, Clock, Store
from pos.services.build_sale import Counter
from pos.services.card_payment import wanted_of
from pos.services.finish_sale import FinishSale


class TakeExternal:
    """The key for another terminal's card."""

    def __init__(self, *, counter: Counter, finish: FinishSale, store: Store, clock: Clock) -> None:
        self._counter = counter
        self._finish = finish
        self._store = store
        self._clock = clock

    async def note(
        self, issuer: str, approval_code: str, amount: Won | None = None
    ) -> SaleRecord | ExternalTender:
        """Let it pay what is due, or a part: the closed sale, or the part where something is still due.

        Raises:
            NotASlip, SlipNotedTwice: what was typed is of no slip, or noted; nothing was written.
            SaleError: nothing is due, the amount is not within it, or a payment is under way.
            StoreUnavailable: nothing was written; the sale is as it was.
        """
        with self._counter.payment() as sale:
            now = self._clock.now()
            tender = note_external(wanted_of(sale, amount), issuer, approval_code, now)
            if any(_is_same(each, tender) for each in sale.tenders):
                raise SlipNotedTwice(code=tender.approval_code)
            noted, paid = ExternalNoted(sale.id, tender, now), sale.with_tender(tender)
            if paid.due == ZERO:
                return await self._finish.finish(paid, because=(noted,))
            await self._store.commit(Change(records=(to_record(noted),), draft=paid))
            self._counter.restore(paid)
            return tender


def _is_same(taken: Tender, tender: ExternalTender) -> bool:
    return isinstance(taken, ExternalTender) and taken.approval_code == tender.approval_code
