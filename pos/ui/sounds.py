"""What the bell says: done once, refused twice, an order three times. Never a sound where they are off."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Protocol, cast

from textual.app import App

GAP_SECONDS = 0.18  # Close enough to be one cue, far enough apart to be counted.


class Cue(IntEnum):
    """How often the bell sounds for it."""

    DONE = 1
    REFUSED = 2
    ORDER = 3


class Sounding(Protocol):
    """An app with cues."""

    def cue(self, cue: Cue) -> None:
        """Sound it, unless sounds are off."""
        ...


def sound(app: App[Any], cue: Cue) -> None:
    """Sound a cue where the app has cues; the customer's screen has none."""
    if hasattr(app, "cue"):
        cast("Sounding", app).cue(cue)
