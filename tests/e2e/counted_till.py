"""A till for counting keys: the real screens, record and spool on a real terminal; cards, printer and ledger stand in.

`python -m tests.e2e.counted_till FOLDER [ko|en] [people]`
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from composition.clock import SystemClock
from composition.wiring import Assembly, Devices
from config.settings import load_settings
from pos.domain.news import NextKey
from pos.domain.people import Grant, Permission, Role
from pos.ui import environment
from tests.fakes import FakePrinter, ScriptedLedger, ScriptedReader

ROOT = Path(__file__).resolve().parents[2]
FREE = Grant(Permission.PEOPLE, "shop")


class Ledger(ScriptedLedger):
    """One that can be told of keys."""

    def trust(self, keys: Sequence[NextKey]) -> None:
        """There is nothing to check."""


async def main(folder: Path, language: str, people: bool) -> None:
    for name in ("settings.toml", "products.csv"):
        if not (folder / name).exists():
            shutil.copyfile(ROOT / "config" / "sample_shop" / name, folder / name)
    settings = load_settings(folder / "settings.toml")
    terminal = settings.terminal.model_copy(update={"language": language})
    settings = settings.model_copy(update={"terminal": terminal})
    devices = Devices(ScriptedReader(), FakePrinter(), lambda _: Ledger(), SystemClock())
    assembly = Assembly(settings, folder, devices)
    till = await assembly.start()
    if people and not till.staff.everyone:
        await till.staff.add(FREE, "김사장", Role.MANAGER, "2580")
        await till.staff.add(FREE, "이하늘", Role.CASHIER, "4569")
    from pos.ui.app import IeumApp

    app = IeumApp(till)
    app.call_later(assembly.run_tasks, lambda error: app.exit(message=repr(error)))
    try:
        await app.run_async()
    finally:
        await assembly.stop()


if __name__ == "__main__":
    environment.prepare(os.environ)
    where, *rest = sys.argv[1:]
    asyncio.run(main(Path(where), rest[0] if rest else "ko", "people" in rest))
