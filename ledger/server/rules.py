"""The ledger's rules of money, pure: draws, cashback, postings. Knows no database, clock or line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ledger.policy.terms import Terms, part_of
from ledger.server import accounts
from pos.domain.rates import share
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import ZERO, Won


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a posting: won added to an account, or taken from it if negative."""

    account: str
    amount: Won


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement of money. What one account gives another gets.

    Raises:
        ValueError: the entries do not sum to zero, or there are none.
    """

    kind: str
    reference: str
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if not self.entries or Won.total(each.amount for each in self.entries) != ZERO:
            raise ValueError(f"{self.kind} {self.reference} does not sum to zero")

    def net(self) -> dict[str, Won]:
        """Return what the posting does to each account in the end."""
        sums: dict[str, Won] = {}
        for entry in self.entries:
            sums[entry.account] = sums.get(entry.account, ZERO) + entry.amount
        return sums


def make_posting(kind: str, reference: str, entries: Iterable[tuple[str, Won]]) -> Posting:
    """Return a posting of these entries, empty ones left out.

    Raises:
        ValueError: as `Posting`.
    """
    return Posting(kind, reference, tuple(Entry(name, won) for name, won in entries if won))


@dataclass(frozen=True, slots=True)
class Cashback:
    """What a payment earns, by who pays it.

    Attributes:
        amount: the city's, on `base` won of this month's spend.
        district: the district's, on the same.
        merchant_funded: the shop's own, on all that is no policy money.
    """

    amount: Won = ZERO
    base: Won = ZERO
    district: Won = ZERO
    merchant_funded: Won = ZERO

    @property
    def total(self) -> Won:
        """What the cardholder gets."""
        return self.amount + self.district + self.merchant_funded


@dataclass(frozen=True, slots=True)
class Source:
    """Money that can pay: an account, what it is to the cardholder, and how much."""

    account: str
    purse: Purse
    amount: Won


def draw(sources: Iterable[Source], amount: Won) -> tuple[Source, ...] | None:
    """Return what each source pays, in their order; None where together they can't: all or nothing."""
    left = amount
    draws: list[Source] = []
    for each in sources:
        part = min(left, each.amount)
        if part > ZERO:
            draws.append(Source(each.account, each.purse, part))
            left -= part
    return tuple(draws) if left == ZERO else None


def by_purse(draws: Iterable[tuple[Purse, Won]]) -> tuple[PurseDraw, ...]:
    """Return draws as the cardholder is told them: one a purse, whatever it is made of."""
    sums: dict[Purse, Won] = {}
    for which, won in draws:
        sums[which] = sums.get(which, ZERO) + won
    return tuple(PurseDraw(which, won) for which, won in sums.items())


def earn(
    draws: Iterable[Source] | Iterable[PurseDraw], spent_this_month: Won, terms: Terms
) -> Cashback:
    """Return the cashback: on the part that is no policy money, up to the member's month, floored.

    33,330 won with 100,000 won of the month's spend left at 10 % earn 3,333; with 10,000 left, 1,000.
    Where city and district give nothing (a shop above 30억), the month's room is left alone.
    """
    own = Won.total(each.amount for each in draws if each.purse is not Purse.POLICY)
    room = max(ZERO, terms.cashback_monthly_spend - spent_this_month)
    base = min(own, room) if terms.cashback_bp or terms.district_bp else ZERO
    return Cashback(
        amount=part_of(base, terms.cashback_bp),
        base=base,
        district=part_of(base, terms.district_bp),
        merchant_funded=part_of(own, terms.merchant_funded_bp),
    )


def payment(
    *,
    reference: str,
    card: str,
    takings: str,
    drawn: Iterable[tuple[str, Won]],
    cashback: Cashback,
    terms: Terms,
) -> Posting:
    """Return a payment's posting: the accounts drawn pay the shop; the funds pay the cashback.

    The fee is charged at once; the city's support of it waits in an account of the half-year. What
    the shop adds to the cashback it owes until it is settled.

    Args:
        reference: the payment's id.
        card: whose cashback purse is credited.
        takings: the shop's account.
        drawn: accounts and what each pays.
        cashback: as `earn` says.
        terms: for the shop's fee and the city's support of it.
    """
    drawn = tuple(drawn)
    amount = Won.total(won for _, won in drawn)
    fee = part_of(amount, terms.fee_bp)
    support = part_of(amount, terms.fee_support_bp)
    return make_posting(
        "payment",
        reference,
        (
            *((account, -won) for account, won in drawn),
            (takings, amount),
            (takings, -fee),
            (accounts.FEE, fee),
            (accounts.FEE_SUPPORT, -support),
            (accounts.support_due(takings), support),
            (accounts.CASHBACK_FUND, -cashback.amount),
            (accounts.district_fund(terms.district), -cashback.district),
            (accounts.merchant_funded(takings), -cashback.merchant_funded),
            (accounts.purse(card, Purse.CASHBACK), cashback.total),
        ),
    )


def guaranteed_draw(card: str, reserve: Won, amount: Won) -> tuple[tuple[str, Won], ...]:
    """Return what pays a payment that the card guaranteed: never short, the issuer bears a rest."""
    part = min(amount, reserve)
    return (
        (accounts.offline_reserve(card), part),
        (accounts.ISSUER_RISK, amount - part),
    )


def reversal(
    original: Posting, *, card: str, balances: Mapping[Purse, Won], takings: str
) -> Posting:
    """Return the posting that undoes a payment, purses restored in the order they were drawn.

    Three things differ from the mirror image: a settled day is not touched, so the shop pays out
    of today's takings; an offline reserve is given back to the charged purse, for the card has
    counted down and could not spend it; cashback that was spent in between is taken from the
    charged purse instead, so that no purse goes below zero. Should that not do, the fund bears it.

    Args:
        original: the payment's posting.
        card: whose purses these are.
        balances: the purses now.
        takings: the shop's account today.
    """
    back: list[tuple[str, Won]] = []
    for entry in original.entries:
        account = accounts.on_day_of(back_to(entry.account, card), takings)
        back.append((account, -entry.amount))
    back += spent_cashback(back, card=card, balances=balances)
    return make_posting("reversal", original.reference, back)


def back_to(account: str, card: str) -> str:
    """Return where money goes back to that an account paid: a reserve's to the charged purse."""
    if account == accounts.offline_reserve(card):
        return accounts.purse(card, Purse.CHARGED)
    return account


def spent_cashback(
    back: Iterable[tuple[str, Won]], *, card: str, balances: Mapping[Purse, Won]
) -> list[tuple[str, Won]]:
    """Return the entries by which cashback is taken back that has been spent: none where it is there.

    The charged purse pays what the cashback purse is short of, as far as it can; the fund bears the
    rest.
    """
    cashback, charged = (accounts.purse(card, each) for each in (Purse.CASHBACK, Purse.CHARGED))
    after = {
        name: held + Won.total(won for account, won in back if account == name)
        for name, held in (
            (cashback, balances[Purse.CASHBACK]),
            (charged, balances[Purse.CHARGED]),
        )
    }
    short = max(ZERO, -after[cashback])
    if short == ZERO:
        return []
    paid = min(short, after[charged])
    return [(cashback, short), (charged, -paid), (accounts.CASHBACK_FUND, paid - short)]


def commission(total: Won, channel: str, terms: Terms) -> Won:
    """Return what an accepted order costs the shop, VAT on it included; each rounded half up."""
    fee = share(total, terms.commission_bp.get(channel, 0))
    return fee + share(fee, terms.commission_vat_bp.get(channel, 0))


def order(
    *, reference: str, total: Won, fee: Won, paid_in_app: bool, takings: str
) -> Posting | None:
    """Return an accepted order's posting: what the app collected goes to the shop, less commission.

    Paid at the door, the till takes the money and only the commission is due; None if that is 0.
    """
    collected = total if paid_in_app else ZERO
    if not collected and not fee:
        return None
    return make_posting(
        "order",
        reference,
        (
            (accounts.DELIVERY_CLEARING, -collected),
            (takings, collected),
            (takings, -fee),
            (accounts.COMMISSION, fee),
        ),
    )


def opening(card: str, balances: Mapping[Purse, Won], offline_limit: Won) -> list[Posting]:
    """Return the postings that open a card: its purses funded, the offline amount set aside.

    Raises:
        ValueError: a card can't promise more offline than its charged purse holds.
    """
    charged = balances.get(Purse.CHARGED, ZERO)
    if offline_limit > charged:
        raise ValueError(f"card {card}: {offline_limit} won offline of {charged} won charged")
    made: list[Posting] = []
    held = Won.total(balances.values())
    if held:
        purses = ((accounts.purse(card, which), won) for which, won in balances.items())
        made.append(make_posting("opening", card, ((accounts.FUNDING, -held), *purses)))
    if offline_limit:
        made.append(set_aside(card, card, offline_limit))
    return made


def set_aside(reference: str, card: str, moved: Won) -> Posting:
    """Return the posting that sets the holder's own money aside; below zero: that gives it back.

    Policy money may be spent at some shops only, and earned cashback must not come back as the
    holder's own; so neither is ever set aside.
    """
    moves = ((accounts.purse(card, Purse.CHARGED), -moved), (accounts.offline_reserve(card), moved))
    return make_posting("set_aside", reference, moves)


def month_of(day: date) -> str:
    """Return the month that cashback is capped by, `2026-11`."""
    return f"{day:%Y-%m}"
