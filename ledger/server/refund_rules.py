"""What giving a part of a payment back moves, pure. Knows no database, clock or line.

The rule: what is left afterwards is as if the payment had been for what the customer keeps. The purses
are restored in the order they were drawn, each up to what it paid; cashback, shop's fee and the city's
support are computed anew for what is kept, and the difference is posted. So whatever the parts, they
sum to the original to the won, and after the last one the card is as it was before the payment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from ledger.policy.terms import Terms, part_of
from ledger.server import accounts
from ledger.server.rules import Posting, back_to, by_purse, make_posting, spent_cashback
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import ZERO, Won

Draws = tuple[tuple[str, Won], ...]
"""Accounts and what each paid, in the order drawn."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a payment stands, in won.

    Attributes:
        cashback: the city's.
        cashback_base: of the member's month, what city's and district's cashback was earned on.
        fee, fee_support: what the shop paid, and what the city owes it of that.
        district_cashback, merchant_funded: the cashback that a district and the shop itself paid.
    """

    amount: Won = ZERO
    cashback: Won = ZERO
    cashback_base: Won = ZERO
    fee: Won = ZERO
    fee_support: Won = ZERO
    district_cashback: Won = ZERO
    merchant_funded: Won = ZERO

    @property
    def all_cashback(self) -> Won:
        """What the cardholder got, whoever paid it."""
        return self.cashback + self.district_cashback + self.merchant_funded

    def __add__(self, other: Standing) -> Standing:
        return Standing(*(a + b for a, b in zip(self._all(), other._all(), strict=True)))

    def __sub__(self, other: Standing) -> Standing:
        return Standing(*(a - b for a, b in zip(self._all(), other._all(), strict=True)))

    def _all(self) -> tuple[Won, ...]:
        return tuple(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True)
class Refund:
    """What giving back comes to.

    Attributes:
        gone: what stands less than before.
        purses: what the cardholder's purses get back; not what the issuer bears.
        cashback_taken: from the cardholder; the fund bears what could not be had.
    """

    posting: Posting
    gone: Standing
    purses: tuple[PurseDraw, ...]
    cashback_taken: Won


def as_posted(original: Posting, card: str, cashback_base: Won) -> Standing:
    """Return what stood when nothing had been given back."""
    city, districts = accounts.CASHBACK_FUND, accounts.district_fund("")

    def on(*prefixes: str) -> Won:
        return Won.total(e.amount for e in original.entries if e.account.startswith(prefixes))

    return Standing(
        amount=Won.total(won for _, won in draws(original, card)),
        cashback=on(districts) - on(city),
        cashback_base=cashback_base,
        fee=on(accounts.FEE),
        fee_support=-on(accounts.FEE_SUPPORT),
        district_cashback=-on(districts),
        merchant_funded=-on("merchant_funded:"),
    )


def draws(original: Posting, card: str) -> Draws:
    """Return what paid a payment, in the order drawn."""
    return tuple(
        (each.account, -each.amount)
        for each in original.entries
        if each.amount < ZERO and accounts.pays(each.account, card)
    )


def refund(
    original: Posting,
    before: Standing,
    amount: Won,
    *,
    reference: str,
    card: str,
    balances: Mapping[Purse, Won],
    takings: str,
    terms: Terms,
) -> Refund:
    """Return the posting that gives a part of a payment back, or all that is left of it.

    As with a reversal, the shop pays out of today's takings, an offline reserve's part goes to the
    charged purse, and cashback that was spent in between is taken from there.

    Args:
        original: the payment's posting.
        before: what of it stands now.
        amount: at most `before.amount`.
        reference: the refund's id.
        card: whose purses these are.
        balances: the purses now.
        takings: the shop's account today.
        terms: those that the payment was posted by.

    Raises:
        ValueError: more than stands, or nothing.
    """
    if not ZERO < amount <= before.amount:
        raise ValueError(f"{amount} won back of {before.amount}")
    drawn = draws(original, card)
    begun = Won.total(won for _, won in drawn) - before.amount
    back = [(back_to(name, card), won) for name, won in _slice(drawn, begun, amount)]
    kept = _slice(drawn, begun + amount, before.amount - amount)
    gone = before - _as_if_for(kept, before, card, terms)
    moved = [
        *back,
        (takings, -amount),
        (takings, gone.fee),
        (accounts.FEE, -gone.fee),
        (accounts.support_due(takings), -gone.fee_support),
        (accounts.FEE_SUPPORT, gone.fee_support),
        (accounts.CASHBACK_FUND, gone.cashback),
        (accounts.district_fund(terms.district), gone.district_cashback),
        (accounts.merchant_funded(takings), gone.merchant_funded),
        (accounts.purse(card, Purse.CASHBACK), -gone.all_cashback),
    ]
    covered = spent_cashback(moved, card=card, balances=balances)
    borne = Won.total(-won for name, won in covered if name == accounts.CASHBACK_FUND)
    return Refund(
        posting=make_posting("refund", reference, (*moved, *covered)),
        gone=gone,
        purses=_purses(back, card),
        cashback_taken=gone.all_cashback - borne,
    )


def _as_if_for(kept: Draws, before: Standing, card: str, terms: Terms) -> Standing:
    """Return what would stand of a payment for what is kept, never more than stands now."""
    amount = Won.total(won for _, won in kept)
    if amount == ZERO:
        return Standing()
    own = Won.total(won for name, won in kept if accounts.earns(name, card))
    base = min(before.cashback_base, own)
    cashback, district = before.cashback, before.district_cashback
    if base != before.cashback_base:  # What caps it (the month's room) is as it was.
        cashback = min(cashback, part_of(base, terms.cashback_bp))
        district = min(district, part_of(base, terms.district_bp))
    return Standing(
        amount=amount,
        cashback=cashback,
        cashback_base=base,
        fee=min(before.fee, part_of(amount, terms.fee_bp)),
        fee_support=min(before.fee_support, part_of(amount, terms.fee_support_bp)),
        district_cashback=district,
        merchant_funded=min(before.merchant_funded, part_of(own, terms.merchant_funded_bp)),
    )


def _slice(drawn: Sequence[tuple[str, Won]], start: Won, length: Won) -> Draws:
    """Return the stretch of a row of draws from a point on, as a payment of that stretch."""
    end = start + length
    parts: list[tuple[str, Won]] = []
    passed = ZERO
    for name, won in drawn:
        part = min(end, passed + won) - max(start, passed)
        if part > ZERO:
            parts.append((name, part))
        passed += won
    return tuple(parts)


def _purses(back: Sequence[tuple[str, Won]], card: str) -> tuple[PurseDraw, ...]:
    named = ((accounts.purse_of(name, card), won) for name, won in back)
    return by_purse((which, won) for which, won in named if which is not None)
