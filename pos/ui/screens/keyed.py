"""What the screens over the sale share: keys, the way back, messages. Never knows what a key does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.events import Key
from textual.screen import Screen

from pos.domain.errors import IeumError
from pos.services.terminal import Terminal
from pos.ui.acts import SidePanelAsked
from pos.ui.i18n import language
from pos.ui.lone_keys import LoneKeys
from pos.ui.widgets.key_bar import KeyBar
from pos.ui.widgets.message_bar import MessageBar


class KeyedScreen(Screen[None]):
    """A screen that a function key opens, with a `MessageBar` and a `KeyBar`.

    Attributes:
        OWN_KEY: what opens it, and closes it as Esc does.
        AT_ONCE: further keys that no scanner sends; they act at once.
        LONE: what a character does that comes alone; a scan is a row of them and does nothing.
    """

    AUTO_FOCUS = ""
    OWN_KEY: ClassVar[str] = "escape"
    AT_ONCE: ClassVar[frozenset[str]] = frozenset()
    LONE: ClassVar[Mapping[str, str]] = {}

    def __init__(self, terminal: Terminal) -> None:
        super().__init__()
        self.terminal = terminal
        self._lone = LoneKeys(self, self.press_lone)

    def on_key(self, event: Key) -> None:
        """Act on a key; one that a scanner sends too has to come alone."""
        if event.key in ("escape", "f12", self.OWN_KEY) or event.key in self.AT_ONCE:
            event.stop()
            event.prevent_default()
            self.press(event.key)
        else:
            self._lone.press(event)

    def on_key_bar_pressed(self, event: KeyBar.Pressed) -> None:
        """A key of the bar was touched."""
        self.press(self.LONE.get(event.key, event.key))

    def press_lone(self, key: str) -> None:
        """Do what a character does that came alone."""
        self.press(self.LONE.get(key, ""))

    def press(self, key: str) -> None:
        """Do what a key does; here the way back and the demo's panel."""
        if key == "f12":
            self.post_message(SidePanelAsked())
        elif key in ("escape", self.OWN_KEY):
            self.dismiss(None)

    def say(self, text: str, kind: str = "info") -> None:
        """Say it in the message bar, unless the screen was closed meanwhile."""
        if self.is_attached:
            self.query_one(MessageBar).say(text, kind)

    def refuse(self, error: IeumError) -> None:
        """Say what went wrong."""
        self.say(error.message(language()), "error")
