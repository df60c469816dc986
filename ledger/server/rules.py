"""The ledger's rules of money, pure: draws, cashback, postings. Knows no database, clock or line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ledger.server import accounts
from ledger.server.terms import Terms
from pos.domain.rates import BASIS, share
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
    """What a payment earns: `amount`, on `base` won of this month's spend."""

    amount: Won = ZERO
    base: Won = ZERO


def draw(balances: Mapping[Purse, Won], amount: Won) -> tuple[PurseDraw, ...] | None:
    """Return what each purse pays, policy first; None where together they can't: all or nothing."""
    left = amount
    draws: list[PurseDraw] = []
    for which in accounts.DRAW_ORDER:
        part = min(left, balances.get(which, ZERO))
        if part > ZERO:
            draws.append(PurseDraw(which, part))
            left -= part
    return tuple(draws) if left == ZERO else None


def earn(draws: Iterable[PurseDraw], spent_this_month: Won, terms: Terms) -> Cashback:
    """Return the cashback: on the part that is no policy money, up to the member's month, floored.

    33,330 won with 100,000 won of the month's spend left at 10 % earn 3,333; with 10,000 left, 1,000.
    """
    earning = Won.total(each.amount for each in draws if each.purse is not Purse.POLICY)
    room = max(ZERO, terms.cashback_monthly_spend - spent_this_month)
    base = min(earning, room)
    return Cashback(Won(base.amount * terms.cashback_bp // BASIS), base)


def payment(
    *,
    reference: str,
    card: str,
    takings: str,
    drawn: Iterable[tuple[str, Won]],
    cashback: Cashback,
    terms: Terms,
) -> Posting:
    """Return a payment's posting: the accounts drawn pay the shop; the fund pays the cashback.

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
    fee = Won(amount.amount * terms.fee_bp // BASIS)
    support = Won(amount.amount * terms.fee_support_bp // BASIS)
    return make_posting(
        "payment",
        reference,
        (
            *((account, -won) for account, won in drawn),
            (takings, amount),
            (takings, support - fee),
            (accounts.FEE, fee),
            (accounts.FEE_SUPPORT, -support),
            (accounts.CASHBACK_FUND, -cashback.amount),
            (accounts.purse(card, Purse.CASHBACK), cashback.amount),
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
        account = back_to(entry.account, card)
        if accounts.is_merchant(account):
            account = takings
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
    """Return what an accepted order costs the shop, rounded half up to the won."""
    return share(total, terms.commission_bp.get(channel, 0))


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
        source = accounts.purse(card, Purse.CHARGED)
        aside = ((source, -offline_limit), (accounts.offline_reserve(card), offline_limit))
        made.append(make_posting("set_aside", card, aside))
    return made


def month_of(day: date) -> str:
    """Return the month that cashback is capped by, `2026-11`."""
    return f"{day:%Y-%m}"
