"""What a card may pay without the line: guaranteed first, at risk only within every limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.card import CardRead, Cryptogram
from pos.domain.offline import (
    Exposure,
    OfflineAsk,
    OfflineLimits,
    OfflineNo,
    OfflineYes,
    decide_offline,
)
from pos.domain.payment_answers import DeclineReason
from pos.domain.tender import ApprovalMode
from pos.domain.won import ZERO, Won
from tests.fakes import NOON, good_card

OPEN = OfflineLimits(
    at_risk_allowed=True,
    floor_limit=Won(30_000),
    card_cap=Won(50_000),
    terminal_cap=Won(500_000),
    card_count=3,
    age_max=timedelta(hours=24),
)
SHUT = replace(OPEN, at_risk_allowed=False)
ASKS = good_card(cryptogram=Cryptogram.ARQC)  # The card itself would not approve that much.
APPROVES = good_card(cryptogram=Cryptogram.TC)
AT_RISK = OfflineYes(ApprovalMode.OFFLINE_AT_RISK)


def decide(
    card: CardRead, amount: int, limits: OfflineLimits = OPEN, exposure: Exposure | None = None
) -> OfflineYes | OfflineAsk | OfflineNo:
    return decide_offline(card, Won(amount), limits, exposure or Exposure(), NOON)


@given(st.integers(1, 10_000_000), st.integers(0, 10_000_000))
def test_what_the_card_guarantees_no_limit_of_the_shop_refuses(amount: int, unsent: int) -> None:
    long_ago = NOON - timedelta(days=30)
    exposure = Exposure(Won(unsent), Won(unsent), 99, long_ago)
    answer = decide(APPROVES, amount, SHUT, exposure)
    assert answer == OfflineYes(ApprovalMode.OFFLINE_GUARANTEED)


@pytest.mark.parametrize("cryptogram", list(Cryptogram))
def test_an_expired_or_forged_card_never_pays(cryptogram: Cryptogram) -> None:
    expired = good_card(cryptogram=cryptogram, expired=True)
    forged = good_card(cryptogram=cryptogram, genuine=False)
    assert decide(expired, 1) == OfflineNo(DeclineReason.CARD_EXPIRED)
    assert decide(forged, 1) == OfflineNo(DeclineReason.CARD_NOT_GENUINE)


def test_a_stopped_card_pays_nothing_not_even_what_it_guarantees() -> None:
    for cryptogram in (Cryptogram.TC, Cryptogram.ARQC):
        stopped = good_card(cryptogram=cryptogram, hotlisted=True)
        assert decide(stopped, 1) == OfflineNo(DeclineReason.CARD_HOTLISTED)


def test_above_the_limit_somebody_has_to_answer_for_the_risk() -> None:
    limits = replace(OPEN, permission_above=Won(10_000))
    assert decide(ASKS, 10_000, limits) == AT_RISK
    assert decide(ASKS, 10_001, limits) == OfflineAsk(Won(10_001))
    allowed = decide_offline(ASKS, Won(10_001), limits, Exposure(), NOON, permitted=True)
    assert allowed == AT_RISK
    # Somebody's word does not lift the shop's own limits.
    over = decide_offline(ASKS, Won(30_001), limits, Exposure(), NOON, permitted=True)
    assert over == OfflineNo(DeclineReason.OFFLINE_AMOUNT_EXCEEDED)
    assert decide(APPROVES, 30_001, limits) == OfflineYes(ApprovalMode.OFFLINE_GUARANTEED)


def test_the_same_card_again_and_again_is_refused() -> None:
    assert decide(ASKS, 1, OPEN, Exposure(recent=2)) == AT_RISK
    answer = decide(ASKS, 1, OPEN, Exposure(recent=3))
    assert answer == OfflineNo(DeclineReason.OFFLINE_TOO_OFTEN)


def test_a_card_that_says_no_is_not_asked_to_take_a_risk() -> None:
    assert decide(good_card(cryptogram=Cryptogram.AAC), 1) == OfflineNo(DeclineReason.CARD_DECLINED)


def test_nothing_is_at_risk_unless_the_merchant_switched_it_on() -> None:
    assert decide(ASKS, 1, SHUT) == OfflineNo(DeclineReason.OFFLINE_AMOUNT_EXCEEDED)
    assert decide(ASKS, 1) == AT_RISK


@pytest.mark.parametrize(
    ("amount", "exposure", "reason"),
    [
        (30_001, Exposure(), DeclineReason.OFFLINE_AMOUNT_EXCEEDED),
        (20_001, Exposure(this_card=Won(30_000)), DeclineReason.OFFLINE_CAP_REACHED),
        (1, Exposure(card_count=3), DeclineReason.OFFLINE_CAP_REACHED),
        (1, Exposure(at_risk=Won(500_000)), DeclineReason.OFFLINE_CAP_REACHED),
        (
            1,
            Exposure(oldest_at=NOON - timedelta(hours=24, seconds=1)),
            DeclineReason.OFFLINE_NOT_ALLOWED,
        ),
    ],
)
def test_one_step_beyond_any_limit_is_refused(
    amount: int, exposure: Exposure, reason: DeclineReason
) -> None:
    assert decide(ASKS, amount, OPEN, exposure) == OfflineNo(reason)


@pytest.mark.parametrize(
    ("amount", "exposure"),
    [
        (30_000, Exposure()),
        (20_000, Exposure(this_card=Won(30_000))),
        (1, Exposure(card_count=2)),
        (1, Exposure(at_risk=Won(499_999))),
        (1, Exposure(oldest_at=NOON - timedelta(hours=24))),
    ],
)
def test_exactly_at_any_limit_is_approved(amount: int, exposure: Exposure) -> None:
    assert decide(ASKS, amount, OPEN, exposure) == AT_RISK


@given(st.lists(st.integers(1, 40_000), max_size=40))
def test_what_is_at_risk_never_passes_the_terminals_cap(amounts: list[int]) -> None:
    at_risk = ZERO
    for amount in amounts:
        if decide(ASKS, amount, OPEN, Exposure(at_risk=at_risk)) == AT_RISK:
            at_risk += Won(amount)
    assert at_risk <= OPEN.terminal_cap
