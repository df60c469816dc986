"""Rows by two dates, and what is refused before it can say anything wrong."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.policy.dated import Span, in_force
from ledger.policy.policy import Policy
from ledger.policy.reading import PACKAGED, load_policy
from ledger.policy.shop import Shop, ShopFacts
from pos.domain.won import Won

FIRST = date(2026, 1, 1)
days = st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n))


@dataclass(frozen=True)
class Row:
    span: Span
    value: int


@st.composite
def rows(draw: st.DrawFn) -> Row:
    begins, known, ends = draw(days), draw(days), draw(st.none() | st.integers(0, 30))
    until = None if ends is None else begins + timedelta(days=ends)
    return Row(Span(begins, known, until), draw(st.integers()))


@given(st.lists(rows(), max_size=8), days, days, st.lists(rows(), max_size=4))
def test_what_held_as_of_a_day_is_not_changed_by_what_is_learnt_later(
    known: list[Row], day: date, asked_on: date, more: list[Row]
) -> None:
    later = [
        replace(row, span=replace(row.span, known_from=asked_on + timedelta(days=1)))
        for row in more
    ]

    assert in_force([*known, *later], day, asked_on) == in_force(known, day, asked_on)


@given(st.lists(rows(), max_size=8), days, days)
def test_what_holds_has_begun_is_known_and_has_not_ended(
    known: list[Row], day: date, asked_on: date
) -> None:
    found = in_force(known, day, asked_on)

    holding = [row for row in known if row.span.holds(day, asked_on)]
    if found is None:
        assert not holding
        return
    assert found in holding
    assert all(row.span.valid_from <= found.span.valid_from for row in holding)


def test_a_correction_counts_from_the_day_it_was_known() -> None:
    wrong = Row(Span(FIRST, FIRST), 5)
    right = Row(Span(FIRST, date(2026, 3, 1)), 7)

    asked = [in_force([wrong, right], FIRST, day) for day in (FIRST, date(2026, 3, 1))]

    assert asked == [wrong, right]


def test_a_month_with_an_end_lays_itself_over_the_open_row() -> None:
    always = Row(Span(FIRST, FIRST), 5)
    may = Row(Span(date(2026, 5, 1), FIRST, date(2026, 5, 31)), 7)
    asked = [date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1)]

    found = [in_force([always, may], day, day) for day in asked]

    assert found == [always, may, may, always]


def test_a_shop_grows_out_of_its_tier_on_the_day_that_is_known() -> None:
    small = ShopFacts(Span(FIRST, FIRST), Won(300_000_000))
    grown = ShopFacts(Span(date(2026, 7, 1), date(2026, 7, 20)), Won(3_100_000_000))
    shop, policy = Shop("s", (small, grown)), load_policy()
    day = date(2026, 7, 10)

    as_posted, as_known_later = policy.terms(shop, day), policy.terms(shop, day, date(2026, 8, 1))

    assert (as_posted.cashback_bp, as_posted.fee_bp) == (1_000, 15)
    assert (as_known_later.cashback_bp, as_known_later.fee_bp) == (0, 230)


@given(st.lists(st.tuples(days, days, st.integers(0, 9_999)), max_size=6), days, days)
def test_terms_are_the_same_however_often_and_in_whatever_order_they_are_asked_for(
    said: list[tuple[date, date, int]], day: date, known_on: date
) -> None:
    history = tuple(ShopFacts(Span(a, b), Won(ok * 1_000_000)) for a, b, ok in said)
    shop, fresh, used = Shop("s", history), load_once(), load_once()
    for other in (day, known_on):
        used.terms(shop, other)

    assert used.terms(shop, day, known_on) == fresh.terms(shop, day, known_on)


def load_once() -> Policy:
    return replace(_POLICY)  # A copy has a memo of its own.


_POLICY = load_policy()


def test_a_row_that_ends_before_it_begins_is_none() -> None:
    with pytest.raises(ValueError, match="ends on"):
        Span(FIRST, FIRST, date(2025, 12, 31))


CASHBACK = "[[cashback]]\nvalid_from = 2026-01-01\nmonthly_spend = 1\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Field required"),
        ("[[cashback", "Expected"),
        (CASHBACK, "Field required"),
        (CASHBACK + "tiers = []", "at least 1"),
        (CASHBACK + "tiers = [{ bp = 10001 }]", "less than or equal"),
        (CASHBACK + "tiers = [{ bp = 7.5 }]", "valid integer"),
        (CASHBACK + "tiers = [{ bp = 1, sales_max = 5 }]", "any size"),
        (CASHBACK + "tiers = [{ bp = 1, sales_max = 5 }, { bp = 2, sales_max = 5 }, { bp = 3 }]", "rise"),
        (CASHBACK + "tiers = [{ bp = 1 }, { bp = 2 }]", "rise"),
        (CASHBACK + "tiers = [{ bp = 1 }]\nrate = 3", "not permitted"),
        (f"{CASHBACK}tiers = [{{ bp = 1 }}]\n" * 2, "two rows"),
        (CASHBACK + "valid_until = 2025-12-31\ntiers = [{ bp = 1 }]", "ends on"),
        (
            CASHBACK + "tiers = [{ bp = 1 }]\n[[coupon]]\nid = 'c'\nissuer = 'i'\n"
            "valid_from = 2026-01-01",
            "an amount or of a share",
        ),
    ],
)  # fmt: skip
def test_rules_of_another_shape_are_refused_with_the_reason(
    tmp_path: Path, text: str, why: str
) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(PACKAGED, folder)
    (folder / "cashback.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=why):
        load_policy(folder)


def test_a_holiday_of_another_year_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(PACKAGED, folder)
    text = "[[holidays]]\nyear = 2026\ndays = [2025-12-25]\n"
    (folder / "calendar.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match="of another year"):
        load_policy(folder)
