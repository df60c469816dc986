"""Rates that change by date: commission, cashback estimate, thresholds. Never a constant in code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pos.domain.won import ZERO, Won

BASIS = 10_000  # Rates are in basis points: 100 is 1 %.


@dataclass(frozen=True, slots=True)
class ChannelRate:
    """What selling over one channel costs, in basis points of the order's amount.

    Attributes:
        commission_bp: brokerage.
        payment_bp: the fee for paying in the app.
        vat_bp: VAT put on top of all of them.
        ad_bp: advertising in the app; 0 unless the shop says what it would have spent.
    """

    channel: str
    commission_bp: int
    payment_bp: int
    vat_bp: int
    ad_bp: int = 0


@dataclass(frozen=True, slots=True)
class Rates:
    """Everything dated that the terminal needs, in force from `valid_from` on.

    Attributes:
        cashback_bp: the estimate shown while offline; the ledger alone decides.
        no_signature_max: up to and including this amount no signature is asked.
        private_app: what the same order would have cost on a private app.
    """

    valid_from: date
    cashback_bp: int
    no_signature_max: Won
    channels: tuple[ChannelRate, ...]
    private_app: ChannelRate

    def channel(self, name: str) -> ChannelRate | None:
        """Return the channel's rate, or None for a channel without one."""
        return next((rate for rate in self.channels if rate.channel == name), None)


def share(amount: Won, basis_points: int) -> Won:
    """Return that many basis points of the amount, rounded half up to the won."""
    return Won((amount.amount * basis_points + BASIS // 2) // BASIS)


@dataclass(frozen=True, slots=True)
class Cost:
    """What orders cost on a channel, part by part."""

    brokerage: Won = ZERO
    payment: Won = ZERO
    advertising: Won = ZERO
    vat: Won = ZERO

    @property
    def total(self) -> Won:
        """All of it."""
        return self.brokerage + self.payment + self.advertising + self.vat

    def plus(self, other: Cost) -> Cost:
        """Add another order's."""
        return Cost(
            self.brokerage + other.brokerage,
            self.payment + other.payment,
            self.advertising + other.advertising,
            self.vat + other.vat,
        )

    def minus(self, other: Cost) -> Cost:
        """Take off what a refund gives back."""
        return Cost(
            self.brokerage - other.brokerage,
            self.payment - other.payment,
            self.advertising - other.advertising,
            self.vat - other.vat,
        )


def cost_parts(amount: Won, rate: ChannelRate) -> Cost:
    """Return what an order of this amount costs on a channel, part by part, each rounded half up.

    VAT is computed on the sum of the rounded fees: 25,000 won at 7.8 % and 3 % with 10 % VAT
    is 1,950 + 750 + 270 = 2,970 won.
    """
    brokerage = share(amount, rate.commission_bp)
    payment, advertising = share(amount, rate.payment_bp), share(amount, rate.ad_bp)
    vat = share(brokerage + payment + advertising, rate.vat_bp)
    return Cost(brokerage, payment, advertising, vat)


def cost(amount: Won, rate: ChannelRate) -> Won:
    """Return what an order of this amount costs on a channel, VAT on the fees included."""
    return cost_parts(amount, rate).total


def in_force(rates: tuple[Rates, ...], day: date) -> Rates:
    """Return the newest rates that hold on that day.

    Raises:
        LookupError: none began by then.
    """
    begun = [each for each in rates if each.valid_from <= day]
    if not begun:
        raise LookupError(f"no rates in force on {day}")
    return max(begun, key=lambda each: each.valid_from)


def estimate_cashback(amount: Won, rates: Rates) -> Won:
    """Estimate what the cardholder will get; always shown as an estimate, rounded down."""
    return Won(amount.amount * rates.cashback_bp // BASIS) if amount > ZERO else ZERO
