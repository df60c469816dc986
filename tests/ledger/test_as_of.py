"""A day worked out again: as of itself it never changes, as of later it says what should have been."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.policy.dated import Span
from ledger.policy.policy import Policy
from ledger.policy.shop import Shop, ShopFacts
from ledger.server import accounts, as_of, refund_rules, rules, shops
from ledger.server.database import Database
from ledger.server.refund_rules import Standing
from ledger.server.shops import Enrolled
from pos.domain.tender import Purse, PurseDraw
from pos.domain.won import ZERO, Won
from tests.ledger.test_settlement import DAY, POLICY, SHOP, TILLS, City

LATER = DAY + timedelta(days=20)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 400_000), st.sampled_from(TILLS)), max_size=6),
    st.integers(0, 9_000),
    st.integers(0, 2_000),
)
def test_what_is_learnt_later_changes_nothing_as_of_the_day_itself(
    paid: list[tuple[int, int]], sales_m: int, cashback_bp: int
) -> None:
    with TemporaryDirectory() as folder:
        city = City(Path(folder) / "ledger.db")
        for amount, till in paid:
            city.pay(amount, till=till)
        before = city.writer.run_now(lambda tx: as_of.restate(tx, "cafe", DAY, POLICY))
        assert before.difference == Standing()
        assert before.posted.amount == Won(sum(amount for amount, _ in paid))

        learn(city, sales_m)
        newest = POLICY.cashback[-1]
        tiers = (replace(newest.tiers[-1], bp=cashback_bp),)
        row = replace(newest, span=Span(DAY, LATER), tiers=tiers, special=())
        known = replace(POLICY, cashback=(*POLICY.cashback, row))

        day_after = DAY + timedelta(days=1)
        for asked in (None, DAY, day_after, LATER - timedelta(days=1)):
            again = city.writer.run_now(
                lambda tx, on=asked: as_of.restate(tx, "cafe", DAY, known, on)
            )
            assert again.restated == before.restated
        now = city.writer.run_now(lambda tx: as_of.restate(tx, "cafe", DAY, known, LATER))
        assert now.posted == before.posted
        city.writer.close()


def learn(city: City, sales_m: int) -> None:
    """It turns out later how much the shop sold a year."""
    facts = ShopFacts(Span(DAY, LATER), Won(sales_m * 1_000_000), "seo", "cafe", win_win_bp=500)
    city.writer.run_now(
        lambda tx: shops.enrol(tx, (Enrolled(Shop("cafe", (*SHOP.history, facts)), TILLS),))
    )


def test_a_size_that_was_learnt_late_shows_what_is_still_to_be_moved(database: Database) -> None:
    city = City(database)
    city.pay(50_000)
    learn(city, 3_001)  # Above 30억 after all.

    said = city.writer.run_now(lambda tx: as_of.restate(tx, "cafe", DAY, POLICY, LATER))

    assert said.posted.fee == Won(450)
    assert said.difference == Standing(
        amount=ZERO,
        cashback=Won(-5_000),
        cashback_base=ZERO,
        fee=Won(1_150 - 450),
        fee_support=Won(-175),
        district_cashback=Won(-1_000),
        merchant_funded=ZERO,
    )
    city.writer.close()


def test_a_day_of_a_rule_that_was_not_known_is_not_made_up(database: Database) -> None:
    city = City(database)
    city.pay(50_000)
    nothing = Policy()

    try:
        city.writer.run_now(lambda tx: as_of.restate(tx, "cafe", DAY, nothing))
    except LookupError:
        pass
    else:
        raise AssertionError("a rate was made up")
    city.writer.close()


def test_what_coupons_and_programmes_paid_earns_nothing_when_worked_out_again_either() -> None:
    terms = POLICY.terms(SHOP, DAY)
    paid = rules.payment(
        reference="p",
        card="c",
        takings=accounts.merchant(1, DAY),
        drawn=[
            (accounts.coupon("city"), Won(3_000)),
            (accounts.grant("c", "anywhere"), Won(2_000)),
            (accounts.purse("c", Purse.POLICY), Won(1_000)),
            (accounts.purse("c", Purse.CHARGED), Won(4_000)),
        ],
        cashback=rules.earn([PurseDraw(Purse.CHARGED, Won(4_000))], ZERO, terms),
        terms=terms,
    )

    again = as_of.by_terms(paid, "c", Won(4_000), terms)

    assert again == refund_rules.as_posted(paid, "c", Won(4_000))
    assert again.merchant_funded == Won(200)
