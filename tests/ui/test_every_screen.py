"""Every screen says what was agreed, in both languages and at three sizes, row for row.

`UPDATE_GOLDEN=1` writes them anew after a change that is meant; colours have their own test.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from pos.ui import i18n
from tests.ui.scenes import SCENES, an_app, press
from tests.ui.till import LARGE, SMALL

Compare = Callable[..., bool]
HUGE = (200, 60)
SIZES = (SMALL, LARGE, HUGE)
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(autouse=True)
def korean_again() -> Iterator[None]:
    yield
    i18n.use("ko")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", SCENES)
async def test_it_says_what_was_agreed(name: str, language: str) -> None:
    app = await an_app(SCENES[name], language=language)
    said = []
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await press(pilot, SCENES[name].keys)
        app.news()  # What it would say a second later, however slow the machine.
        await pilot.pause(0.2)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause(0.05)
            rows = app.screen._compositor.render_strips()
            assert {row.cell_length for row in rows} == {size[0]}
            text = "\n".join("".join(part.text for part in row).rstrip() for row in rows)
            said.append(f"{size[0]}x{size[1]}\n{text}\n")
            if folder := os.environ.get("IEUM_SCREEN_PICTURES"):
                picture = Path(folder) / f"{name}-{language}-{size[0]}.svg"
                picture.write_text(app.export_screenshot(), encoding="utf-8")
    golden = GOLDEN / f"{name}-{language}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text("\n".join(said), encoding="utf-8")
    assert "\n".join(said) == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("look", ["large", "contrast", "contrast_large"])
@pytest.mark.parametrize("name", ["selling", "payment", "day"])
def test_the_other_looks(snap_compare: Compare, name: str, look: str) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await pilot.pause(0.2)
        await press(pilot, SCENES[name].keys)

    app = asyncio.run(an_app(SCENES[name], look=look, touch="on"))
    assert snap_compare(app, terminal_size=SMALL, run_before=run)
