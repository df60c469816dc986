"""The one field to scan and type into. Never loses the order of keys; never knows a product.

Textual's own Input takes letters at once but Enter by a binding later, so that two scans arriving
in one read become one long code. Here Enter is taken in the same place as the letters.
"""

from __future__ import annotations

from textual.events import Key, Paste
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input

from pos.ui.burst import Burst
from pos.ui.receipt_entry import LONGEST
from pos.ui.scans import is_ours
from pos.ui.typed import ENTRY_MAX


class Entry(Input):
    """An input whose scans come out one by one and in order.

    Args:
        takes: keys that, like Enter, take along what was typed before them.
        longest: how many characters it holds; the rest of a jammed scanner's is dropped. A receipt's
            code, or a customer's, is taken whole wherever it comes.
        passes: characters that act, on an empty field, a level up.
    """

    # A layout of the whole screen at each letter is what Textual's own would ask for (10 ms).
    virtual_size = reactive(Size(0, 0), layout=False)

    class Entered(Message):
        """Enter, or a key that takes the text along, was pressed; the field is empty again."""

        def __init__(self, text: str, key: str) -> None:
            self.text = text
            self.key = key
            super().__init__()

    def __init__(
        self,
        placeholder: str = "",
        *,
        takes: frozenset[str] = frozenset(),
        longest: int = ENTRY_MAX,
        passes: str = "+-",
    ) -> None:
        super().__init__(placeholder=placeholder, max_length=LONGEST)
        self._longest = longest
        self._takes = takes | {"enter"}
        self._passes = passes
        self._held = ""
        self.cursor_blink = False  # A blinking cursor writes to the terminal for ever.

    def take(self) -> str:
        """Return what stands in the field, and empty it."""
        if not self.value:  # A whole scan: it never has to be shown.
            text, self._held = self._held, ""
            return text[: self._room(text)]
        self._show_held()
        text = self.value
        self.value = ""
        return text

    def on_burst(self, event: Burst) -> None:
        """Hold a code back until what follows it is known: mostly its Enter."""
        event.stop()
        self._held += event.text
        self.call_later(self._show_held)  # Behind what came in the same read.

    def _show_held(self) -> None:
        text, self._held = self._held, ""
        if text:
            start, end = sorted(self.selection)
            room = self._room(self.value + text) - len(self.value) + end - start
            self.replace(text[:room], start, end)
            if len(text) > room:
                self.restricted()

    def _on_key(self, event: Key) -> None:  # type: ignore[override]
        """Take what must not wait for a binding; the rest goes on to Input's own handler."""
        if event.key in self._takes:
            event.stop()
            event.prevent_default()
            self._enter(event.key)
            return
        self._show_held()
        if event.key == "ctrl+j":  # The line feed of a scanner that ends with CR LF.
            event.stop()
            event.prevent_default()
        elif not self.value and event.character is not None and event.character in self._passes:
            event.prevent_default()  # On an empty field they count, one level up.
        elif event.is_printable and len(self.value) >= self._room(self.value):
            event.stop()
            event.prevent_default()
            self.restricted()

    def _on_paste(self, event: Paste) -> None:
        """Take pasted text as if typed: every line end is an Enter."""
        event.stop()
        event.prevent_default()
        self._show_held()
        *lines, rest = event.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for line in lines:
            self._insert(line)
            self._enter("enter")
        self._insert(rest)

    def scan(self, text: str) -> None:
        """Take a code that came by another way than the keyboard, and its Enter."""
        self._show_held()
        self._held = ""
        self._send(self.take() + text, "enter")

    def _room(self, text: str) -> int:
        """Return how long an entry that begins so may become."""
        return LONGEST if is_ours(text) else self._longest

    def _insert(self, text: str) -> None:
        room = self._room(self.value + text) - len(self.value)
        self.insert_text_at_cursor(text[: max(0, room)])

    def _enter(self, key: str) -> None:
        # Straight to the screen: through this field's own queue, a key right behind would overtake.
        self._send(self.take(), key)

    def _send(self, text: str, key: str) -> None:
        self.screen.post_message(self.Entered(text[: self._room(text)], key))
