"""A till under test: the real screens over the fakes, with keys that come as a terminal sends them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual._xterm_parser import XTermParser
from textual.pilot import Pilot

from pos.services.recover import Recovered
from pos.ui.app import IeumApp
from pos.ui.lone_keys import QUIET_SECONDS
from pos.ui.side_panel import SidePanel
from pos.ui.widgets.figures import Figures
from pos.ui.widgets.message_bar import MessageBar
from pos.ui.widgets.notice import Notice
from pos.ui.widgets.total_strip import BigAmount, TotalStrip
from tests.world import World

SMALL, LARGE = (80, 24), (120, 40)
SNACK, ROLL, MILK, RICE_CAKE = "8801234000017", "8801234000024", "8801234000031", "101"


class Till:
    """What a test does to the till and sees of it."""

    def __init__(self, world: World, app: IeumApp, pilot: Pilot[Any]) -> None:
        self.world = world
        self.app = app
        self.pilot = pilot

    async def write(self, data: str) -> None:
        """Send characters as one write of a terminal."""
        driver = self.app._driver
        assert driver is not None
        for event in XTermParser().feed(data):
            driver.process_message(event)
        await self.settle()

    async def keys(self, *keys: str) -> None:
        """Press keys one after the other, as fingers do."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def settle(self) -> None:
        """Wait until the answer by a lone key would have counted, and all is shown."""
        await self.pilot.pause(QUIET_SECONDS * 1.5)
        await self.pilot.pause()

    @property
    def screen(self) -> str:
        return type(self.app.screen).__name__

    @property
    def big(self) -> BigAmount:
        return self.app.screen.query_one(TotalStrip).shown

    @property
    def message(self) -> str:
        return self.app.screen.query_one(MessageBar).text

    def notice(self, name: str) -> str:
        return self.app.screen.query_one(f"#{name}", Notice).text

    def rows(self, name: str = "result") -> dict[str, str]:
        return dict(self.app.screen.query_one(f"#{name}", Figures).rows)

    def text(self) -> str:
        """Return what stands on the screen, row by row."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    @property
    def sold(self) -> int:
        return self.world.store.kinds().count("sale.completed")


@asynccontextmanager
async def a_till(
    world: World | None = None,
    *,
    size: tuple[int, int] = SMALL,
    recovered: Recovered | None = None,
    side_panel: SidePanel | None = None,
) -> AsyncIterator[Till]:
    world = world or World()
    app = IeumApp(world.terminal(recovered), side_panel)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Till(world, app, pilot)
