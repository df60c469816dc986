"""What the last act led to, in up to two rows. Never asks for an answer by itself."""

from __future__ import annotations

from collections.abc import Sequence

from textual.events import Resize

from pos.ui.cells import fit, wrap
from pos.ui.safe_text import safe
from pos.ui.sounds import Cue, sound
from pos.ui.widgets.painted import Painted, PaintedRow

MARKS = {"info": " ", "done": "+", "ask": "?", "error": "!"}  # Not told apart by colour alone.
ROWS_MAX = 2
EDGE = 4  # The mark with its spaces, and a cell at the right.


class MessageBar(Painted):
    """One message of a kind: info, done, ask or error.

    It takes a second row only for a text that needs it, because a change of height lays the
    whole screen out anew, which a scan must not wait for.
    """

    DEFAULT_CSS = """
    MessageBar { height: 1; color: $quiet; }
    MessageBar.-done { color: $success; }
    MessageBar.-ask { color: black; background: $warning; }
    MessageBar.-error { color: white; background: $stop; }
    """

    def __init__(self) -> None:
        super().__init__(classes="-info")
        self.text = ""
        self._kind = "info"
        self._rows: list[str] = []

    def say(self, text: str, kind: str = "info") -> None:
        """Say this instead of what was said; an error also sounds."""
        self.text = safe(text)
        if kind != self._kind:
            self._kind = kind
            self.set_classes(f"-{kind}")
        if kind == "error":
            self.app.bell()
        elif kind == "done":
            sound(self.app, Cue.DONE)
        self._lay()

    def on_resize(self, event: Resize) -> None:
        """Break the text anew for another width."""
        self._lay()

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return the rows."""
        style = "" if self._kind == "info" else "bold"
        mark = MARKS[self._kind] if self.text else " "
        starts = [f" {mark} ", "   "]
        return [
            [(start + fit(row, width - len(start)), style)]
            for start, row in zip(starts, self._rows, strict=False)
        ]

    def _lay(self) -> None:
        width = max(1, self.size.width - EDGE)
        self._rows = wrap(self.text, width, ROWS_MAX)
        if self.styles.height is None or self.styles.height.value != len(self._rows):
            self.styles.height = len(self._rows)
        self.changed()
