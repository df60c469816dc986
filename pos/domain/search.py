"""Finds products by a part of the name, its 초성, or a name mistyped. Never changes a product.

All names stand in one long text, so that a look at a hundred thousand of them is one search of it.
"""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice
from typing import Generic, TypeVar

T = TypeVar("T")
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_SYLLABLES = 11_172
_FIRST_SYLLABLE = 0xAC00
GUESSES_MAX = 150  # Names compared letter by letter when nothing holds the text.
GUESS_FROM = 2  # Syllables; one alone is near everything.


def initials(text: str) -> str:
    """Return a name's initial consonants (초성): `새우깡` gives `ㅅㅇㄲ`; other characters stay."""
    out: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        index = ord(char) - _FIRST_SYLLABLE
        out.append(_INITIALS[index // 588] if 0 <= index < _SYLLABLES else char.lower())
    return "".join(out)


def normal(text: str) -> str:
    """Return a name as it is compared: composed, small letters, one line."""
    return unicodedata.normalize("NFC", text).replace("\n", " ").strip().lower()


class NameIndex(Generic[T]):
    """Names in one text, and what each stands for."""

    def __init__(self, named: Iterable[tuple[str, T]]) -> None:
        ordered = sorted(((normal(name), value) for name, value in named), key=lambda each: each[0])
        self._values = [value for _, value in ordered]
        names = [name for name, _ in ordered]
        self._names = _Text(names)
        self._initials = _Text([initials(name) for name in names])

    def find(self, text: str, limit: int) -> list[T]:
        """Return what the text may mean, the likeliest first.

        Names that begin with it, then those whose 초성 do, then those that hold either; if there
        are none, those a mistyped letter away.
        """
        wanted = normal(text)
        if not wanted:
            return []
        places: dict[int, None] = {}
        for place in self._held(wanted):
            places[place] = None
            if len(places) >= limit:
                break
        if not places and len(wanted) >= GUESS_FROM:
            places = dict.fromkeys(self._guesses(wanted)[:limit])
        return [self._values[place] for place in places]

    def _held(self, wanted: str) -> Iterator[int]:
        texts = [self._names]
        if initials(wanted) == wanted:  # A whole syllable stands in no 초성.
            texts.append(self._initials)
        for text in texts:
            yield from text.beginning(wanted)
        for text in texts:
            yield from text.holding(wanted)

    def _guesses(self, wanted: str) -> list[int]:
        """Return names with one letter in four wrong at most, the nearest first.

        One wrong letter leaves one half of the text as it was, so only names that hold a half are
        compared.
        """
        middle = len(wanted) // 2
        letters = unicodedata.normalize("NFD", wanted)
        halves = dict.fromkeys(half for half in (wanted[:middle], wanted[middle:]) if half.strip())
        near: dict[int, int] = {}
        for half in halves:
            for place in islice(self._names.holding(half), GUESSES_MAX // len(halves)):
                name = unicodedata.normalize("NFD", self._names.line(place))
                near[place] = distance_within(letters, name)
        allowed = max(1, len(letters) // 4)
        return sorted((p for p, d in near.items() if d <= allowed), key=lambda p: (near[p], p))


class _Text:
    """Lines in one string, found by what they hold."""

    def __init__(self, lines: list[str]) -> None:
        self._text = "\n".join(lines) + "\n"
        self._starts = array("I", accumulate((len(line) + 1 for line in lines[:-1]), initial=0))
        self._sorted = array("I", sorted(range(len(lines)), key=lines.__getitem__))

    def line(self, place: int) -> str:
        start = self._starts[place]
        return self._text[start : self._text.index("\n", start)]

    def beginning(self, wanted: str) -> Iterator[int]:
        """Yield the lines that begin so, in their alphabet's order."""
        first = bisect_left(self._sorted, wanted, key=self.line)
        for place in islice(self._sorted, first, None):
            if not self.line(place).startswith(wanted):
                return
            yield place

    def holding(self, wanted: str) -> Iterator[int]:
        """Yield the lines that hold it anywhere, each once."""
        at = self._text.find(wanted)
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            yield place
            at = self._text.find(wanted, self._text.index("\n", at))


def distance_within(text: str, name: str) -> int:
    """Return how many letters must change for the text to stand somewhere in the name."""
    above = [0] * (len(name) + 1)  # The text may begin anywhere.
    for i, letter in enumerate(text, 1):
        row = [i]
        for j, other in enumerate(name, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other)))
        above = row
    return min(above)
