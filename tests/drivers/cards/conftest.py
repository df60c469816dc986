"""Fixtures of the card tests. Keys are made once a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drivers.cards.cardworld import CardWorld


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def world(keys_folder: Path, tmp_path: Path) -> CardWorld:
    return CardWorld(keys_folder, tmp_path / "state.json")
