"""What a sale's receipt is printed from: the sale, and what proves its offline payments. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from pos.domain.benefit import Benefit
from pos.domain.payment_events import OfflineApproved
from pos.domain.sale import SaleRecord


@dataclass(frozen=True, slots=True)
class ReceiptBody:
    """A receipt as it waits in the print spool.

    Attributes:
        advices: the offline approvals among its tenders; the paper carries them, so that they can
            be told to the ledger from the paper alone.
        benefits: coupons and 혜택플러스, where the ledger told of them.
    """

    sale: SaleRecord
    advices: tuple[OfflineApproved, ...] = ()
    benefits: tuple[Benefit, ...] = ()
