"""A card payment's own slip (매출전표). Data only: nothing decides here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pos.domain.identifiers import TransactionId
from pos.domain.sale import SaleRecord
from pos.domain.tender import VoucherTender
from pos.domain.won import Won


class SlipFor(StrEnum):
    """Whose copy it is."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"


@dataclass(frozen=True, slots=True)
class FeeNote:
    """What the payment costs the shop and what of that the city gives back, as the ledger posted it.

    Attributes:
        support: paid with the half-year, never with the day.
    """

    fee: Won
    support: Won


@dataclass(frozen=True, slots=True)
class CardSlip:
    """One card payment of a sale, on a paper of its own.

    Attributes:
        fee: for the shop's copy alone.

    Raises:
        ValueError: the sale has no such payment.
    """

    sale: SaleRecord
    payment_id: TransactionId
    audience: SlipFor
    fee: FeeNote | None = None

    def __post_init__(self) -> None:
        if self.payment_id not in {each.payment_id for each in cards_of(self.sale)}:
            raise ValueError("a slip is of one of its sale's card payments")

    @property
    def tender(self) -> VoucherTender:
        """The payment."""
        return next(each for each in cards_of(self.sale) if each.payment_id == self.payment_id)


def cards_of(sale: SaleRecord) -> tuple[VoucherTender, ...]:
    """Return a sale's card payments; a coupon has no slip."""
    cards = (each for each in sale.tenders if isinstance(each, VoucherTender))
    return tuple(each for each in cards if not each.by_coupon)


def installments_allowed(amount: Won, months: int, *, voucher: bool, least: Won) -> bool:
    """Tell whether an amount may be paid in months; 0 is at once. A voucher card only pays at once.

    Args:
        amount: charged to this card, not the sale's.
        months: 0, or 2 and more.
        voucher: it is a prepaid voucher card.
        least: from this amount on, itself included.
    """
    if months == 0:
        return True
    return months >= 2 and not voucher and amount >= least
