"""Draws an amount large, out of blocks that every terminal has. Never rounds, never a widget."""

from __future__ import annotations

_FONT = {
    "0": (".##.", "#..#", "#..#", "#..#", "#..#", ".##."),
    "1": (".#", "##", ".#", ".#", ".#", ".#"),
    "2": (".##.", "#..#", "...#", "..#.", ".#..", "####"),
    "3": ("###.", "...#", ".##.", "...#", "...#", "###."),
    "4": ("#..#", "#..#", "#..#", "####", "...#", "...#"),
    "5": ("####", "#...", "###.", "...#", "...#", "###."),
    "6": (".##.", "#...", "###.", "#..#", "#..#", ".##."),
    "7": ("####", "...#", "..#.", "..#.", ".#..", ".#.."),
    "8": (".##.", "#..#", ".##.", "#..#", "#..#", ".##."),
    "9": (".##.", "#..#", "#..#", ".###", "...#", ".##."),
    ",": ("..", "..", "..", "..", ".#", "#."),
    "-": ("...", "...", "###", "...", "...", "..."),
    ":": (".", "#", ".", ".", "#", "."),
    " ": ("..", "..", "..", "..", "..", ".."),
}
_HALVES = {"..": " ", "#.": "▀", ".#": "▄", "##": "█"}

SMALL_ROWS = 3
TALL_ROWS = 6


def big_rows(text: str, *, tall: bool = False) -> tuple[str, ...]:
    """Return the text of digits as rows of blocks: 3 rows of half blocks, or 6 rows if tall.

    Raises:
        KeyError: a character other than digits, `,`, `-`, `:` and space.
    """
    glyphs = [_FONT[char] for char in text]
    pixels = [".".join(glyph[row] for glyph in glyphs) for row in range(6)]
    if tall:
        return tuple("".join("██" if dot == "#" else "  " for dot in row) for row in pixels)
    return tuple(
        "".join(_HALVES[a + b] for a, b in zip(pixels[row], pixels[row + 1], strict=True))
        for row in range(0, 6, 2)
    )


def big_rows_within(text: str, width: int, height: int) -> tuple[str, ...]:
    """Return the largest drawing that fits; the bare text if none does."""
    for tall, needed in ((True, TALL_ROWS), (False, SMALL_ROWS)):
        rows = big_rows(text, tall=tall)
        if needed <= height and len(rows[0]) <= width:
            return rows
    return (text,)
