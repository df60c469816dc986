"""The packaged rules say what the city said, on the days it said it for."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from config.rates import load_rates
from ledger.policy.calendar import YearUnknown
from ledger.policy.dated import Span
from ledger.policy.reading import load_policy
from ledger.policy.shop import Shop, ShopFacts
from ledger.policy.terms import part_of
from ledger.server import rules
from ledger.server.rules import Source
from pos.domain.tender import Purse
from pos.domain.won import ZERO, Won

POLICY = load_policy()
TODAY = date(2026, 11, 24)
OK = 100_000_000  # 억


def shop(sales_ok: int = 1, **facts: object) -> Shop:
    said = ShopFacts(Span(date(2020, 1, 1), date(2020, 1, 1)), Won(sales_ok * OK), **facts)  # type: ignore[arg-type]
    return Shop("s", (said,))


@pytest.mark.parametrize(
    ("day", "small", "middle", "large", "ganghwa"),
    [
        (date(2022, 10, 1), 1_000, 500, 500, 500),
        (date(2023, 5, 1), 1_000, 700, 700, 700),
        (date(2023, 6, 1), 1_000, 500, 500, 500),
        (date(2023, 9, 24), 1_000, 500, 500, 500),
        (date(2023, 9, 25), 1_000, 500, 0, 500),
        (date(2023, 12, 31), 1_000, 700, 0, 700),
        (date(2024, 1, 1), 1_000, 500, 0, 500),
        (date(2024, 5, 31), 1_000, 700, 0, 700),
        (date(2024, 6, 30), 1_000, 500, 0, 500),
        (date(2024, 7, 1), 1_000, 500, 0, 1_000),
        (date(2024, 9, 15), 1_000, 700, 0, 1_000),
        (date(2024, 10, 1), 1_000, 500, 0, 1_000),
        (date(2025, 8, 31), 1_000, 700, 0, 1_000),
        (date(2025, 9, 1), 1_000, 1_000, 0, 1_500),
        (TODAY, 1_000, 1_000, 0, 1_500),
    ],
)
def test_the_citys_cashback_by_day_size_and_district(
    day: date, small: int, middle: int, large: int, ganghwa: int
) -> None:
    asked = [shop(3), shop(30), shop(31), shop(10, district="ganghwa")]

    assert [POLICY.terms(each, day).cashback_bp for each in asked] == [
        small,
        middle,
        large,
        ganghwa,
    ]


def test_the_month_has_300_000_won_but_in_may_2023() -> None:
    months = [date(2023, 4, 30), date(2023, 5, 31), date(2023, 6, 1), TODAY]

    assert [POLICY.terms(shop(), day).cashback_monthly_spend.amount for day in months] == [
        300_000,
        1_000_000,
        300_000,
        300_000,
    ]


def test_50_000_won_at_a_5_percent_win_win_shop_in_seo_earn_8_500() -> None:
    terms = POLICY.terms(shop(district="seo", win_win_bp=500), date(2026, 2, 12))

    earned = rules.earn([Source("a", Purse.CHARGED, Won(50_000))], ZERO, terms)

    assert (earned.amount, earned.district, earned.merchant_funded) == (
        Won(5_000),
        Won(1_000),
        Won(2_500),
    )
    assert earned.total == Won(8_500)


def test_33_330_won_with_10_000_won_of_the_month_left_earn_1_000() -> None:
    drawn = [Source("a", Purse.CHARGED, Won(33_330))]

    assert rules.earn(drawn, Won(290_000), POLICY.terms(shop(), TODAY)).total == Won(1_000)


def test_policy_money_earns_nothing_and_neither_does_a_shop_above_30_ok() -> None:
    policy, own = (Source("a", which, Won(50_000)) for which in (Purse.POLICY, Purse.CHARGED))
    large = POLICY.terms(shop(31), TODAY)

    assert rules.earn([policy], ZERO, POLICY.terms(shop(), TODAY)).total == ZERO
    earned = rules.earn([own], ZERO, large)
    assert earned == rules.Cashback()  # The month's room is left alone too.
    assert large.eligible


@pytest.mark.parametrize(
    ("sales_ok", "check", "credit", "in_the_end"),
    [
        (3, 15, 40, 0),
        (5, 75, 100, 0),
        (10, 90, 115, 55),
        (30, 115, 145, 115),
        (31, 230, 230, 230),
    ],
)
def test_10_000_won_cost_the_shop_a_fee_by_its_size_and_the_city_gives_a_part_back(
    sales_ok: int, check: int, credit: int, in_the_end: int
) -> None:
    asked, day = shop(sales_ok), date(2025, 3, 1)
    terms = POLICY.terms(asked, day)
    amount = Won(10_000)

    facts = asked.on(day, day)
    assert part_of(amount, terms.fee_bp) == Won(check)
    assert part_of(amount, POLICY.fee_bp("credit", facts, day, day)) == Won(credit)
    assert part_of(amount, terms.fee_bp - terms.fee_support_bp) == Won(in_the_end)


def test_a_large_shops_own_contract_stands_for_its_fee_and_a_small_ones_does_not() -> None:
    assert POLICY.terms(shop(31, fee_bp=180), TODAY).fee_bp == 180
    assert POLICY.terms(shop(3, fee_bp=180), TODAY).fee_bp == 15


def test_kinds_of_business_are_excluded_and_sizes_are_not() -> None:
    asked = [shop(1, category="nightlife"), shop(1, category="cafe"), shop(500), Shop("unknown")]

    assert [POLICY.terms(each, TODAY).eligible for each in asked] == [False, True, True, True]


@pytest.mark.parametrize(
    ("bracket", "fee", "with_vat"),
    [("0-35", 1_950, 2_145), ("35-80", 1_700, 1_870), ("80-100", 500, 550)],
)
def test_what_25_000_won_cost_on_the_private_app(bracket: str, fee: int, with_vat: int) -> None:
    commission, vat = POLICY.commission("baemin", Won(25_000), TODAY, bracket=bracket)

    assert (commission.amount, (commission + vat).amount) == (fee, with_vat)
    with pytest.raises(LookupError):
        POLICY.commission("baemin", Won(25_000), TODAY, bracket="")
    assert "baemin" not in POLICY.terms(shop(), TODAY).commission_bp  # Not this ledger's to charge.


def test_a_win_win_rate_beyond_what_is_allowed_is_no_rate() -> None:
    rates = [POLICY.terms(shop(win_win_bp=bp), TODAY).merchant_funded_bp for bp in (99, 100, 500)]

    assert rates == [0, 100, 500]
    assert POLICY.terms(shop(win_win_bp=501), TODAY).merchant_funded_bp == 0


def test_before_the_first_rule_nothing_can_be_posted() -> None:
    with pytest.raises(LookupError):
        POLICY.terms(shop(), date(2022, 9, 30))


@pytest.mark.parametrize(
    ("sold", "days", "paid"),
    [
        (date(2026, 11, 24), 1, date(2026, 11, 25)),
        (date(2026, 11, 24), 2, date(2026, 11, 26)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # Over a week-end.
        (date(2026, 11, 28), 2, date(2026, 12, 1)),  # Sold on a Saturday.
        (date(2025, 10, 2), 1, date(2025, 10, 10)),  # Seven days of 추석.
        (date(2026, 2, 13), 2, date(2026, 2, 20)),  # 설날
        (date(2027, 12, 24), 1, date(2027, 12, 28)),  # 성탄절 on a Saturday, its substitute after.
    ],
)
def test_a_shop_is_paid_on_business_days_only(sold: date, days: int, paid: date) -> None:
    assert POLICY.calendar.pay_day(sold, days) == paid
    assert POLICY.pay_day(shop(pay_days=days), sold) == paid


def test_no_pay_day_is_promised_in_a_year_that_nobody_entered() -> None:
    with pytest.raises(YearUnknown, match="2028"):
        POLICY.calendar.pay_day(date(2027, 12, 31), 1)


def test_the_calendar_has_the_business_days_that_korea_has() -> None:
    days = (date(2025, 1, 1) + timedelta(days=n) for n in range(3 * 365))
    open_days = [day for day in days if POLICY.calendar.is_business_day(day)]

    counts = [sum(day.year == year for day in open_days) for year in (2025, 2026, 2027)]
    assert counts == [261 - 18, 261 - 16, 261 - 15]  # Week-days less holidays on them.
    longest = max((b - a).days for a, b in pairwise(open_days))
    assert longest == 8  # From 2 to 10 October 2025.


def test_the_terminals_estimates_are_the_ledgers_rates() -> None:
    """Two files, since a terminal must estimate without the line; they may not drift apart."""
    for period in load_rates():
        terms = POLICY.terms(Shop("any"), period.valid_from)
        assert period.cashback_bp == terms.cashback_bp
        for each in period.channels:
            assert each.commission_bp == terms.commission_bp[each.channel]
            assert (each.payment_bp, each.vat_bp) == (0, terms.commission_vat_bp[each.channel])
        dear, _ = POLICY.commission("baemin", Won(10_000), period.valid_from, bracket="0-35")
        assert period.private_app.commission_bp == dear.amount
