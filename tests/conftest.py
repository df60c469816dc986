"""What all tests share: whether this is the nightly run, which does the same things more often."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # How fast a machine is, is no test's business.
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--nightly", action="store_true", help="run what goes by numbers ten times as often"
    )


@pytest.fixture(scope="session")
def nightly(request: pytest.FixtureRequest) -> bool:
    """Tell whether there is all night for it."""
    return bool(request.config.getoption("--nightly"))
