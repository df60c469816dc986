"""A lunch rush ends with both sides equal, each accepted order charged once, none late that was in time."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.server import order_life
from tests.simulation.rush import run_rush


def test_a_rush_of_300_orders_an_hour_ends_with_both_sides_equal() -> None:
    rush = run_rush(1)
    assert rush.wrong == []
    assert sum(rush.states.values()) + rush.words["cancelled_before"] // 2 >= 290
    # Everything that it is for did happen.
    assert rush.words["placed"] > 280
    assert rush.words["known"] > 20
    assert rush.words["cancelled"] > 5
    assert rush.words["refunded"] > 3
    assert rush.states["delivered"] > 150
    assert rush.states["rejected"] > 5
    assert rush.states["auto_cancelled"] > 3
    assert rush.late > 3  # Came down after the outage, when nobody could answer them any more.
    assert rush.collected > 10
    assert rush.stopped > 5


def test_the_comparison_sees_a_step_that_the_ledger_forgets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(order_life, "_advance", lambda *_: None)
    assert any("at the ledger" in each for each in run_rush(1, 30, 360.0).wrong)


def test_the_comparison_sees_a_refund_that_is_posted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_life, "_known", lambda *_: None)
    real = order_life._give_back

    def twice(tx: Any, merchant: int, charged: Any, *rest: Any) -> Any:
        made = real(tx, merchant, charged, *rest)
        tx.execute("UPDATE order_life SET refunded = refunded + 1 WHERE merchant = ?", (merchant,))
        return made

    monkeypatch.setattr(order_life, "_give_back", twice)
    assert any("went back" in each for each in run_rush(1, 60, 720.0).wrong)
