"""How the screens look and sound: switched at once, remembered. Never what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from textual.app import App
from textual.screen import Screen

from pos.ports.screen import LOOKS, TOUCH_AUTO, TOUCH_OFF, TOUCH_ON, ScreenChoice, ScreenKeeper
from pos.ui.i18n import _
from pos.ui.screens.pick import PickScreen
from pos.ui.sounds import GAP_SECONDS, Cue
from pos.ui.theme import CONTRAST, THEME
from pos.ui.widgets.painted import Painted
from pos.ui.widgets.touch_pad import TouchPad


class Look:
    """The look of an app's screens.

    Args:
        app: whose screens.
        keeper: what was chosen, and where it is kept.
        bell: makes one sound.
    """

    def __init__(self, app: App[Any], keeper: ScreenKeeper, bell: Callable[[], None]) -> None:
        self._app, self._keeper, self._bell = app, keeper, bell
        self._touched = False
        self._sounding = 0
        for theme in (THEME, CONTRAST):
            app.register_theme(theme)
        self._put_on()

    @property
    def choice(self) -> ScreenChoice:
        """What is chosen now."""
        return self._keeper.choice

    @property
    def touch(self) -> bool:
        """Tell whether there are keys to touch on each screen."""
        touch = self.choice.touch
        return touch == TOUCH_ON or (touch == TOUCH_AUTO and self._touched)

    def next(self) -> None:
        """Go on to the next look."""
        place = LOOKS.index(self.choice.look) + 1
        self.choose(replace(self.choice, look=LOOKS[place % len(LOOKS)]))

    def choose(self, choice: ScreenChoice) -> None:
        """Take a look on at once, and have it remembered."""

        async def keep() -> None:
            await self._keeper.keep(choice)
            self._put_on()

        self._app.run_worker(keep())

    def ask(self) -> None:
        """Offer the looks, and what else there is to choose."""
        choices = offers(self.choice)

        def picked(place: int | None) -> None:
            if place is not None:
                self.choose(choices[place][1])

        self._app.push_screen(PickScreen(_("The screen"), [row for row, _c in choices]), picked)

    def touched(self) -> None:
        """Somebody has touched the screen: they may have no keyboard."""
        if not self._touched:
            self._touched = True
            if self.choice.touch == TOUCH_AUTO:
                self._put_on()

    def dress(self) -> None:
        """Give the screen on top its keys to touch, if there are to be any."""
        self._give_keys(self._app.screen)

    def _give_keys(self, screen: Screen[Any]) -> None:
        """Let a screen have keys to touch just if there are to be any."""
        pads = screen.query(TouchPad)
        if self.touch and not pads:
            screen.mount(TouchPad())
        elif not self.touch and pads:
            pads.remove()

    def sound(self, cue: Cue) -> None:
        """Sound as often as the cue says; a cue that is sounding is not talked over."""
        if self.choice.sounds and not self._sounding:
            self._sounding = int(cue) + 1  # The pause behind it belongs to it.
            self._go_on()

    def _go_on(self) -> None:
        self._sounding -= 1
        if self._sounding:
            self._bell()
            self._app.set_timer(GAP_SECONDS, self._go_on)

    def _put_on(self) -> None:
        app, look = self._app, self.choice.look
        app.set_class(look in ("large", "contrast_large"), "-large")
        app.set_class(self.touch, "-touch")
        app.theme = CONTRAST.name if look.startswith("contrast") else THEME.name
        for screen in app.screen_stack if app.is_running else ():
            self._give_keys(screen)
            for each in screen.query(Painted):
                each.repaint()


def look_name(look: str) -> str:
    """Return what a look is called."""
    words = {
        "usual": _("Usual look"),
        "large": _("Large digits"),
        "contrast": _("High contrast"),
        "contrast_large": _("High contrast, large digits"),
    }
    return words[look]


def offers(choice: ScreenChoice) -> list[tuple[tuple[str, str], ScreenChoice]]:
    """Return what can be chosen, as rows to pick from, each with what it leads to."""
    in_use, other = _("in use"), _("on") if choice.sounds else _("off")
    rows: list[tuple[tuple[str, str], ScreenChoice]] = [
        ((look_name(look), in_use if look == choice.look else ""), replace(choice, look=look))
        for look in LOOKS
    ]
    touches = {
        TOUCH_AUTO: (_("with the first touch"), TOUCH_ON),
        TOUCH_ON: (_("on"), TOUCH_OFF),
        TOUCH_OFF: (_("off"), TOUCH_AUTO),
    }
    said, following = touches[choice.touch]
    rows.append(((_("Sounds"), other), replace(choice, sounds=not choice.sounds)))
    rows.append(((_("Keys to touch"), said), replace(choice, touch=following)))
    return rows
