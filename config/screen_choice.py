"""Keeps how the screens look in a small file beside the settings. Never anything that money hangs on."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path

from config.settings import ScreenSettings
from pos.ports.screen import LOOKS, TOUCH_AUTO, TOUCH_OFF, TOUCH_ON, ScreenChoice

NAME = "screen.json"
SIZE_MAX = 1_000  # Bytes; what is longer is none of ours.


class ScreenFile:
    """What the settings say, until somebody chose otherwise at the till.

    Reads its file when it is made; a broken one counts as none.
    """

    def __init__(self, settings: ScreenSettings, folder: Path) -> None:
        self._path = folder / NAME
        given = ScreenChoice(settings.look, settings.sounds, settings.touch)
        self._choice = _read(self._path) or given

    @property
    def choice(self) -> ScreenChoice:
        """What is chosen now."""
        return self._choice

    async def keep(self, choice: ScreenChoice) -> None:
        """Choose this from now on; where it can't be written, until the end of the program."""
        self._choice = choice
        await asyncio.to_thread(_write, self._path, choice)


def _read(path: Path) -> ScreenChoice | None:
    try:
        if path.stat().st_size > SIZE_MAX:
            return None
        kept = json.loads(path.read_text(encoding="utf-8"))
        choice = ScreenChoice(kept["look"], kept["sounds"], kept["touch"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    known = choice.look in LOOKS and choice.touch in (TOUCH_AUTO, TOUCH_ON, TOUCH_OFF)
    return choice if known and isinstance(choice.sounds, bool) else None


def _write(path: Path, choice: ScreenChoice) -> None:
    kept = {"look": choice.look, "sounds": choice.sounds, "touch": choice.touch}
    beside = path.with_suffix(".new")
    with suppress(OSError):
        beside.write_text(json.dumps(kept), encoding="utf-8")
        beside.replace(path)
