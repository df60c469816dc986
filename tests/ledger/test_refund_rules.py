"""Giving back in parts, over any balances, amounts and rates: to the won, and no further."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from ledger.policy.terms import Terms
from ledger.server import accounts, refund_rules, rules
from ledger.server.refund_rules import Refund, Standing
from ledger.server.rules import Posting, Source
from pos.domain.tender import Purse
from pos.domain.won import ZERO, Won

TERMS = Terms(date(2025, 9, 1), 1_000, Won(300_000), 0, 0, {})
FEES = Terms(date(2025, 9, 1), 733, Won(300_000), 115, 60, {})
MORE_SUPPORT = Terms(date(2025, 9, 1), 1_000, Won(300_000), 50, 80, {})
TODAY, LATER = "merchant:000100000001:2026-11-24", "merchant:000100000001:2026-11-25"
SHOPS = (TODAY, LATER, accounts.support_due(TODAY))
CASHBACK = accounts.purse("c", Purse.CASHBACK)
CHARGED = accounts.purse("c", Purse.CHARGED)

won = st.integers(0, 400_000).map(Won)
amounts = st.integers(1, 700_000).map(Won)
balances = st.fixed_dictionaries(dict.fromkeys(Purse, won))
terms = st.sampled_from([TERMS, FEES, MORE_SUPPORT])
shares = st.lists(st.integers(0, 1_000), max_size=6)


@dataclass
class Book:
    """Accounts by name, and the one payment that is given back from them."""

    held: dict[str, Won]
    terms: Terms
    payment: Posting | None = None
    standing: Standing = field(default_factory=Standing)

    def post(self, posting: Posting) -> None:
        for name, amount in posting.net().items():
            self.held[name] = self.held.get(name, ZERO) + amount

    def pay(self, amount: Won, spent: Won) -> None:
        held = self.purses()
        names = accounts.purses("c")
        draws = rules.draw((Source(names[each], each, held[each]) for each in names), amount)
        if draws is None:
            reject()
        earned = rules.earn(draws, spent, self.terms)
        self.payment = rules.payment(
            reference="p",
            card="c",
            takings=TODAY,
            drawn=[(each.account, each.amount) for each in draws],
            cashback=earned,
            terms=self.terms,
        )
        self.post(self.payment)
        self.standing = refund_rules.as_posted(self.payment, "c", earned.base)

    def give_back(self, amount: Won, *, takings: str = LATER) -> Refund:
        assert self.payment is not None
        made = refund_rules.refund(
            self.payment,
            self.standing,
            amount,
            reference="r",
            card="c",
            balances=self.purses(),
            takings=takings,
            terms=self.terms,
        )
        self.post(made.posting)
        self.standing -= made.gone
        return made

    def purses(self) -> dict[Purse, Won]:
        return {w: self.held.get(name, ZERO) for w, name in accounts.purses("c").items()}

    def takings(self) -> Won:
        """What the shop has in the end, what the city owes it included."""
        return Won.total(self.held.get(each, ZERO) for each in SHOPS)


def opened(held: dict[Purse, Won], holding: Terms) -> Book:
    return Book({accounts.purse("c", which): amount for which, amount in held.items()}, holding)


def parts_of(amount: Won, points: list[int]) -> list[Won]:
    """Cut an amount at any points of a thousand."""
    cuts = sorted({0, 1_000, *points})
    ends = [amount.amount * each // 1_000 for each in cuts]
    return [Won(b - a) for a, b in pairwise(ends) if b > a]


@given(balances, amounts, won, terms, shares)
def test_any_parts_of_the_whole_leave_everything_as_it_was_before_the_payment(
    held: dict[Purse, Won], amount: Won, spent: Won, holding: Terms, points: list[int]
) -> None:
    book = opened(held, holding)
    before = book.purses()
    book.pay(amount, spent)
    base = book.standing.cashback_base
    given_back = [book.give_back(each) for each in parts_of(amount, points)]

    assert book.standing == Standing()
    assert book.purses() == before
    assert {name for name, amount in book.held.items() if amount} <= {
        *accounts.purses("c").values(),
        *SHOPS,  # A settled day stays; together they are even.
    }
    assert book.takings() == ZERO
    assert Won.total(each.gone.cashback_base for each in given_back) == base
    assert Won.total(each.amount for g in given_back for each in g.purses) == amount


@given(balances, amounts, won, terms, shares)
def test_what_is_kept_stands_as_if_the_payment_had_been_for_it(
    held: dict[Purse, Won], amount: Won, spent: Won, holding: Terms, points: list[int]
) -> None:
    book = opened(held, holding)
    book.pay(amount, spent)
    policy_paid = min(held[Purse.POLICY], amount)
    own_paid = amount - policy_paid
    room = max(ZERO, Won(300_000) - spent)
    *parts, _ = parts_of(amount, points)
    for each in parts:
        book.give_back(each)

        kept = book.standing.amount
        own_kept = min(own_paid, kept)  # Policy money went back first.
        base = min(own_kept, room)
        assert book.standing == Standing(
            amount=kept,
            cashback=Won(base.amount * holding.cashback_bp // 10_000),
            cashback_base=base,
            fee=Won(kept.amount * holding.fee_bp // 10_000),
            fee_support=Won(kept.amount * holding.fee_support_bp // 10_000),
        )
        assert book.takings() == kept - book.standing.fee + book.standing.fee_support


@given(balances, amounts, terms, shares, st.data())
def test_no_purse_goes_below_zero_whatever_was_spent_in_between(
    held: dict[Purse, Won], amount: Won, holding: Terms, points: list[int], data: st.DataObject
) -> None:
    book = opened(held, holding)
    book.pay(amount, ZERO)
    earned = book.standing.cashback
    taken = ZERO
    for each in parts_of(amount, points):
        for name in accounts.purses("c").values():
            book.held[name] = Won(data.draw(st.integers(0, book.held.get(name, ZERO).amount)))
        made = book.give_back(each)
        taken += made.cashback_taken
        assert min(book.purses().values()) >= ZERO

    # The fund bears what could be had from neither purse, and nothing else.
    borne = -book.held.get(accounts.CASHBACK_FUND, ZERO)
    assert taken + borne == earned
    assert borne >= ZERO


@given(balances, amounts, terms, st.integers(1, 10))
def test_never_more_than_stands(
    held: dict[Purse, Won], amount: Won, holding: Terms, more: int
) -> None:
    book = opened(held, holding)
    book.pay(amount, ZERO)
    part = Won(amount.amount // 2)
    if part:
        book.give_back(part)

    for wrong in (ZERO, Won(-1), book.standing.amount + Won(more)):
        with pytest.raises(ValueError, match="back of"):
            book.give_back(wrong)


@given(balances, amounts, won, terms)
def test_giving_all_back_at_once_is_what_a_reversal_does(
    held: dict[Purse, Won], amount: Won, spent: Won, holding: Terms
) -> None:
    book, other = opened(held, holding), opened(held, holding)
    for each in (book, other):
        each.pay(amount, spent)
    assert other.payment is not None
    undone = rules.reversal(other.payment, card="c", balances=other.purses(), takings=LATER)

    assert book.give_back(amount).posting.net() == undone.net()


@given(st.integers(0, 50_000).map(Won), st.integers(1, 90_000).map(Won), terms, shares)
def test_a_guaranteed_payment_goes_back_to_the_charged_purse_and_to_who_bore_the_rest(
    reserve: Won, amount: Won, holding: Terms, points: list[int]
) -> None:
    book = Book({CHARGED: Won(5_000), accounts.offline_reserve("c"): reserve}, holding)
    earned = rules.Cashback(Won(amount.amount // 10), amount)
    book.payment = rules.payment(
        reference="p",
        card="c",
        takings=TODAY,
        drawn=rules.guaranteed_draw("c", reserve, amount),
        cashback=earned,
        terms=holding,
    )
    book.post(book.payment)
    book.standing = refund_rules.as_posted(book.payment, "c", earned.base)

    for each in parts_of(amount, points):
        book.give_back(each)

    assert book.held.get(accounts.ISSUER_RISK, ZERO) == ZERO
    assert book.held[CHARGED] == Won(5_000) + min(reserve, amount)
    assert book.held.get(CASHBACK, ZERO) == ZERO


def test_purses_are_restored_in_the_order_they_were_drawn() -> None:
    book = opened(
        {Purse.POLICY: Won(100), Purse.CHARGED: Won(100), Purse.CASHBACK: Won(100)}, TERMS
    )
    book.pay(Won(250), ZERO)

    made = [book.give_back(Won(each)) for each in (60, 60, 90, 40)]

    assert [[(d.purse.value, d.amount.amount) for d in each.purses] for each in made] == [
        [("policy", 60)],
        [("policy", 40), ("charged", 20)],
        [("charged", 80), ("cashback", 10)],
        [("cashback", 40)],
    ]
    assert [each.cashback_taken.amount for each in made] == [0, 2, 9, 4]
