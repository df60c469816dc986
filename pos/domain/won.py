"""Won: an amount of money in whole Korean won. Never a float, never another currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WON_MAX = 999_999_999_999  # No shop's day comes near; a larger number is a fault upstream.


@dataclass(frozen=True, slots=True, order=True)
class Won:
    """A signed amount in won.

    Raises:
        TypeError: the amount is not an `int` (a float or a bool is a programming error).
        ValueError: the amount is beyond `WON_MAX`.
    """

    amount: int

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError(f"won must be an int, not {type(self.amount).__name__}")
        if abs(self.amount) > WON_MAX:
            raise ValueError(f"{self.amount} won is beyond the limit of {WON_MAX}")

    @staticmethod
    def total(amounts: Iterable[Won]) -> Won:
        """Return the sum of the amounts; nothing sums to 0 won."""
        return Won(sum(each.amount for each in amounts))

    def __add__(self, other: Won) -> Won:
        return Won(self.amount + other.amount)

    def __sub__(self, other: Won) -> Won:
        return Won(self.amount - other.amount)

    def __mul__(self, count: int) -> Won:
        return Won(self.amount * count)

    def __neg__(self) -> Won:
        return Won(-self.amount)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        """Return the digits with thousands separators and no unit: `12,500`."""
        return f"{self.amount:,}"


ZERO = Won(0)
