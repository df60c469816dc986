"""What each command does, from settings to the last line. Never a rule; never a widget."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pos.domain.errors import IeumError, StoreError
from pos.ui import environment

if TYPE_CHECKING:
    from composition.wiring import Assembly
    from pos.services.terminal import Terminal
    from pos.ui.side_panel import SidePanel

PROGRAM_FAULT = 70  # EX_SOFTWARE of sysexits.h
TEST_TOKEN = "9999"  # noqa: S105 - what the printer echoes when the page is out.


class NoScreen(IeumError):
    """There is nobody to sell: input or output is no terminal."""

    code = "K04"
    ko = "화면과 키보드가 있는 터미널에서 실행하세요. 시작하지 않았습니다."
    en = "Run this in a terminal with a screen and a keyboard. Nothing was started."


def run_demo(
    root: Path, home: Path, *, fresh: bool, language: str | None, linear: bool = False
) -> None:
    """Start the demo's world, sell, end it."""
    from composition.demo.home import Home
    from composition.demo.shop import DemoShop

    _prepare_screens(elsewhere=linear)
    print("[ieum] 가게를 여는 중 / opening the shop ...", flush=True)
    shop = DemoShop(Home(home, root), fresh=fresh, language=language)

    async def session() -> int:
        try:
            terminal, panel = await shop.start()
            assert shop.assembly is not None
            return await _sell(terminal, shop.assembly, panel, linear=linear)
        finally:
            await shop.stop()

    _exit_with(asyncio.run(session()))


def run_shop(settings_path: Path, *, linear: bool = False, browser: bool = False) -> None:
    """Run a real shop's terminal, in lines where the settings or the flag want it.

    Raises:
        ConfigError, StoreError: it can't be started.
    """
    from composition.devices import devices_of
    from composition.no_core import forbid_core_dumps
    from composition.wiring import Assembly
    from config.settings import load_settings

    forbid_core_dumps()
    settings = load_settings(settings_path)
    linear = not browser and (linear or settings.screen.linear)
    _prepare_screens(elsewhere=linear or browser)
    folder = settings_path.parent

    async def session() -> int:
        assembly = Assembly(settings, folder, devices_of(settings, folder))
        try:
            return await _sell(await assembly.start(), assembly, None, linear=linear)
        finally:
            await assembly.stop()

    _exit_with(asyncio.run(session()))


async def show_report(settings_path: Path, day: date | None) -> str:
    """Return a day's report as text.

    Raises:
        ConfigError, StoreError: it can't be read.
    """
    from composition.clock import SystemClock
    from composition.paper import rates_file
    from composition.report import day_as_text, open_for_reading
    from config.rates import load_rates
    from config.settings import load_settings
    from pos.domain.news import merged
    from pos.domain.rates import in_force
    from pos.services.show_day import ShowDay

    settings = load_settings(settings_path)
    folder = settings_path.parent
    rates = load_rates(rates_file(settings, folder))
    store = open_for_reading(folder / settings.files.database, settings)
    try:
        rates = merged(rates, (await store.news()).rates)
        show = ShowDay(store=store, rates=lambda on: in_force(rates, on), clock=SystemClock())
        return day_as_text(await show.show(day), settings, rates)
    finally:
        await store.close()


async def print_test_page(settings_path: Path) -> str:
    """Print the test page straight away, past the spool; return how it went."""
    from composition.paper import rates_file, renderer_of
    from composition.printers import printer_of
    from config.rates import load_rates
    from config.settings import load_settings
    from pos.ports import PrintKind

    settings = load_settings(settings_path)
    rates = load_rates(rates_file(settings, settings_path.parent))
    data = renderer_of(settings, rates, folder=settings_path.parent).render(
        PrintKind.TEST_PAGE, {}, copy=1
    )
    result = await printer_of(settings, settings_path.parent).print(
        data, token=TEST_TOKEN, kick_drawer=True, deadline_ms=10_000
    )
    return f"시험 인쇄 / test page: {result.outcome.value} {result.problem}".rstrip()


def _prepare_screens(*, elsewhere: bool = False) -> None:
    """Make sure that there is a screen, and set what Textual reads at its import.

    Raises:
        NoScreen: input or output is no terminal.
    """
    os.umask(0o077)  # Whatever is written from here on is its owner's alone.
    if elsewhere:  # A browser, or a screen reader's lines, which may come by any way.
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise NoScreen()
    environment.prepare(os.environ)


async def _sell(
    terminal: Terminal, assembly: Assembly, panel: SidePanel | None, *, linear: bool
) -> int:
    if linear:
        from composition.lines import sell_in_lines

        return await sell_in_lines(terminal, assembly, panel)
    from pos.ui.app import IeumApp

    screens = IeumApp(terminal, panel)

    def on_failure(error: BaseException) -> None:
        if isinstance(error, StoreError):
            screens.stop_selling(error)
        else:  # A fault of the program: better no till than one that forwards nothing.
            screens.exit(return_code=PROGRAM_FAULT, message=f"{type(error).__name__}: {error}")

    screens.call_later(assembly.run_tasks, on_failure)
    await screens.run_async()
    return screens.return_code or 0


def _exit_with(code: int) -> None:
    if code:
        raise SystemExit(code)
