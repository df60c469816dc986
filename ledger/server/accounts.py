"""Names the ledger's accounts and says what each is for. Never moves anything.

Signs: a positive balance is what the ledger owes (to a cardholder, a shop, the fund); `funding`,
`cashback_fund` and the like carry the other side and may be negative.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

from pos.domain.tender import Purse

FUNDING = "funding"  # Money that cardholders and the city paid in.
CASHBACK_FUND = "cashback_fund"  # The city's budget that cashback comes out of.
ISSUER_RISK = "issuer_risk"  # Guaranteed offline payments beyond what was set aside.
COMMISSION = "commission"  # What delivery orders brought in.
DELIVERY_CLEARING = "delivery_clearing"  # What customers paid in the delivery app.
FEE = "fee:card"
FEE_SUPPORT = "fee:support"  # The city's part of the shops' card fees.
PAID_OUT = "paid_out"  # What went to the shops' banks.
FIRST_OF_SECOND_HALF = 7  # July.
_PURSE = re.compile(r"(.+?):(?:charged|cashback|policy(?::[^:]+)?)")  # Card, purse, programme.

DRAW_ORDER = (Purse.POLICY, Purse.CHARGED, Purse.CASHBACK)
"""Policy money first, then the holder's own, then cashback earned before (research: korea 2)."""


def purse(card: str, which: Purse) -> str:
    """Return a card's purse."""
    return f"purse:{card}:{which.value}"


def grant(card: str, programme: str) -> str:
    """Return a card's purse of one programme's policy money."""
    return f"{purse(card, Purse.POLICY)}:{programme}"


def grant_fund(programme: str) -> str:
    """Return whoever pays a programme."""
    return f"grant_fund:{programme}"


def coupon(issuer: str) -> str:
    """Return whoever pays coupons."""
    return f"coupon:{issuer}"


def has_coupon(names: Iterable[str]) -> bool:
    """Tell whether one of these pays coupons."""
    return any(name.startswith(coupon("")) for name in names)


def district_fund(district: str) -> str:
    """Return the budget that a district's own cashback comes out of."""
    return f"{CASHBACK_FUND}:{district}"


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
    """Tell a shop's takings."""
    return account.startswith("merchant:")


def has_floor(account: str) -> bool:
    """Tell an account that never goes below 0 won, and so has a row of its own: purses, reserves."""
    return account.startswith(("purse:", "offline_reserve:"))


def card_of(account: str) -> str:
    """Return whose purse or reserve an account is."""
    kind, _, rest = account.partition(":")
    if kind != "purse":
        return rest
    named = _PURSE.fullmatch(rest)
    assert named is not None, account
    return named[1]


def merchant_funded(takings: str) -> str:
    """Return what a shop owes of the same day for cashback of its own: 0 won or less."""
    return f"merchant_funded:{takings.removeprefix('merchant:')}"


def support_due(takings: str) -> str:
    """Return what the city owes a terminal's shop of card fees, by the half-year of the day."""
    device, day = takings.removeprefix("merchant:").split(":")
    return support_due_of(device, half_year(date.fromisoformat(day)))


def support_due_of(device: str, half: str) -> str:
    """Return what the city owes of a half-year, `2026-2`."""
    return f"fee_support_due:{device}:{half}"


def half_year(day: date) -> str:
    """Return the half-year of a day; fee support is paid by it."""
    return f"{day.year}-{2 if day.month >= FIRST_OF_SECOND_HALF else 1}"


def half_before(day: date) -> str:
    """Return the half-year before the one of a day: the newest that is over."""
    if day.month >= FIRST_OF_SECOND_HALF:
        return f"{day.year}-1"
    return f"{day.year - 1}-2"


def suspense(shop: str) -> str:
    """Return what waits for a person to say whose it is: a pay-out that the bank sent back."""
    return f"suspense:{shop}"


def takings_of_shop(devices: Iterable[int], day: date) -> list[str]:
    """Return a shop's takings of a day, one a terminal."""
    return [merchant(device, day) for device in devices]


def on_day_of(account: str, takings: str) -> str:
    """Return where an undoing moves money: a settled day's accounts are today's instead."""
    if is_merchant(account):
        return takings
    if account.startswith("merchant_funded:"):
        return merchant_funded(takings)
    if account.startswith("fee_support_due:"):
        return support_due(takings)
    return account


def pays(account: str, card: str) -> bool:
    """Tell whether an account can pay of this card's payments, if money leaves it."""
    mine = (f"purse:{card}:", "coupon:")
    return account.startswith(mine) or account in {offline_reserve(card), ISSUER_RISK}


def earns(account: str, card: str) -> bool:
    """Tell whether what it pays earns cashback: not policy money, not a coupon's."""
    return not account.startswith((purse(card, Purse.POLICY), "coupon:"))


def purse_of(account: str, card: str) -> Purse | None:
    """Return which of a card's purses this is, each programme's being policy money; None: none."""
    prefix = f"purse:{card}:"
    if not account.startswith(prefix):
        return None
    return Purse(account.removeprefix(prefix).split(":")[0])
