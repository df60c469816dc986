"""The simulation finds each planted bug; one that it can't find would show that it proves nothing."""

from __future__ import annotations

import pytest

from tests.simulation.hunt import hunt
from tests.simulation.planted import PLANTS, Plant


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(plant: Plant) -> None:
    assert hunt(plant, start=0).seeds is not None
