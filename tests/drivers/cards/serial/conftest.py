"""Fixtures of the serial reader's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.cards.serial.profiles import PROFILES, Profile
from tests.drivers.cards.benches import SerialBench, serial_bench
from tests.drivers.cards.cardworld import CardWorld


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> CardWorld:
    return CardWorld(tmp_path_factory.getbasetemp() / "serial-keys", tmp_path / "state.json")


@pytest.fixture(params=sorted(PROFILES))
def profile(request: pytest.FixtureRequest) -> Profile:
    return PROFILES[request.param]


@pytest.fixture
def bench(world: CardWorld, profile: Profile) -> Iterator[SerialBench]:
    with serial_bench(world, profile) as made:
        yield made
