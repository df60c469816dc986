"""The kinds of dated row: cashback, fee, support, commission, eligibility, grants, coupons. Never applied here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ledger.policy.dated import Span
from ledger.policy.shop import ShopFacts
from pos.domain.codec import WHEN_SET
from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class Tier:
    """A rate for shops of up to `sales_max` a year; None: of any size."""

    sales_max: Won | None
    bp: int


Tiers = tuple[Tier, ...]
"""Smallest first; the last one is of any size."""


def tier_of(tiers: Tiers, annual_sales: Won) -> Tier:
    """Return the tier of a shop; a bound belongs to the smaller one (≤ 3억).

    Raises:
        LookupError: the tiers end below it.
    """
    for tier in tiers:
        if tier.sales_max is None or annual_sales <= tier.sales_max:
            return tier
    raise LookupError(f"no tier for {annual_sales} won a year")


@dataclass(frozen=True, slots=True)
class Where:
    """Which shops something is for; what is empty or None does not restrict."""

    districts: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    shops: frozenset[str] = frozenset()
    sales_max: Won | None = None
    win_win: bool | None = None

    def fits(self, shop: str, facts: ShopFacts) -> bool:
        """Tell whether a shop is one of them."""
        return (
            (not self.districts or facts.district in self.districts)
            and (not self.categories or facts.category in self.categories)
            and (not self.shops or shop in self.shops)
            and (self.sales_max is None or facts.annual_sales <= self.sales_max)
            and (self.win_win is None or self.win_win == bool(facts.win_win_bp))
        )


@dataclass(frozen=True, slots=True)
class CashbackRow:
    """The city's cashback. Of `special`, the first that fits takes the place of `tiers`."""

    span: Span
    monthly_spend: Won
    tiers: Tiers
    special: tuple[tuple[Where, Tiers], ...] = ()

    def bp(self, shop: str, facts: ShopFacts) -> int:
        """Return a shop's rate."""
        tiers = next((t for where, t in self.special if where.fits(shop, facts)), self.tiers)
        return tier_of(tiers, facts.annual_sales).bp


@dataclass(frozen=True, slots=True)
class DistrictRow:
    """What a district pays on top, inside it."""

    span: Span
    district: str
    bp: int
    where: Where


@dataclass(frozen=True, slots=True)
class WinWinRow:
    """Between which rates a shop may add cashback of its own (상생캐시백, earlier 혜택플러스)."""

    span: Span
    bp_min: int
    bp_max: int


@dataclass(frozen=True, slots=True)
class FeeRow:
    """The card fee by the shop's size, for one kind of card; a voucher card counts as `check`."""

    span: Span
    card: Literal["check", "credit"]
    tiers: Tiers


@dataclass(frozen=True, slots=True)
class SupportRow:
    """What a voucher payment costs a shop in the end; the city gives back the rest of the fee.

    Shops above the last tier get nothing back.
    """

    span: Span
    tiers: Tiers


@dataclass(frozen=True, slots=True)
class CommissionRow:
    """What an order costs over a channel.

    Attributes:
        bracket: of shops by sales, where the channel has such; empty otherwise.
        posted: this ledger charges it; other channels' rates are there to compare with.
    """

    span: Span
    channel: str
    bp: int
    vat_bp: int = 0
    bracket: str = ""
    posted: bool = False


@dataclass(frozen=True, slots=True)
class EligibilityRow:
    """Kinds of business that take no voucher. A shop's size is no reason: it only ends cashback."""

    span: Span
    excluded: frozenset[str]


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A programme of policy money (정책지원금): where it may be spent, and until when.

    The span is of the spending; the day after `valid_until`, what is left goes back.
    """

    span: Span
    id: str
    where: Where


@dataclass(frozen=True, slots=True)
class CouponRow:
    """A kind of coupon, used once a piece; its issuer pays.

    Attributes:
        amount: a fixed one, or 0.
        bp: or a share of the payment, up to `at_most`.
        minimum: the payment that it is taken from on.
        name: what people call it; the id where none is given.
    """

    span: Span
    id: str
    issuer: str
    where: Where
    amount: Won = ZERO
    bp: int = 0
    at_most: Won | None = None
    minimum: Won = ZERO
    name: str = field(default="", metadata=WHEN_SET)

    @property
    def called(self) -> str:
        """What people call it."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class OfflineAmountRow:
    """How much a card may approve by itself, refreshed whenever the ledger is asked.

    Attributes:
        ceiling: at most so much lies on a card.
        share_bp: and at most this share of the holder's own money, what lies on the card included.
        step: in whole steps of so much, so that small change stays in the purse.
    """

    span: Span
    ceiling: Won
    share_bp: int
    step: Won


@dataclass(frozen=True, slots=True)
class PayOutRow:
    """How many business days after the day of sale a shop is paid."""

    span: Span
    business_days: int


@dataclass(frozen=True, slots=True)
class Holidays:
    """Bank holidays of a year, week-ends apart."""

    year: int
    days: frozenset[date]
