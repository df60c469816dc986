"""Each fraud rule, hit and just missed; and days on which nobody does anything wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.server.fraud_limits import PACKAGED, FraudData, load_fraud_data
from ledger.server.fraud_rules import (
    CARD_RULES,
    SHOP_RULES,
    Fact,
    Finding,
    Kind,
    Severity,
    findings,
    in_order,
)
from pos.domain.won import Won

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DATA = load_fraud_data()
(LIMITS,) = DATA.limits
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def fact(
    after_s: int,
    amount: int = 1_000,
    *,
    kind: Kind = Kind.PAID,
    shop: str = "a",
    card: str = "c",
    held: int = 1_000_000,
) -> Fact:
    at = NOON + timedelta(seconds=after_s)
    return Fact(f"{kind.value}{shop}{card}{after_s}", kind, card, shop, at, Won(amount), Won(held))


def found(*facts: Fact, data: FraudData = DATA) -> list[Finding]:
    return findings(CARD_RULES, in_order(facts), NOON, data)


def found_at_shop(*facts: Fact) -> list[Finding]:
    return findings(SHOP_RULES, in_order(facts), NOON, DATA)


def names(seen: list[Finding]) -> list[str]:
    return [each.rule for each in seen]


def test_one_card_at_two_shops_within_a_minute_is_flagged() -> None:
    here, there = fact(0), fact(60, shop="b")

    (one,) = found(here, there)

    assert (one.rule, one.subject, one.severity) == ("two_places", "c", Severity.HIGH)
    assert one.facts == (here, there)
    assert one.id == "two_places:c:2026-11-24"


@pytest.mark.parametrize(
    "second",
    [fact(61, shop="b"), fact(60), fact(60, shop="b", kind=Kind.RETURNED)],
    ids=["a second later", "the same shop", "a refund"],
)
def test_two_payments_that_one_person_can_make_are_not(second: Fact) -> None:
    assert found(fact(0), second) == []


def test_a_counter_that_was_used_before_is_flagged_at_once() -> None:
    (one,) = found(fact(0, kind=Kind.REUSED))

    assert (one.rule, one.severity) == ("counter_reused", Severity.HIGH)


def test_counters_that_go_back_twice_within_a_day_are_flagged() -> None:
    first, second = fact(0, kind=Kind.BEHIND), fact(DAY, kind=Kind.BEHIND)

    assert names(found(first, second)) == ["counter_behind"]


def test_a_counter_that_was_behind_once_a_day_is_not() -> None:
    assert found(fact(0, kind=Kind.BEHIND), fact(DAY + 1, kind=Kind.BEHIND)) == []


def loaded(amount: int = 500_000) -> Fact:
    return fact(0, amount, kind=Kind.LOADED, shop="")


def test_most_of_a_load_paid_to_one_shop_in_round_sums_is_flagged() -> None:
    seen = found(loaded(), fact(600, 200_000), fact(HOUR, 200_000))

    assert [(each.rule, each.subject) for each in seen] == [("cashed_after_load", "c@a")]
    assert [each.kind for each in seen[0].facts] == [Kind.LOADED, Kind.PAID, Kind.PAID]


@pytest.mark.parametrize(
    "facts",
    [
        (loaded(), fact(600, 200_000), fact(HOUR + 1, 200_000)),
        (loaded(), fact(600, 200_000), fact(700, 190_000)),
        (loaded(), fact(600, 200_000), fact(700, 200_010)),
        (loaded(), fact(600, 200_000), fact(700, 200_000, shop="b")),
        (loaded(100_000), fact(600, 90_000)),
        (fact(600, 400_000), replace(loaded(), at=NOON + timedelta(seconds=700))),
    ],
    ids=["too late", "too little of it", "not round", "two shops", "too little", "before it"],
)
def test_a_load_that_is_spent_as_people_spend_is_not(facts: tuple[Fact, ...]) -> None:
    assert found(*facts) == []


def test_three_refunds_of_a_card_at_a_shop_in_a_day_are_flagged() -> None:
    back = [fact(at, 100_000, kind=Kind.RETURNED) for at in (0, HOUR, DAY)]

    assert names(found(*back)) == ["paid_and_returned"]


@pytest.mark.parametrize(
    "last",
    [
        fact(DAY + 1, 100_000, kind=Kind.RETURNED),
        fact(DAY, 99_999, kind=Kind.RETURNED),
        fact(DAY, 100_000, kind=Kind.RETURNED, shop="b"),
    ],
    ids=["a second later", "a won less", "another shop"],
)
def test_refunds_that_are_few_small_or_spread_are_not(last: Fact) -> None:
    back = [fact(at, 100_000, kind=Kind.RETURNED) for at in (0, HOUR)]

    assert found(*back, last) == []


def drains(after_s: int, amount: int = 90_000, **more: str) -> Fact:
    return fact(after_s, amount, held=100_000, **more)  # type: ignore[arg-type]


def test_a_card_that_one_shop_drains_three_times_in_a_week_is_flagged() -> None:
    assert names(found(*(drains(day * DAY) for day in (0, 3, 7)))) == ["card_drained"]


@pytest.mark.parametrize(
    "last",
    [drains(7 * DAY + 1), drains(7 * DAY, 89_999), drains(7 * DAY, shop="b")],
    ids=["a second later", "a won less", "another shop"],
)
def test_a_card_that_is_emptied_now_and_then_is_not(last: Fact) -> None:
    assert found(drains(0), drains(3 * DAY), last) == []


def test_a_small_rest_may_be_spent_to_the_last_won() -> None:
    assert found(*(fact(day * DAY, 49_999, held=49_999) for day in range(5))) == []


def test_a_shop_that_drains_five_cards_in_half_an_hour_is_flagged() -> None:
    (one,) = found_at_shop(*(drains(450 * n, card=str(n)) for n in range(5)))

    assert (one.rule, one.subject) == ("shop_drains", "a")


def test_a_shop_that_drains_four_or_one_of_them_twice_or_slowly_is_not() -> None:
    four = [drains(450 * n, card=str(n)) for n in range(4)]

    assert found_at_shop(*four) == []
    assert found_at_shop(*four, drains(1_800, card="0")) == []
    assert found_at_shop(*four, drains(1_801, card="4")) == []


def test_what_comes_late_is_seen_with_what_came_after_it() -> None:
    late, known = fact(0), fact(30, shop="b")

    assert findings(CARD_RULES, in_order([known, late]), late.at, DATA) == found(late, known)
    assert found(late, known) != []


def test_the_limits_are_those_of_the_day() -> None:
    tomorrow = replace(LIMITS, valid_from=date(2026, 11, 25), two_places_within_s=300)
    data = FraudData((LIMITS, tomorrow))
    pair = fact(0), fact(300, shop="b")

    assert found(*pair, data=data) == []
    assert len(found(*(replace(each, at=each.at + timedelta(days=1)) for each in pair), data=data))
    assert found(*pair, data=FraudData((tomorrow,))) == []


def test_terminals_side_by_side_are_one_place(tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    packaged = PACKAGED.read_text(encoding="utf-8")
    path.write_text(packaged + '[[places]]\nname = "market"\ndevices = ["00000000000a"]\n')

    data = load_fraud_data(path)

    assert (data.place_of(10), data.place_of(11)) == ("market", "00000000000b")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("two_places_within_s = 60", "two_places_within_s = 0"),
        ("two_places_within_s = 60", "two_places_within_s = true"),
        ("two_places_within_s = 60", ""),
        ("load_share_bp = 8000", "load_share_bp = 10001"),
        ("card_drained_within_s = 604800", "card_drained_within_s = 604800000"),
        ("load_round = 10000", "load_round = 10000\nload_rund = 1"),
    ],
)
def test_limits_that_make_no_sense_are_refused(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "limits.toml"
    packaged = PACKAGED.read_text(encoding="utf-8")
    path.write_text(packaged.replace(before, after), encoding="utf-8")

    with pytest.raises(ValueError, match=r"limits"):
        load_fraud_data(path)


visits = st.lists(
    st.tuples(st.integers(2, 180), st.sampled_from("abcdef"), st.integers(1_000, 60_000)),
    max_size=30,
)


@given(visits=visits)
@settings(max_examples=200, deadline=None)
def test_no_week_of_errands_is_flagged(visits: list[tuple[int, str, int]]) -> None:
    """Whatever is bought wherever, a walk apart, from a card that is loaded once and not emptied."""
    held, clock = 3_000_000, 0
    line = [fact(0, held, kind=Kind.LOADED, shop="")]
    for minutes, shop, amount in visits:
        clock += minutes * MINUTE
        line.append(fact(clock, amount, shop=shop, held=held))
        held -= amount

    assert found(*line) == []
    assert found_at_shop(*line) == []
