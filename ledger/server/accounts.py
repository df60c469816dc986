"""Names the ledger's accounts and says which may not go below zero. Never moves anything.

Signs: a positive balance is what the ledger owes (to a cardholder, a shop, the fund); `funding`,
`cashback_fund` and the like carry the other side and may be negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from pos.domain.tender import Purse

FUNDING = "funding"  # Money that cardholders and the city paid in.
CASHBACK_FUND = "cashback_fund"  # The budget that cashback comes out of.
ISSUER_RISK = "issuer_risk"  # Guaranteed offline payments beyond what was set aside.
COMMISSION = "commission"  # What delivery orders brought in.
DELIVERY_CLEARING = "delivery_clearing"  # What customers paid in the delivery app.
FEE = "fee:card"
FEE_SUPPORT = "fee:support"  # The city's part of the shops' card fees.

DRAW_ORDER = (Purse.POLICY, Purse.CHARGED, Purse.CASHBACK)
"""Policy money first, then the holder's own, then cashback earned before (research: korea 2)."""


def purse(card: str, which: Purse) -> str:
    """Return a card's purse."""
    return f"purse:{card}:{which.value}"


@lru_cache(maxsize=10_000)  # A payment asks for them again and again.
def purses(card: str) -> Mapping[Purse, str]:
    """Return a card's purses, in the order drawn."""
    return {which: purse(card, which) for which in DRAW_ORDER}


def offline_reserve(card: str) -> str:
    """Return what is set aside for payments that the card approves by itself."""
    return f"offline_reserve:{card}"


def merchant(device: int, day: date) -> str:
    """Return a shop's takings by terminal and settlement day: never one hot row."""
    return f"merchant:{device:012x}:{day.isoformat()}"


def is_merchant(account: str) -> bool:
    """Tell a shop's account."""
    return account.startswith("merchant:")


def has_floor(account: str) -> bool:
    """Tell an account that never goes below 0 won, and so has a row of its own: purses, reserves."""
    return account.startswith(("purse:", "offline_reserve:"))


def card_of(account: str) -> str:
    """Return whose purse or reserve an account is."""
    kind, _, rest = account.partition(":")
    return rest.rpartition(":")[0] if kind == "purse" else rest
