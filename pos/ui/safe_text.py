"""Makes text from outside fit to be shown: one line, no control, no bidi tricks. Never markup.

Order notes, product names and messages come from people and machines we don't know. An escape
sequence could repaint the till, a right-to-left override could turn 1,000 into 000,1, a pile of
combining marks could cover the total.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LENGTH_MAX = 400  # Longer than any note the channels allow.
MARKS_MAX = 2  # Combining marks in a row; no Korean or Latin text needs more.


@lru_cache(maxsize=4_096)
def safe(text: str, limit: int = LENGTH_MAX) -> str:
    """Return the text as one harmless line, NFC, at most `limit` characters."""
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text[: limit * 4]):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if char in "\t\n\r" or category in ("Zs", "Zl", "Zp"):
            kept.append(" ")
        elif category[0] != "C" and marks <= MARKS_MAX:
            kept.append(char)
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: limit - 2] + ".."
