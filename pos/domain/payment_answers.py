"""What the ledger, the card or the rules answer to a payment. Values only: nothing here decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pos.domain.benefit import Benefit
from pos.domain.card_slip import FeeNote
from pos.domain.codec import WHEN_SET
from pos.domain.tender import PurseDraw
from pos.domain.won import ZERO, Won


class DeclineReason(StrEnum):
    """Why a payment did not stand. The words for people are in the catalogues."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    CARD_BLOCKED = "card_blocked"
    CARD_EXPIRED = "card_expired"
    CARD_UNKNOWN = "card_unknown"
    CARD_NOT_GENUINE = "card_not_genuine"
    CARD_DECLINED = "card_declined"  # The card's own risk rules (AAC).
    MERCHANT_NOT_ELIGIBLE = "merchant_not_eligible"
    REVERSED_BEFORE = "reversed_before"  # A tombstone: the reversal came first.
    OFFLINE_AMOUNT_EXCEEDED = "offline_amount_exceeded"
    OFFLINE_NOT_ALLOWED = "offline_not_allowed"
    OFFLINE_CAP_REACHED = "offline_cap_reached"
    OFFLINE_TOO_OFTEN = "offline_too_often"  # The same card again and again within the hour.
    OFFLINE_NOT_PERMITTED = "offline_not_permitted"  # The cashier would not bear the risk.
    CARD_HOTLISTED = "card_hotlisted"  # The ledger named it as stopped, before the line went.
    PAYMENT_UNKNOWN = "payment_unknown"  # A refund of what the ledger never posted.
    CODE_UNKNOWN = "code_unknown"  # A payment code that is not the ledger's.
    CODE_USED = "code_used"  # One code, one payment.
    CODE_EXPIRED = "code_expired"
    COUPON_UNKNOWN = "coupon_unknown"
    COUPON_USED = "coupon_used"
    COUPON_ENDED = "coupon_ended"  # Or not begun.
    COUPON_MINIMUM = "coupon_minimum"  # The sale is too small for it.
    COUPON_NOT_HERE = "coupon_not_here"  # For other shops.
    COUPON_CHANGED = "coupon_changed"  # It pays less than was said a moment ago.
    REFUND_EXCEEDS = "refund_exceeds"  # More than is left of the payment.


@dataclass(frozen=True, slots=True)
class Approval:
    """The ledger's yes.

    Attributes:
        rrn: the ledger's reference, 12 characters.
        purses: what each purse paid, in the order drawn; sums to `amount`.
        cashback: credited to the card.
        balance: left on the card over all purses, afterwards.
        for_card: what the ledger says to the card itself, hex, opaque here: for the reader to hand on.
        masked_pan: the card's, where a code stood for it; empty where the terminal has read it itself.
        benefits: coupons and 혜택플러스 in it; a coupon's part is among `purses`, 혜택플러스 in `cashback`.
        fee: what the payment costs the shop, where the ledger told it.
    """

    amount: Won
    approval_code: str
    rrn: str
    approved_at: datetime
    purses: tuple[PurseDraw, ...]
    cashback: Won
    balance: Won
    for_card: str = ""
    masked_pan: str = ""
    benefits: tuple[Benefit, ...] = field(default=(), metadata=WHEN_SET)
    fee: FeeNote | None = field(default=None, metadata=WHEN_SET)


@dataclass(frozen=True, slots=True)
class Decline:
    """The ledger's no. Nothing was drawn.

    Attributes:
        balance: what the card could pay, where the ledger says it: the offered split.
    """

    reason: DeclineReason
    balance: Won | None = None


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a void or refund did at the ledger.

    Attributes:
        purses: what went back into each purse; nothing where the payment had never been posted.
        cashback_taken: cashback that the payment had earned and that was taken back.
        balance: on the card afterwards, over all purses.
    """

    purses: tuple[PurseDraw, ...] = ()
    cashback_taken: Won = ZERO
    balance: Won | None = None


class ReceivableEnd(StrEnum):
    """How a person closed what the ledger had left open."""

    PAID = "paid"  # The customer came back and paid another way, or was paid.
    WRITTEN_OFF = "written_off"  # The shop bears it.
    MISTAKE = "mistake"  # There was nothing to close; the note says why.
