"""CODE128 barcodes as symbols and as bars (ISO 15417). Never wider than the paper holds.

Digits go two a symbol (set C) where four or more stand together; all else is set B.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from receipts.rows import COLUMN_DOTS

SYMBOL_MODULES, STOP_MODULES = 11, 13
QUIET_MODULES = 10  # Left white on each side.
MODULE_DOTS_MIN, MODULE_DOTS_MAX = 2, 3  # 0.25 mm is what a hand scanner reads at ease.
CONTENT_MAX = 60  # More is wider than any receipt.
START_B, START_C, STOP = 104, 105, 106
TO_C, TO_B = 99, 100
STOP_BARS = "1100011101011"
_CHECK = 103
_DIGITS = re.compile(r"\d{4,}")


@dataclass(frozen=True, slots=True)
class Run:
    """A part of the content in one code set: `B` as its letters, `C` as pairs of digits."""

    code_set: str
    text: str

    @property
    def values(self) -> tuple[int, ...]:
        """The symbols' values."""
        if self.code_set == "B":
            return tuple(ord(char) - 32 for char in self.text)
        return tuple(int(self.text[at : at + 2]) for at in range(0, len(self.text), 2))


def runs(content: str) -> tuple[Run, ...]:
    """Split a content into its runs.

    Raises:
        ValueError: it is empty, too long, or holds what is not printable ASCII.
    """
    if not 1 <= len(content) <= CONTENT_MAX or not all(" " <= char <= "~" for char in content):
        raise ValueError(f"a barcode holds 1 to {CONTENT_MAX} printable ASCII letters")
    found: list[Run] = []
    at = 0
    for match in _DIGITS.finditer(content):
        end = match.end()
        start = match.start() + (end - match.start()) % 2  # Set C takes pairs.
        if at < start:
            found.append(Run("B", content[at:start]))
        found.append(Run("C", content[start:end]))
        at = end
    if at < len(content):
        found.append(Run("B", content[at:]))
    return tuple(found)


def symbols(content: str) -> tuple[int, ...]:
    """Return the symbols' values, from the start to the stop, the check symbol among them.

    Raises:
        ValueError: as `runs`.
    """
    parts = runs(content)
    values: list[int] = [START_B if parts[0].code_set == "B" else START_C, *parts[0].values]
    for part in parts[1:]:
        values += [TO_B if part.code_set == "B" else TO_C, *part.values]
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % _CHECK
    return (*values, check, STOP)


def module_dots(content: str, columns: int) -> int | None:
    """Return the narrowest bar's width in dots, or None where the paper can't hold the bars.

    Raises:
        ValueError: as `runs`.
    """
    modules = SYMBOL_MODULES * (len(symbols(content)) - 1) + STOP_MODULES + 2 * QUIET_MODULES
    dots = min(columns * COLUMN_DOTS // modules, MODULE_DOTS_MAX)
    return dots if dots >= MODULE_DOTS_MIN else None


@lru_cache(maxsize=64)
def bars(content: str) -> str:
    """Return the bars, `1` for black and `0` for white, one letter a module, no quiet zone.

    Raises:
        ValueError: as `runs`.
    """
    from barcode.charsets.code128 import CODES  # Comes with python-escpos.

    drawn = [CODES[value] for value in symbols(content)[:-1]]
    return "".join(drawn) + STOP_BARS
