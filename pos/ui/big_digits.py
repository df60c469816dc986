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
# The larger drawings, by how many cells a dot is wide and high; the largest comes first.
SCALES = ((4, 2), (3, 2), (2, 1), (1, 1))


def big_rows(text: str, scale: tuple[int, int] | None = None) -> tuple[str, ...]:
    """Return the text of digits as rows of blocks: 3 rows of half blocks, or 6 times the scale's.

    Raises:
        KeyError: a character other than digits, `,`, `-`, `:` and space.
    """
    glyphs = [_FONT[char] for char in text]
    pixels = [".".join(glyph[row] for glyph in glyphs) for row in range(6)]
    if scale is not None:
        wide, high = scale
        drawn = ["".join(("█" if dot == "#" else " ") * wide for dot in row) for row in pixels]
        return tuple(row for row in drawn for _ in range(high))
    return tuple(
        "".join(_HALVES[a + b] for a, b in zip(pixels[row], pixels[row + 1], strict=True))
        for row in range(0, 6, 2)
    )


def big_rows_within(text: str, width: int, height: int) -> tuple[str, ...]:
    """Return the largest drawing that fits; the bare text if none does."""
    for scale in (*SCALES, None):
        rows = big_rows(text, scale)
        if len(rows) <= height and len(rows[0]) <= width:
            return rows
    return (text,)
