"""Lays text out in terminal cells: Hangul takes 2, ASCII 1, as on the receipt. Never a widget."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, chop_cells, set_cell_size

ELLIPSIS = ".."  # Terminals in Korea disagree on how wide a real ellipsis is.


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list. `width` in cells; None takes what the others leave."""

    title: str
    width: int | None
    right: bool = False


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return the text in exactly `width` cells; what does not fit ends in an ellipsis."""
    if width <= 0:
        return ""
    if cell_len(text) > width:
        room = max(0, width - len(ELLIPSIS))
        text = set_cell_size(text, room).rstrip() + ELLIPSIS[:width]
    padding = " " * (width - cell_len(text))
    return padding + text if right else text + padding


def fit_columns(columns: tuple[Column, ...], cells: tuple[str, ...], width: int) -> str:
    """Return one row of a list, `width` cells wide, columns a space apart."""
    fixed = sum(column.width or 0 for column in columns) + len(columns) - 1
    rest = max(0, width - fixed)
    parts = [
        fit(cell, rest if column.width is None else column.width, right=column.right)
        for column, cell in zip(columns, cells, strict=True)
    ]
    return fit(" ".join(parts), width)


def both_ends(left: str, right: str, width: int) -> str:
    """Return left and right at the ends of a line; the right end is kept whole."""
    space = width - cell_len(right)
    return fit(left, space - 1) + " " + right if space > 1 else fit(right, width)


def wrap(text: str, width: int, lines_max: int) -> list[str]:
    """Break text into at most `lines_max` lines, at spaces where there are some."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        joined = f"{current} {word}" if current else word
        if cell_len(joined) <= width:
            current = joined
            continue
        pieces = chop_cells(word, width) if cell_len(word) > width else [word]
        lines.extend([current] if current else [])
        lines.extend(pieces[:-1])
        current = pieces[-1]
    lines.append(current)
    if len(lines) > lines_max:
        lines = [*lines[: lines_max - 1], fit(" ".join(lines[lines_max - 1 :]), width)]
    return lines
