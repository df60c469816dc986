"""The ledger's dated rates: cashback, its monthly cap, fees, commission. Never a constant in code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pos.domain.rates import BASIS
from pos.domain.won import Won

PACKAGED = Path(__file__).with_name("terms.toml")


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds from `valid_from` on; rates in basis points.

    Attributes:
        cashback_monthly_spend: won of a member's spend a month that earn cashback.
        commission_bp: by order channel; an unknown channel costs nothing.

    Raises:
        ValueError: a rate is not 0 to 100 %, or the cap is negative.
    """

    valid_from: date
    cashback_bp: int
    cashback_monthly_spend: Won
    fee_bp: int
    fee_support_bp: int
    commission_bp: Mapping[str, int]

    def __post_init__(self) -> None:
        rates = (self.cashback_bp, self.fee_bp, self.fee_support_bp, *self.commission_bp.values())
        if any(not 0 <= rate <= BASIS for rate in rates) or self.cashback_monthly_spend < Won(0):
            raise ValueError(f"terms of {self.valid_from}: rates are 0 to {BASIS}, the cap >= 0")


def in_force(terms: tuple[Terms, ...], day: date) -> Terms:
    """Return the newest terms that hold on that day.

    Raises:
        LookupError: none began by then.
    """
    begun = [each for each in terms if each.valid_from <= day]
    if not begun:
        raise LookupError(f"no terms in force on {day}")
    return max(begun, key=lambda each: each.valid_from)


def load_terms(path: Path = PACKAGED) -> tuple[Terms, ...]:
    """Read the terms from a TOML file.

    Raises:
        OSError: it can't be read.
        ValueError: it is not TOML, a field is missing, unknown or out of range.
    """
    tables = tomllib.loads(path.read_text(encoding="utf-8")).get("terms", [])
    if not tables:
        raise ValueError(f"{path.name}: no [[terms]]")
    return tuple(_read(table) for table in tables)


def _read(table: dict[str, Any]) -> Terms:
    try:
        return Terms(
            **{**table, "cashback_monthly_spend": Won(table["cashback_monthly_spend"])},
        )
    except (TypeError, KeyError) as error:
        raise ValueError(f"terms: {error}") from error
