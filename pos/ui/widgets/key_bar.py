"""The function keys along the bottom, as they lie on the keyboard. Never acts: says which was touched."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from rich.cells import cell_len
from textual.events import Click
from textual.message import Message

from pos.ui.cells import fit
from pos.ui.widgets.painted import Painted, PaintedRow


class KeyRow(Painted):
    """Keys in cells of one width, or as their labels need it where that is too narrow for one.

    Money keys stand out.

    Args:
        keys: (key as Textual names it, label).
        strong: the keys that stand out.
    """

    def __init__(self, keys: Sequence[tuple[str, str]], strong: Sequence[str] = ()) -> None:
        super().__init__()
        self._keys = tuple(keys)
        self._strong = frozenset(strong)

    def show(self, keys: Sequence[tuple[str, str]]) -> None:
        """Take other keys."""
        self._keys = tuple(keys)
        self.changed()

    def paint(self, width: int, height: int) -> Sequence[PaintedRow]:
        """Return a row of key names over a row of labels, centred in the height."""
        edges = self._edges(width)
        names: list[tuple[str, str]] = []
        labels: list[tuple[str, str]] = []
        blank: list[tuple[str, str]] = []
        for place, (key, label) in enumerate(self._keys):
            cell = edges[place + 1] - edges[place]
            strong = key in self._strong
            back = "$cursor" if strong else "$panel"
            front = "$foreground" if strong else "$accent"
            names.append((_middle(self.name_of(key), cell - 1), f"bold {front} on {back}"))
            labels.append((_middle(label, cell - 1), f"bold $foreground on {back}"))
            blank.append((" " * (cell - 1), f"$foreground on {back}"))
            for row in (names, labels, blank):
                row.append((" ", "$foreground on $background"))
        return {2: [names, labels], 3: [names, labels, blank]}.get(
            height, [blank, names, labels, blank]
        )

    def on_click(self, event: Click) -> None:
        """Say which key lies under the finger."""
        key = self.key_at(event.x)
        if key:
            self.touched(key)

    def touched(self, key: str) -> None:
        """A key's cell was touched."""
        raise NotImplementedError

    def key_at(self, x: int) -> str:
        """Return the key whose cell a column belongs to; none where there is no key at all."""
        edges = self._edges(self.content_size.width)
        return next(
            (key for (key, _l), edge in zip(self._keys, edges[1:], strict=True) if x < edge), ""
        )

    def name_of(self, key: str) -> str:
        """Return what stands over a key's label."""
        return key_name(key)

    def _edges(self, width: int) -> list[int]:
        """Return where each cell begins, and where the last one ends."""
        count = max(1, len(self._keys))
        even = [place * width // count for place in range(count + 1)]
        needs = [1 + max(cell_len(self.name_of(key)), cell_len(label)) for key, label in self._keys]
        spare = width - sum(needs)
        if spare < 0 or all(need <= width // count for need in needs):
            return even
        needed = list(accumulate(needs, initial=0))
        return [begins + place * spare // count for place, begins in enumerate(needed)]


class KeyBar(KeyRow):
    """The keys of the screen that it stands on."""

    class Pressed(Message):
        """A key's cell was touched."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    def touched(self, key: str) -> None:
        """Say which key was touched."""
        self.post_message(self.Pressed(key))


def key_name(key: str) -> str:
    """Return a key as it is printed on the keyboard."""
    names = {"escape": "Esc", "enter": "Enter", "left": "<-", "right": "->", "delete": "Del"}
    return names.get(key) or (key.upper() if key.isascii() else key)


def _middle(text: str, width: int) -> str:
    left = max(0, (width - cell_len(text)) // 2)
    return fit(" " * left + text, width)
