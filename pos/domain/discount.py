"""Reductions of a price (할인), by line and by sale, exact to the won. Never decides who may give one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pos.domain.sale_errors import (
    DiscountNeedsPermission,
)
from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class Discount:
    """So many won, or so many percent, off what it is given on.

    Attributes:
        won: off the whole, however much it comes to; never more than there is.
        percent: 1 to 100; a fraction of a won is left with the shop.
        reason: for the receipt and the owner's day.
        permitted_by: who allowed it, where it needed somebody's word.

    Raises:
        ValueError: not exactly one of `won` and `percent` is given, or percent is beyond 100.
    """

    won: Won = ZERO
    percent: int = 0
    reason: str = ""
    permitted_by: str = ""

    def __post_init__(self) -> None:
        by_won, by_percent = self.won > ZERO, 1 <= self.percent <= 100
        if by_won == by_percent or self.won < ZERO or not 0 <= self.percent <= 100:
            raise ValueError(f"no discount: {self.won} won, {self.percent} %")

    def of(self, base: Won) -> Won:
        """Return what comes off."""
        off = Won(base.amount * self.percent // 100) if self.percent else self.won
        return min(off, base)


class Discounted(Protocol):
    """A sale, as far as a policy looks at it."""

    @property
    def off(self) -> Won:
        """What all discounts take off."""
        ...

    @property
    def total(self) -> Won:
        """What is left to pay."""
        ...


@dataclass(frozen=True, slots=True)
class DiscountPolicy:
    """How much may be given without asking, of one sale altogether.

    Attributes:
        percent_alone: of the sale's price before discounts.
        won_alone: and never more than this.
    """

    percent_alone: int = 10
    won_alone: Won = Won(10_000)

    def check(self, before: Discounted, after: Discounted) -> None:
        """Refuse what needs somebody's word.

        Raises:
            DiscountNeedsPermission: more comes off than before, and more than may be given alone.
        """
        gross = after.total + after.off
        limit = min(Won(gross.amount * self.percent_alone // 100), self.won_alone)
        if after.off > max(limit, before.off):
            raise DiscountNeedsPermission(off=after.off, limit=limit)


def share_out(off: Won, bases: Sequence[Won]) -> tuple[Won, ...]:
    """Share a reduction out in proportion, to the won: the largest fractions get what is left over.

    Args:
        off: at most the sum of the bases.
        bases: what each line costs before it.

    Raises:
        ValueError: there is more to share out than there is.
    """
    whole = Won.total(bases)
    if off > whole or off < ZERO:
        raise ValueError(f"{off} won can't come off {whole}")
    if not off:
        return (ZERO,) * len(bases)
    parts = [divmod(off.amount * base.amount, whole.amount) for base in bases]
    shares = [part for part, _ in parts]
    by_fraction = sorted(range(len(bases)), key=lambda at: (-parts[at][1], at))
    for at in by_fraction[: off.amount - sum(shares)]:
        shares[at] += 1
    return tuple(Won(share) for share in shares)
