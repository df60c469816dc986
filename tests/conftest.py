"""What all tests share: whether this is the nightly run, which does the same things more often."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--nightly", action="store_true", help="run what goes by numbers ten times as often"
    )


@pytest.fixture(scope="session")
def nightly(request: pytest.FixtureRequest) -> bool:
    """Tell whether there is all night for it."""
    return bool(request.config.getoption("--nightly"))
