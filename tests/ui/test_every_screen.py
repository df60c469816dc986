"""Every screen looks as agreed, in both languages and at three sizes; see also the shift's own pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from pos.ui import i18n
from tests.ui.scenes import SCENES, an_app, press
from tests.ui.till import LARGE, SMALL

Compare = Callable[..., bool]
HUGE = (200, 60)
SIZES = [SMALL, LARGE, HUGE]


@pytest.fixture(autouse=True)
def korean_again() -> Iterator[None]:
    yield
    i18n.use("ko")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40", "200x60"])
@pytest.mark.parametrize("name", SCENES)
def test_it_looks_as_agreed(
    snap_compare: Compare, name: str, size: tuple[int, int], language: str
) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await press(pilot, SCENES[name].keys)

    app = asyncio.run(an_app(SCENES[name], language=language))
    assert snap_compare(app, terminal_size=size, run_before=run)


@pytest.mark.parametrize("look", ["large", "contrast", "contrast_large"])
@pytest.mark.parametrize("name", ["selling", "selling_paid", "payment", "day"])
def test_the_other_looks(snap_compare: Compare, name: str, look: str) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await press(pilot, SCENES[name].keys)

    app = asyncio.run(an_app(SCENES[name], look=look, touch="on"))
    assert snap_compare(app, terminal_size=SMALL, run_before=run)
