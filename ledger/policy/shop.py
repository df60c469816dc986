"""What the rules look at of a shop, dated like the rules themselves. Never knows a terminal or an account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ledger.policy.dated import Span, in_force
from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """A shop, from a day on.

    Attributes:
        annual_sales: by the tax office's last word; decides the tiers.
        district: of its registration, as `seo`; where an order is delivered to does not matter.
        category: its kind of business, as the eligibility rules name it.
        win_win_bp: what the shop itself adds as cashback (상생캐시백); 0: it is no such shop.
        fee_bp: the contract's card fee where the shop is above all tiers, or None.
        pay_days: business days until it is paid, or None: the city's rule.
    """

    span: Span
    annual_sales: Won = ZERO
    district: str = ""
    category: str = ""
    win_win_bp: int = 0
    fee_bp: int | None = None
    pay_days: int | None = None


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop and all that was ever said of it; empty: nobody has described it."""

    id: str
    history: tuple[ShopFacts, ...] = ()

    def on(self, day: date, known_on: date) -> ShopFacts:
        """Return what held of it on a day, by what was known on another.

        A shop that nobody has described is taken for a small one of no district.
        """
        found = in_force(self.history, day, known_on)
        return UNDESCRIBED if found is None else found

    def with_facts(self, facts: ShopFacts) -> Shop:
        """Return it with one more row."""
        return replace(self, history=(*self.history, facts))


UNDESCRIBED = ShopFacts(Span(date.min, date.min))
