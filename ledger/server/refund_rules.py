"""What giving a part of a payment back moves, pure. Knows no database, clock or line.

The rule: what is left afterwards is as if the payment had been for what the customer keeps. The purses
are restored in the order they were drawn, each up to what it paid; cashback, shop's fee and the city's
support are computed anew for what is kept, and the difference is posted. So whatever the parts, they
sum to the original to the won, and after the last one the card is as it was before the payment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.server import accounts
from ledger.server.rules import Posting, back_to, make_posting, spent_cashback
from ledger.server.terms import Terms
from pos.domain.rates import BASIS
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import ZERO, Won

Draws = tuple[tuple[str, Won], ...]
"""Accounts and what each paid, in the order drawn."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a payment stands, in won.

    Attributes:
        cashback_base: of the member's month, what the cashback was earned on.
        fee, fee_support: what the shop paid, and what the city paid of it.
    """

    amount: Won = ZERO
    cashback: Won = ZERO
    cashback_base: Won = ZERO
    fee: Won = ZERO
    fee_support: Won = ZERO

    def __sub__(self, other: Standing) -> Standing:
        return Standing(
            self.amount - other.amount,
            self.cashback - other.cashback,
            self.cashback_base - other.cashback_base,
            self.fee - other.fee,
            self.fee_support - other.fee_support,
        )


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
    entries = original.entries
    earned = accounts.purse(card, Purse.CASHBACK)
    support = Won.total(e.amount for e in entries if e.account == accounts.FEE_SUPPORT)
    return Standing(
        amount=Won.total(won for _, won in draws(original, card)),
        cashback=Won.total(e.amount for e in entries if e.account == earned and e.amount > ZERO),
        cashback_base=cashback_base,
        fee=Won.total(e.amount for e in entries if e.account == accounts.FEE),
        fee_support=-support,
    )


def draws(original: Posting, card: str) -> Draws:
    """Return what paid a payment, in the order drawn."""
    payers = {*accounts.purses(card).values(), accounts.offline_reserve(card), accounts.ISSUER_RISK}
    return tuple(
        (each.account, -each.amount)
        for each in original.entries
        if each.amount < ZERO and each.account in payers
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
        (takings, gone.fee - gone.fee_support),
        (accounts.FEE, -gone.fee),
        (accounts.FEE_SUPPORT, gone.fee_support),
        (accounts.CASHBACK_FUND, gone.cashback),
        (accounts.purse(card, Purse.CASHBACK), -gone.cashback),
    ]
    covered = spent_cashback(moved, card=card, balances=balances)
    borne = Won.total(-won for name, won in covered if name == accounts.CASHBACK_FUND)
    return Refund(
        posting=make_posting("refund", reference, (*moved, *covered)),
        gone=gone,
        purses=_purses(back, card),
        cashback_taken=gone.cashback - borne,
    )


def _as_if_for(kept: Draws, before: Standing, card: str, terms: Terms) -> Standing:
    """Return what would stand of a payment for what is kept, never more than stands now."""
    amount = Won.total(won for _, won in kept)
    if amount == ZERO:
        return Standing()
    policy = accounts.purse(card, Purse.POLICY)
    base = min(before.cashback_base, Won.total(won for name, won in kept if name != policy))
    cashback = before.cashback
    if base != before.cashback_base:  # What caps it (the month's room) is as it was.
        cashback = min(cashback, _part(base, terms.cashback_bp))
    return Standing(
        amount=amount,
        cashback=cashback,
        cashback_base=base,
        fee=min(before.fee, _part(amount, terms.fee_bp)),
        fee_support=min(before.fee_support, _part(amount, terms.fee_support_bp)),
    )


def _part(amount: Won, basis_points: int) -> Won:
    return Won(amount.amount * basis_points // BASIS)  # Floored, as the payment's own.


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
    names = {account: which for which, account in accounts.purses(card).items()}
    return tuple(PurseDraw(names[name], won) for name, won in back if name in names)
