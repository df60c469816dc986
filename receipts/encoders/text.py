"""Rows as plain text, for the screen, the command line and tests. Never a control character.

Large letters have no plain form: they are written at their usual size, and the gaps between them
are widened so that what stood left, in the middle or at the right edge still does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from receipts.cp949 import clean, width
from receipts.rows import Align, Bars, CutMark, Printed, QrCode, Raster, Row

CUT_LINE_CHAR = "- "
_PIECE = re.compile(r"\S+(?: \S+)*")


def to_text(rows: Iterable[Printed], columns: int) -> str:
    """Return the rows as lines of text, each ended; a cut at the very end is left out."""
    printed = list(rows)
    while printed and isinstance(printed[-1], CutMark):
        printed.pop()
    return "".join(f"{line.rstrip()}\n" for row in printed for line in _lines(row, columns))


def _lines(row: Printed, columns: int) -> list[str]:
    match row:
        case Row():
            return [_place(_plain(row, columns), row.align, columns)]
        case QrCode(content):
            # Whole, so that a code can be taken from the text as from the paper.
            whole = content if content.isascii() and content.isprintable() else clean(content)
            return [_place("[QR]", row.align, columns), whole]
        case Bars():  # Its letters stand in a row of their own.
            return [_place("[|||||]", row.align, columns)]
        case Raster():
            size = f"[{row.width_dots} x {row.high_dots}]"
            return [_place(size, row.align, columns)]
        case CutMark():
            return ["", (CUT_LINE_CHAR * columns)[:columns], ""]


def _place(text: str, align: Align, columns: int) -> str:
    free = max(0, columns - width(text))
    return {Align.LEFT: "", Align.CENTER: " " * (free // 2), Align.RIGHT: " " * free}[align] + text


def _plain(row: Row, columns: int) -> str:
    """Put each piece of a row where its letters stand on the paper."""
    out, offset = "", 0
    for span in row.spans:
        for found in _PIECE.finditer(span.text):
            start = offset + width(span.text[: found.start()]) * span.wide
            piece = found.group()
            spare = width(piece) * (span.wide - 1)
            if start + width(piece) + spare > columns - span.wide and out:
                start += spare  # It ended at the right edge, and still does.
            elif start and not out:
                start += spare // 2  # It stood in the middle.
            out += " " * (start - width(out)) + piece
        offset += span.columns
    return out
