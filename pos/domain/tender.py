"""What a sale was paid with. Never decides a payment; only says what was taken."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pos.domain.benefit import Benefit
from pos.domain.card import CardEntry, Wallet
from pos.domain.codec import WHEN_SET
from pos.domain.errors import CashTooLittle
from pos.domain.identifiers import TransactionId
from pos.domain.sale_errors import NotASlip
from pos.domain.won import ZERO, Won

ISSUER_MAX = 20
_APPROVAL = re.compile(r"[0-9A-Z]{4,12}")  # Twelve wide in every VAN's message; eight usual.
_LONG_NUMBER = re.compile(r"[0-9]{6}")  # No issuer's name: it may be a card's number.


class ApprovalMode(StrEnum):
    """Who said yes, and what that means for the shop's money."""

    ONLINE = "online"
    OFFLINE_GUARANTEED = "offline_guaranteed"
    OFFLINE_AT_RISK = "offline_at_risk"


class Purse(StrEnum):
    """One balance on a voucher card, in the order they are drawn."""

    POLICY = "policy"  # 정책지원금: granted, restricted, earns no cashback.
    CHARGED = "charged"  # 충전금: the cardholder's own money.
    CASHBACK = "cashback"  # 캐시: cashback earned before.


@dataclass(frozen=True, slots=True)
class PurseDraw:
    """What one purse paid of a payment."""

    purse: Purse
    amount: Won


@dataclass(frozen=True, slots=True)
class CashTender:
    """Cash taken: `received` less `change` is what it pays."""

    amount: Won
    received: Won
    change: Won


@dataclass(frozen=True, slots=True)
class VoucherTender:
    """A voucher card payment that stands.

    Attributes:
        purses: what each purse paid, as the ledger drew it; empty while offline (unknown yet).
        cashback: what the cardholder gets; the ledger's word, or an estimate when
            `cashback_is_estimate`.
        balance: what is left on the card, when the ledger said it; never guessed.
        approval_code: the ledger's, or the card's own for an offline approval.
        rrn: the ledger's reference; empty until it has one.
        entry: how the card came in; None for payments from before it was kept.
        wallet: the wallet that paid; `masked_pan` is then its token's, and money goes back there.
        benefits: what the ledger said of coupons and 혜택플러스.
    """

    payment_id: TransactionId
    amount: Won
    mode: ApprovalMode
    masked_pan: str
    approval_code: str
    approved_at: datetime
    rrn: str = ""
    purses: tuple[PurseDraw, ...] = ()
    cashback: Won = ZERO
    cashback_is_estimate: bool = False
    balance: Won | None = None
    entry: CardEntry | None = field(default=None, metadata=WHEN_SET)
    wallet: Wallet = field(default=Wallet.NONE, metadata=WHEN_SET)
    benefits: tuple[Benefit, ...] = field(default=(), metadata=WHEN_SET)

    @property
    def by_coupon(self) -> bool:
        """A coupon paid it, and no card."""
        return self.entry is CardEntry.COUPON

    @property
    def by_qr(self) -> bool:
        """It was paid by a code on a phone."""
        return self.entry is not None and self.entry.is_qr


@dataclass(frozen=True, slots=True)
class ExternalTender:
    """A card that was taken on another terminal and is only written down here: nobody asked the ledger.

    Attributes:
        issuer: as its slip names it.
        approval_code: as that terminal printed it; a text, for zeros lead.
    """

    amount: Won
    issuer: str
    approval_code: str
    noted_at: datetime


Tender = CashTender | VoucherTender | ExternalTender


def note_external(
    amount: Won, issuer: str, approval_code: str, noted_at: datetime
) -> ExternalTender:
    """Return what stands for a card that another terminal took.

    Raises:
        NotASlip: no issuer, or what is no approval number; it may be a card's.
    """
    code = approval_code.strip().upper()
    named = issuer.strip()
    if not _APPROVAL.fullmatch(code):
        raise NotASlip(what=code[:4])
    if not 1 <= len(named) <= ISSUER_MAX or _LONG_NUMBER.search(named):
        raise NotASlip(what=named[:4])
    return ExternalTender(amount, named, code, noted_at)


def take_cash(due: Won, received: Won) -> CashTender:
    """Return the cash tender that pays what is due, with the change.

    Raises:
        CashTooLittle: less was handed over than is due.
    """
    if received < due:
        raise CashTooLittle(due=due, received=received)
    return CashTender(amount=due, received=received, change=received - due)
