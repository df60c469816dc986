"""What the journal knows of a sale's card payments that its papers say. Never estimates what it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pos.domain.card_slip import Benefit, FeeNote, PaymentNotes, cards_of
from pos.domain.events import Event, from_record
from pos.domain.identifiers import TransactionId
from pos.domain.payment_events import AdviceAccepted, Approved, OfflineApproved
from pos.domain.sale import SaleRecord
from pos.ports import Store


async def told_of(
    store: Store, record: SaleRecord, because: Sequence[Event] = ()
) -> tuple[Event, ...]:
    """Return the approvals of a sale's card payments, from the journal where they are not at hand.

    Args:
        store: the journal.
        record: the finished sale.
        because: events of the same moment, not written yet; mostly the only card's approval.
    """
    wanted = {card.payment_id for card in cards_of(record)}
    told = tuple(each for each in because if isinstance(each, Approved | OfflineApproved))
    if wanted <= {each.payment_id for each in told}:
        return told
    written = [from_record(each) for each in await store.sale_records(record.id)]
    return (*written, *told)


def advices_in(told: Iterable[Event], record: SaleRecord) -> tuple[OfflineApproved, ...]:
    """Return the offline approvals that the sale rests on."""
    wanted = {card.payment_id for card in cards_of(record)}
    return tuple(
        each for each in told if isinstance(each, OfflineApproved) and each.payment_id in wanted
    )


def benefits_in(told: Iterable[Event], record: SaleRecord) -> tuple[Benefit, ...]:
    """Return what the ledger told of coupons and 혜택플러스, in the order of the tenders."""
    notes = _notes(told)
    return tuple(
        benefit
        for card in cards_of(record)
        if card.payment_id in notes
        for benefit in notes[card.payment_id].benefits
    )


def fee_in(told: Iterable[Event], payment_id: TransactionId) -> FeeNote | None:
    """Return what a payment costs the shop; None where the ledger has not told it."""
    notes = _notes(told).get(payment_id)
    return None if notes is None else notes.fee


def _notes(told: Iterable[Event]) -> dict[TransactionId, PaymentNotes]:
    return {
        each.payment_id: each.approval.notes
        for each in told
        if isinstance(each, Approved | AdviceAccepted) and each.approval.notes is not None
    }
