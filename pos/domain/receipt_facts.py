"""What a receipt's code says of its sale: its money and its proofs. Never a product, never a purse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pos.domain.identifiers import TransactionId
from pos.domain.payment_events import OfflineApproved
from pos.domain.receipt_body import ReceiptBody
from pos.domain.tax import TaxSplit
from pos.domain.tender import ApprovalMode, CashTender, ExternalTender, VoucherTender
from pos.domain.won import Won


class AdviceWithoutTender(ValueError):
    """An offline approval that is not, word for word, one of the sale's card tenders."""


@dataclass(frozen=True, slots=True)
class CardFact:
    """One card payment that the sale rests on."""

    payment_id: TransactionId
    amount: Won
    mode: ApprovalMode
    masked_pan: str
    approval_code: str


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """A sale without its lines, as its paper carries it.

    Attributes:
        cash: what each cash tender paid, without the change.
        external: what each card that another terminal took paid.
        advices: the offline approvals among the cards, in their order, exactly as the journal had
            them: written again, each gives the same bytes.
        training: nothing of it was real.
    """

    sale_id: TransactionId
    receipt_number: str
    completed_at: datetime
    tax: TaxSplit
    cash: tuple[Won, ...]
    cards: tuple[CardFact, ...]
    advices: tuple[OfflineApproved, ...] = ()
    training: bool = False
    external: tuple[Won, ...] = ()

    @property
    def total(self) -> Won:
        """What the customer was charged, by the tax split."""
        return self.tax.total

    @property
    def paid(self) -> Won:
        """What the tenders cover; a real sale's equals its total."""
        return Won.total((*self.cash, *self.external, *(card.amount for card in self.cards)))


def facts_of(body: ReceiptBody) -> ReceiptFacts:
    """Return what a receipt's code says.

    Raises:
        AdviceWithoutTender: an advice belongs to no card tender of this sale, or comes twice.
    """
    sale = body.sale
    cards = tuple(
        CardFact(each.payment_id, each.amount, each.mode, each.masked_pan, each.approval_code)
        for each in sale.tenders
        if isinstance(each, VoucherTender)
    )
    known = {advice.payment_id: advice for advice in body.advices}
    pairs = [(card, known[card.payment_id]) for card in cards if card.payment_id in known]
    if len(pairs) != len(body.advices) or not all(_same(*pair, sale.id) for pair in pairs):
        raise AdviceWithoutTender(f"sale {sale.id} has other tenders than its advices")
    return ReceiptFacts(
        sale_id=sale.id,
        receipt_number=sale.receipt_number,
        completed_at=sale.completed_at,
        tax=sale.tax,
        cash=tuple(each.amount for each in sale.tenders if isinstance(each, CashTender)),
        cards=cards,
        advices=tuple(advice for _, advice in pairs),
        training=sale.training,
        external=tuple(e.amount for e in sale.tenders if isinstance(e, ExternalTender)),
    )


def advice_of(facts: ReceiptFacts, card: CardFact) -> OfflineApproved | None:
    """Return the offline approval that a card tender rests on, if the paper carries it."""
    return next((each for each in facts.advices if each.payment_id == card.payment_id), None)


def _same(card: CardFact, advice: OfflineApproved, sale_id: TransactionId) -> bool:
    said = (advice.payment_id, advice.amount, advice.mode, advice.card.masked_pan)
    meant = (card.payment_id, card.amount, card.mode, card.masked_pan)
    return said == meant and (advice.approval_code, advice.sale_id) == (card.approval_code, sale_id)
