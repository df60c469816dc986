"""The simulation finds each planted bug; one that it can't find would show that it proves nothing."""

from __future__ import annotations

import pytest

from tests.simulation.day import run_day
from tests.simulation.planted import PLANTS, Plant

SEEDS = 300


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert any(run_day(seed).wrong for seed in range(SEEDS))
