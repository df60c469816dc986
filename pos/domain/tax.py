"""Splits a tax-inclusive total into supply, VAT and exempt parts. Never per line, never twice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pos.domain.won import ZERO, Won


class TaxKind(StrEnum):
    """How a product is taxed: 과세 or 면세."""

    TAXABLE = "taxable"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class TaxSplit:
    """The parts of one receipt's total, each in won; they sum to the total.

    Attributes:
        supply: 과세물품가액, the taxable price without VAT.
        vat: 부가세.
        exempt: 면세물품가액.
        service_charge: 봉사료, outside the VAT base when stated apart.
    """

    supply: Won
    vat: Won
    exempt: Won = ZERO
    service_charge: Won = ZERO

    @property
    def total(self) -> Won:
        """The amount that was charged."""
        return self.supply + self.vat + self.exempt + self.service_charge


def split_tax(total: Won, *, exempt: Won = ZERO, service_charge: Won = ZERO) -> TaxSplit:
    """Split a tax-inclusive total, VAT rounded half up on the whole receipt.

    Korean slips do not agree on rounding (floor exists too), so the split is made once here,
    stored, and the same numbers are sent and printed.

    Raises:
        ValueError: exempt and service charge exceed the total.
    """
    taxable = total - exempt - service_charge
    if taxable < ZERO or exempt < ZERO or service_charge < ZERO:
        raise ValueError("exempt and service charge can't exceed the total")
    vat = Won((2 * taxable.amount + 11) // 22)  # 10 % inside the price: taxable / 11, half up.
    return TaxSplit(taxable - vat, vat, exempt, service_charge)
