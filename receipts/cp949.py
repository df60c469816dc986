"""Fits text to Korean receipt printers: safe, CP949, measured in columns. Never lets a control byte through.

A printer with a Korean ROM prints one byte in one column and two in two, so a character is as
wide as its CP949 form is long. Not `euc_kr`: that codec writes 8,822 syllables as eight bytes.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

MISSING = "□"  # Stands where a character can't be printed; two columns.
CUT_MARK = "…"  # Stands where a text was cut; two columns.
BREAKS = " (["
NEVER_FIRST = frozenset(",.!?:;)]}%~·…’”」』】》〉")
TEXT_MAX = 2_000  # Longer than any note a channel allows; the rest is dropped, marked.

_SUBSTITUTES = {
    "₩": "￦",  # A3 DC. The sign of the keyboard, U+20A9, has no CP949 form.
    "–": "-",
    "—": "-",
    "−": "-",
    "•": "·",
    "€": "EUR",
    "№": "No",
}


@lru_cache(maxsize=4_096)
def clean(text: str) -> str:
    """Return the text as one printable line that CP949 can write; idempotent.

    Line ends and odd spaces become a space; controls, bidi marks, joiners and loose accents go;
    an accented Latin letter loses its accent; what is left without a form becomes `□`.
    """
    composed = unicodedata.normalize("NFC", text[: TEXT_MAX * 2])
    line = "".join(_printable(char) for char in composed)
    return line if len(line) <= TEXT_MAX else line[: TEXT_MAX - 1] + CUT_MARK


def _printable(char: str) -> str:
    category = unicodedata.category(char)
    if char in "\t\n\r\v\f" or category in ("Zs", "Zl", "Zp"):
        return " "
    if category in ("Cc", "Cf", "Cs"):  # ESC and its kin; a product's name opens no drawer.
        return ""
    if _encodable(char):
        return char
    if category in ("Mn", "Me"):
        return ""
    if char in _SUBSTITUTES:
        return _SUBSTITUTES[char]
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() else MISSING


def _encodable(char: str) -> bool:
    try:
        char.encode("cp949")
    except UnicodeEncodeError:
        return False
    return True


def encode(text: str) -> bytes:
    """Return the CP949 bytes of a text, cleaned first: no byte below 20 hex is among them."""
    return clean(text).encode("cp949")


def width(text: str) -> int:
    """Return how many columns a clean text takes: Hangul and symbols two, ASCII one."""
    return len(text.encode("cp949"))


def head(text: str, columns: int) -> str:
    """Return as much of the beginning as fits, never half a character."""
    used = 0
    for index, char in enumerate(text):
        used += width(char)
        if used > columns:
            return text[:index]
    return text


def shorten(text: str, columns: int) -> str:
    """Return the text if it fits, else cut so that it shows."""
    if width(text) <= columns:
        return text
    return head(text, columns - width(CUT_MARK)).rstrip() + CUT_MARK


def wrap(text: str, columns: int, rows_max: int) -> list[str]:
    """Break a clean text into rows, at a space where one is near the end; cut after `rows_max`.

    Raises:
        ValueError: fewer than four columns can't hold a character and the mark of a cut.
    """
    if columns < 4:
        raise ValueError(f"{columns} columns are too few to wrap in")
    rows: list[str] = []
    rest = text.strip()
    while rest:
        if len(rows) == rows_max - 1:
            return [*rows, shorten(rest, columns)]
        row = _row(rest, columns)
        rows.append(row.rstrip())
        rest = rest[len(row) :].lstrip()
    return rows


def _row(text: str, columns: int) -> str:
    row = head(text, columns)
    if len(row) == len(text) or text[len(row)] == " ":
        return row
    # Before a bracket is as good as at a space: what stands in it stays together.
    gap = max(row.rfind(each) for each in BREAKS)
    # Korean may break inside a word; a row left half empty looks worse than a broken word.
    if gap > 0 and width(row[:gap]) * 2 >= columns:
        return row[:gap]
    # What closes a phrase stays with the letter before it.
    while len(row) > 1 and text[len(row)] in NEVER_FIRST:
        row = row[:-1]
    return row
