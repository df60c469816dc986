"""The hand calculation in docs/delivery.md is what the code computes, and the claim holds as far as it says."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from config.rates import load_rates
from ledger.policy.shop import Shop
from ledger.server.rules import commission
from pos.domain.order_events import OrderPosted, OrderRefunded
from pos.domain.rates import ChannelRate, Cost, Rates, cost, cost_parts, in_force, share
from pos.domain.savings import Savings, add_up
from pos.domain.won import ZERO, Won
from tests.fakes import NOON
from tests.ledger.plain_cards import policy

DOC = (Path(__file__).parents[3] / "docs" / "delivery.md").read_text(encoding="utf-8")
DAY = date(2026, 11, 24)
ORDER, FORTY = Won(25_000), 40


def rates(day: date) -> Rates:
    return in_force(load_rates(), day)


def with_brokerage(basis_points: int) -> ChannelRate:
    return ChannelRate("private", basis_points, 300, 1_000)


def written(won: Won) -> bool:
    """Tell whether the page says this amount."""
    return re.search(rf"(?<![\d,]){re.escape(str(won))}(?!\d|,\d)", DOC) is not None


def test_one_order_costs_what_the_page_says() -> None:
    private = rates(DAY).private_app
    parts = cost_parts(ORDER, private)
    assert parts == Cost(Won(1_950), Won(750), ZERO, Won(270))
    assert cost(ORDER, private) == Won(2_970)
    here = commission(ORDER, "baedal-eum", policy().terms(Shop(""), DAY))
    assert here == Won(250)
    assert all(map(written, (parts.brokerage, parts.payment, parts.vat, parts.total, here)))


@pytest.mark.parametrize(
    ("bracket", "bp", "fee", "with_vat"),
    [("0-35", 780, 1_950, 2_145), ("35-80", 680, 1_700, 1_870), ("80-100", 200, 500, 550)],
)
def test_brokerage_by_bracket_is_that_of_the_research(
    bracket: str, bp: int, fee: int, with_vat: int
) -> None:
    brokerage, vat = policy().commission("baemin", ORDER, DAY, bracket=bracket)
    assert (brokerage, brokerage + vat) == (Won(fee), Won(with_vat))
    assert share(ORDER, bp) == Won(fee)
    assert written(Won(fee))
    assert written(Won(with_vat))


def test_a_million_won_of_orders_saves_over_a_hundred_thousand() -> None:
    posted = [OrderPosted(f"k{n}", ORDER, Won(250), NOON) for n in range(FORTY)]
    month = add_up(posted, rates)
    assert month.sales == Won(1_000_000)
    assert (month.elsewhere.total, month.commission) == (Won(118_800), Won(10_000))
    assert month.saved == month.saved_per_million == Won(108_800)
    assert month.saved > Won(100_000)
    assert all(map(written, (month.elsewhere.total, month.commission, month.saved)))


def test_the_page_says_openly_where_the_claim_does_not_hold() -> None:
    for bp, saved in ((680, 97_800), (200, 45_000)):
        there = cost(ORDER, with_brokerage(bp)) * FORTY
        assert there - Won(10_000) == Won(saved)
        assert written(Won(saved))
    assert cost(ORDER, with_brokerage(780)) * FORTY - share(Won(1_000_000), 200) == Won(98_800)


def test_advertising_is_off_and_counts_where_a_shop_turns_it_on() -> None:
    assert rates(DAY).private_app.ad_bp == 0
    with_ads = ChannelRate("private", 780, 300, 1_000, 500)
    assert cost_parts(ORDER, with_ads).advertising == Won(1_250)
    assert cost(ORDER, with_ads) == Won(4_345)


def test_a_refund_takes_both_sides_down_and_each_day_has_its_own_rates() -> None:
    old = Rates(date(2020, 1, 1), 0, ZERO, (), with_brokerage(980))

    def dated(day: date) -> Rates:
        return old if day < DAY else rates(day)

    events = [
        OrderPosted("a", ORDER, Won(250), NOON - timedelta(days=3)),
        OrderPosted("b", ORDER, Won(250), NOON),
        OrderRefunded("r", "b", ORDER, Won(250), NOON),
    ]
    assert add_up(events, dated) == Savings(
        2, ORDER, Won(250), cost_parts(ORDER, with_brokerage(980))
    )
