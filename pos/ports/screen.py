"""How the screens are to look and sound, and where that is kept, as a Protocol. Never an implementation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

LOOKS = ("usual", "large", "contrast", "contrast_large")
TOUCH_AUTO, TOUCH_ON, TOUCH_OFF = "auto", "on", "off"


@dataclass(frozen=True, slots=True)
class ScreenChoice:
    """What was chosen for this terminal's screens.

    Attributes:
        look: one of `LOOKS`.
        sounds: the screens' own; whether an order sounds is the orders' setting.
        touch: keys to touch on each screen: `auto` brings them with the first touch.
    """

    look: str = LOOKS[0]
    sounds: bool = True
    touch: str = TOUCH_AUTO


class ScreenKeeper(Protocol):
    """Keeps the choice from one start to the next.

    Guarantee: losing it costs nothing but looks; `keep` never raises and never holds anybody up.
    """

    @property
    def choice(self) -> ScreenChoice:
        """What is chosen now."""
        ...

    async def keep(self, choice: ScreenChoice) -> None:
        """Choose this from now on."""
        ...


class Unkept:
    """A choice that ends with the program."""

    def __init__(self, choice: ScreenChoice | None = None) -> None:
        self.choice = choice or ScreenChoice()

    async def keep(self, choice: ScreenChoice) -> None:
        """Choose this until the end."""
        self.choice = replace(choice)
