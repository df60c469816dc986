"""Keys to touch, for a tablet without a keyboard. Never acts: a touch is the key that it names."""

from __future__ import annotations

from collections.abc import Sequence

from textual.events import Key

from pos.ui.widgets.key_bar import KeyRow
from pos.ui.widgets.painted import PaintedRow

ROWS = 3  # So much a finger hits.
KEYS = (
    *((digit, digit) for digit in "1234567890"),
    ("asterisk", "*"),
    ("slash", "/"),
    ("plus", "+"),
    ("minus", "-"),
    ("up", "Up"),
    ("down", "Dn"),
    ("backspace", "<-"),
    ("delete", "Del"),
    ("escape", "Esc"),
    ("enter", "Enter"),
)


class TouchPad(KeyRow):
    """What a number pad has, along the bottom of whatever screen is up."""

    def __init__(self) -> None:
        super().__init__(KEYS, ("enter",))

    def name_of(self, key: str) -> str:
        """Leave the row of names empty: the label says it."""
        return ""

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the labels in the middle of three rows."""
        names, labels, *_rest = super().paint(width, ROWS)
        return [names, labels, names]

    def touched(self, key: str) -> None:
        """Press the key."""
        character = dict(KEYS)[key]
        self.app.post_message(Key(key, character if len(character) == 1 else None))
