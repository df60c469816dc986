"""What the journal knows of a sale's card payments that its papers say. Never estimates what it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pos.domain.benefit import Benefit
from pos.domain.card_slip import FeeNote, cards_of
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


def benefits_in(record: SaleRecord) -> tuple[Benefit, ...]:
    """Return what the ledger told of coupons on cards and of 혜택플러스, in the order of the tenders.

    A coupon that was shown stands among what was paid; it is none of these.
    """
    return tuple(benefit for card in cards_of(record) for benefit in card.benefits)


def fee_in(told: Iterable[Event], payment_id: TransactionId) -> FeeNote | None:
    """Return what a payment costs the shop; None where the ledger has not told it."""
    approvals = (each for each in told if isinstance(each, Approved | AdviceAccepted))
    return next((each.approval.fee for each in approvals if each.payment_id == payment_id), None)
