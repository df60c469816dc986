"""The row of keys under a dialog, each of which can be touched, too. Never acts: it sends the key."""

from __future__ import annotations

from rich.cells import cell_len
from textual.events import Click, Key
from textual.widgets import Static

BETWEEN = "   "  # What parts one key's words from the next one's, in every catalogue.
NAMES = {"enter": "enter", "esc": "escape", "/": "slash", "f2": "f2", "f6": "f6", "f12": "f12"}


class TouchKeys(Static):
    """` Enter again   F6(2) cash   Esc(0) back`: a touch on the words presses their key."""

    def __init__(self) -> None:
        super().__init__(classes="keys", markup=False)
        self._text = ""

    def say(self, text: str) -> None:
        """Show the keys."""
        self._text = f" {text}"
        self.update(self._text)

    def on_click(self, event: Click) -> None:
        """Press the key that was touched; words without one are none."""
        event.stop()
        offset = event.get_content_offset(self)
        key = key_at(self._text, -1 if offset is None else offset.x)
        if key:
            self.app.post_message(Key(key, "/" if key == "slash" else None))


def key_at(text: str, column: int) -> str:
    """Return the name of the key whose words stand at a column, or nothing."""
    start = 0
    for words in text.split(BETWEEN):
        end = start + cell_len(words)
        if start <= column < end:
            named = words.split(maxsplit=1)[0] if words.strip() else ""
            return NAMES.get(named.partition("(")[0].casefold(), "")
        start = end + len(BETWEEN)
    return ""
