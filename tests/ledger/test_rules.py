"""The rules of money, over any balances and amounts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.policy.terms import Terms
from ledger.server import accounts, rules
from ledger.server.rules import Cashback, Entry, Posting, Source
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import ZERO, Won

TERMS = Terms(date(2025, 9, 1), 1_000, Won(300_000), 0, 0, {"baedal-eum": 100})
FEES = Terms(date(2025, 9, 1), 1_000, Won(300_000), 115, 60, {})
TAKINGS = "merchant:000100000001:2026-11-24"
TOMORROW = "merchant:000100000001:2026-11-25"

won = st.integers(0, 2_000_000).map(Won)
amounts = st.integers(1, 2_000_000).map(Won)
balances = st.fixed_dictionaries(dict.fromkeys(Purse, won))
terms = st.sampled_from([TERMS, FEES])


def sources(held: dict[Purse, Won]) -> list[Source]:
    """What a card without grants and coupons has, in the order drawn."""
    return [Source(accounts.purse("c", each), each, held[each]) for each in accounts.DRAW_ORDER]


@given(balances, amounts)
def test_a_draw_is_all_or_nothing_and_in_order(held: dict[Purse, Won], amount: Won) -> None:
    draws = rules.draw(sources(held), amount)

    if draws is None:
        assert Won.total(held.values()) < amount
        return
    assert Won.total(each.amount for each in draws) == amount
    assert all(ZERO < each.amount <= held[each.purse] for each in draws)
    drawn = {each.purse: each.amount for each in draws}
    assert list(drawn) == [each for each in accounts.DRAW_ORDER if each in drawn]
    for which in list(drawn)[:-1]:  # All but the last are emptied.
        assert drawn[which] == held[which]
    last = accounts.DRAW_ORDER.index(list(drawn)[-1])
    assert all(held[each] == ZERO or each in drawn for each in accounts.DRAW_ORDER[:last])


@given(balances, amounts, won)
def test_cashback_is_never_earned_on_policy_money_nor_beyond_the_month(
    held: dict[Purse, Won], amount: Won, spent: Won
) -> None:
    draws = rules.draw(sources(held), amount) or ()

    earned = rules.earn(draws, spent, TERMS)

    own = Won.total(each.amount for each in draws if each.purse is not Purse.POLICY)
    assert earned.base <= own
    assert spent >= TERMS.cashback_monthly_spend or spent + earned.base <= Won(300_000)
    assert earned.amount == Won(earned.base.amount // 10)


@pytest.mark.parametrize(
    ("amount", "spent", "expected"),
    [(33_330, 290_000, 1_000), (33_330, 0, 3_333), (10_009, 0, 1_000), (400_000, 0, 30_000)],
)
def test_cashback_is_floored_and_capped(amount: int, spent: int, expected: int) -> None:
    draws = (PurseDraw(Purse.CHARGED, Won(amount)),)

    assert rules.earn(draws, Won(spent), TERMS).amount == Won(expected)


def pay(held: dict[Purse, Won], amount: Won, holding: Terms) -> Posting | None:
    draws = rules.draw(sources(held), amount)
    if draws is None:
        return None
    drawn = [(each.account, each.amount) for each in draws]
    return rules.payment(
        reference="p",
        card="c",
        takings=TAKINGS,
        drawn=drawn,
        cashback=rules.earn(draws, ZERO, holding),
        terms=holding,
    )


def after(held: dict[Purse, Won], posting: Posting) -> dict[Purse, Won]:
    net = posting.net()
    return {p: won + net.get(accounts.purse("c", p), ZERO) for p, won in held.items()}


@given(balances, amounts, terms)
def test_a_payment_sums_to_zero_and_leaves_no_purse_below_zero(
    held: dict[Purse, Won], amount: Won, holding: Terms
) -> None:
    posting = pay(held, amount, holding)
    if posting is None:
        return

    assert sum(each.amount.amount for each in posting.entries) == 0
    assert min(after(held, posting).values()) >= ZERO
    fee = amount.amount * holding.fee_bp // 10_000
    support = amount.amount * holding.fee_support_bp // 10_000
    assert posting.net()[TAKINGS] == Won(amount.amount - fee)  # Charged first.
    assert posting.net().get(accounts.support_due(TAKINGS), ZERO) == Won(support)


@given(balances, amounts, terms)
def test_a_reversal_restores_every_purse_exactly(
    held: dict[Purse, Won], amount: Won, holding: Terms
) -> None:
    posting = pay(held, amount, holding)
    if posting is None:
        return
    now = after(held, posting)

    undone = rules.reversal(posting, card="c", balances=now, takings=TOMORROW)

    assert after(now, undone) == held
    assert undone.net()[TOMORROW] == -posting.net()[TAKINGS]
    assert TAKINGS not in undone.net()  # A settled day is not touched.


@given(balances, amounts, amounts, terms)
def test_a_reversal_after_the_cashback_was_spent_leaves_no_purse_below_zero(
    held: dict[Purse, Won], amount: Won, spent_later: Won, holding: Terms
) -> None:
    first = pay(held, amount, holding)
    if first is None:
        return
    now = after(held, first)
    second = pay(now, spent_later, holding)
    if second is not None:
        now = after(now, second)

    undone = rules.reversal(first, card="c", balances=now, takings=TOMORROW)

    assert min(after(now, undone).values()) >= ZERO
    assert undone.net()[TOMORROW] == -first.net()[TAKINGS]
    policy = accounts.purse("c", Purse.POLICY)
    assert undone.net().get(policy, ZERO) == -first.net().get(policy, ZERO)


@given(won, amounts)
def test_a_guaranteed_payment_is_never_short(reserve: Won, amount: Won) -> None:
    drawn = dict(rules.guaranteed_draw("c", reserve, amount))

    assert sum(each.amount for each in drawn.values()) == amount.amount
    assert drawn[accounts.offline_reserve("c")] <= reserve


@given(won, won)
def test_a_reversed_guaranteed_payment_can_be_spent_again(reserve: Won, cashback: Won) -> None:
    amount = reserve + Won(1)  # One won more than was set aside.
    posting = rules.payment(
        reference="p",
        card="c",
        takings=TAKINGS,
        drawn=rules.guaranteed_draw("c", reserve, amount),
        cashback=Cashback(Won(amount.amount // 10), amount),
        terms=TERMS,
    )
    now = after(dict.fromkeys(Purse, ZERO) | {Purse.CASHBACK: cashback}, posting)

    undone = rules.reversal(posting, card="c", balances=now, takings=TOMORROW)

    assert after(now, undone)[Purse.CHARGED] == reserve
    assert after(now, undone)[Purse.CASHBACK] == cashback
    assert undone.net().get(accounts.ISSUER_RISK, ZERO) == Won(1)


def test_cashback_that_is_spent_and_can_not_be_had_back_is_borne_by_the_fund() -> None:
    posting = rules.payment(
        reference="p",
        card="c",
        takings=TAKINGS,
        drawn=rules.guaranteed_draw("c", ZERO, Won(50_000)),
        cashback=Cashback(Won(5_000), Won(50_000)),
        terms=TERMS,
    )
    left = {Purse.POLICY: Won(900), Purse.CHARGED: Won(300), Purse.CASHBACK: Won(1_000)}

    undone = rules.reversal(posting, card="c", balances=left, takings=TOMORROW)

    assert after(left, undone) == {**dict.fromkeys(Purse, ZERO), Purse.POLICY: Won(900)}
    assert undone.net()[accounts.CASHBACK_FUND] == Won(1_300)


def test_a_posting_that_does_not_sum_to_zero_can_not_be_made() -> None:
    with pytest.raises(ValueError, match="zero"):
        Posting("payment", "p", (Entry("a", Won(1)), Entry("b", Won(-2))))
    with pytest.raises(ValueError, match="zero"):
        Posting("payment", "p", ())


def test_an_order_paid_in_the_app_brings_the_shop_its_total_less_commission() -> None:
    fee = rules.commission(Won(25_000), "baedal-eum", TERMS)
    made = rules.order(reference="d", total=Won(25_000), fee=fee, paid_in_app=True, takings=TAKINGS)

    assert fee == Won(250)
    assert made is not None
    assert made.net() == {
        accounts.DELIVERY_CLEARING: Won(-25_000),
        TAKINGS: Won(24_750),
        accounts.COMMISSION: Won(250),
    }


def test_an_order_paid_at_the_door_costs_only_the_commission() -> None:
    made = rules.order(
        reference="d", total=Won(25_000), fee=Won(250), paid_in_app=False, takings=TAKINGS
    )

    assert made is not None
    assert made.net() == {TAKINGS: Won(-250), accounts.COMMISSION: Won(250)}


def test_a_channel_without_a_rate_costs_nothing() -> None:
    fee = rules.commission(Won(25_000), "own", TERMS)

    assert fee == ZERO
    assert rules.order(reference="d", total=Won(1), fee=fee, paid_in_app=False, takings="t") is None


def test_a_card_can_not_promise_more_offline_than_it_holds() -> None:
    with pytest.raises(ValueError, match="offline"):
        rules.opening("c", {Purse.CHARGED: Won(3_000)}, Won(3_001))
