"""Hours at the till in minutes: sale after sale through the real app, and what it holds at the end.

`python -m tests.ui.soak SALES` prints memory, open files and tasks as they go.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from textual.events import Key
from textual.screen import Screen

from composition.clock import SystemClock
from composition.training.cards import TrainingCards
from composition.wiring import Assembly, Devices
from config.settings import load_settings
from pos.domain.card import CardRead
from pos.ports import CardRequest, PrintResult
from pos.ui import lone_keys, order_answer
from pos.ui.app import IeumApp
from pos.ui.burst import Burst
from tests.fakes import FakePrinter
from tests.ui.fuzz import QUIET_S, SAMPLE, Ledger

PAGE = os.sysconf("SC_PAGE_SIZE")
# What a person looks at in between; each screen is opened and closed.
LOOKS = ("f3", "f4", "f7", "f8", "f9", "f1")
LOOK_EVERY, CARD_EVERY = 20, 3


@dataclass(frozen=True)
class Held:
    """What the process holds."""

    sales: int
    memory_kib: int
    files: int
    tasks: int
    screens: int
    alive: int  # Screens that something still holds, closed ones too.

    def __str__(self) -> str:
        return (
            f"{self.sales:>7,} sales: {self.memory_kib:,} KiB, {self.files} files, "
            f"{self.tasks} tasks, {self.screens} screens open, {self.alive} alive"
        )


def held(sales: int, app: IeumApp) -> Held:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    alive = sum(isinstance(each, Screen) for each in gc.get_objects())
    files = len(list(Path("/proc/self/fd").iterdir()))
    return Held(
        sales, pages * PAGE // 1024, files, len(asyncio.all_tasks()), len(app.screen_stack), alive
    )


class Waiting(TrainingCards):
    """A reader at which each customer holds a full card at once."""

    async def present(self, request: CardRequest) -> CardRead:
        """Take it."""
        asyncio.get_running_loop().call_later(0.002, self.tap, "full")
        return await super().present(request)


class Bin(FakePrinter):
    """A printer that keeps nothing."""

    async def print(
        self, data: bytes, *, token: str, kick_drawer: bool, deadline_ms: int
    ) -> PrintResult:
        """Take it, and forget it."""
        self.printed.clear()
        return await super().print(
            data, token=token, kick_drawer=kick_drawer, deadline_ms=deadline_ms
        )


async def soak(folder: Path, sales: int, marks: int, tell: Callable[[Held], object]) -> list[Held]:
    """Sell so often, and return what was held at so many moments, the first once all is warm."""
    for name in ("settings.toml", "products.csv"):
        (folder / name).write_bytes((SAMPLE / name).read_bytes())
    lone_keys.QUIET_SECONDS = order_answer.QUIET_SECONDS = QUIET_S  # type: ignore[misc]
    chance, clock = random.Random(1), SystemClock()
    ledger = Ledger(clock, random.Random(2))
    codes = [row.split(",")[0] for row in (folder / "products.csv").read_text().splitlines()[2:20]]
    devices = Devices(Waiting(), Bin(), lambda _signer: ledger, clock)
    settings = load_settings(folder / "settings.toml")
    # asyncio keeps a deadline that was not needed, and all that it knows, until its time has come.
    reader = settings.reader.model_copy(update={"card_ms": 500})
    assembly = Assembly(settings.model_copy(update={"reader": reader}), folder, devices)
    app = IeumApp(await assembly.start())
    found: list[Held] = []
    try:
        async with app.run_test(size=(80, 24)):
            assembly.run_tasks(lambda error: app.exit(return_code=70, message=str(error)))
            for sale in range(1, sales + 1):
                await sell(app, chance, codes, ledger, sale)
                if sale % LOOK_EVERY == 0:
                    await look(app, LOOKS[sale // LOOK_EVERY % len(LOOKS)])
                if sale % (sales // marks) == 0:
                    await asyncio.sleep(0.5)
                    found.append(held(sale, app))
                    tell(found[-1])
    finally:
        await assembly.stop()
    return found


async def sell(
    app: IeumApp, chance: random.Random, codes: list[str], ledger: Ledger, sale: int
) -> None:
    """Ring up a few, and take cash or a card until it is paid."""
    ledger.fill()
    counter = app.terminal.counter
    for code in chance.sample(codes, 3):
        app.post_message(Burst(code))
        await keys(app, "enter")
    for _ in range(200):
        if not counter.sale.lines:
            return
        if not counter.paying:
            on_top = type(app.screen).__name__
            card = sale % CARD_EVERY == 0 and on_top == "SellingScreen"
            await keys(app, "f5" if card else "f6" if on_top == "SellingScreen" else "escape")
        await asyncio.sleep(0.004)
    raise AssertionError(f"sale {sale} was never paid; on top: {app.screen}")


async def look(app: IeumApp, key: str) -> None:
    """Open a screen, and close it."""
    await keys(app, key)
    for opened in (True, False):
        for _ in range(200):
            if (len(app.screen_stack) > 1) == opened:
                break
            await asyncio.sleep(0.01)
            if not opened:
                await keys(app, "escape")
    assert len(app.screen_stack) == 1, app.screen


async def keys(app: IeumApp, *pressed: str) -> None:
    for key in pressed:
        app.post_message(Key(key, "\r" if key == "enter" else None))
        for _ in range(6):
            await asyncio.sleep(0)
        await asyncio.sleep(0.004)


def main(sales: int) -> None:
    """Print what is held, ten times on the way."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(soak(Path(folder), sales, 10, lambda each: sys.stdout.write(f"{each}\n")))


if __name__ == "__main__":
    main(int(sys.argv[1]))
