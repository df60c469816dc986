"""Characters as tiles on the printer's dot grid. Never wider or narrower than its columns."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from receipts.rows import COLUMN_DOTS

if TYPE_CHECKING:
    from PIL import Image, ImageFont

FONT = Path(__file__).parent.parent / "fonts" / "NanumGothicCoding.ttf"  # OFL 1.1, beside it.
CELL_DOTS = COLUMN_DOTS  # 203 dots an inch.
HIGH_DOTS = 24
SCALE = 2  # Pixels a dot.
BASELINE_DOTS = 19.5  # From the top of the cell: the tallest and the deepest syllable just fit.
_TILES_MAX = 4_096
_UNASSIGNED = "\U0010fffd"  # Drawn by the font as what it lacks.


@lru_cache(maxsize=_TILES_MAX)
def glyph(char: str, columns: int, wide: int, high: int, *, bold: bool) -> Image.Image:
    """Return a character as a mask (0 to 255), `columns` times `wide` cells across.

    A character that the font lacks (Hanja) is drawn as an empty box, so that it shows.
    """
    from PIL import Image, ImageDraw

    grow = max(wide, high)
    size = (columns * CELL_DOTS * SCALE * grow, HIGH_DOTS * SCALE * grow)
    tile = Image.new("L", size, 0)
    draw = ImageDraw.Draw(tile)
    if char != " " and not _has(char):
        inset = 2 * SCALE * grow
        box = (inset, inset, size[0] - inset, size[1] - inset)
        draw.rectangle(box, outline=255, width=SCALE)
    else:
        _write(draw, char, size[0], grow, bold=bold)
    wanted = (columns * CELL_DOTS * SCALE * wide, HIGH_DOTS * SCALE * high)
    return tile if wanted == size else tile.resize(wanted, Image.Resampling.LANCZOS)


def _write(draw: object, char: str, tile_width: int, grow: int, *, bold: bool) -> None:
    font = _font(grow)
    left = (tile_width - font.getlength(char)) / 2
    base = BASELINE_DOTS * SCALE * grow
    offsets = (0, 1) if bold else (0,)  # Emphasis strikes twice, half a dot apart.
    for offset in offsets:
        draw.text((left + offset * grow, base), char, fill=255, font=font, anchor="ls")  # type: ignore[attr-defined]


@cache
def _font(grow: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    pixels = HIGH_DOTS * SCALE * grow
    return ImageFont.truetype(FONT, pixels, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=_TILES_MAX)
def _has(char: str) -> bool:
    font = _font(1)
    return bytes(font.getmask(char)) != bytes(font.getmask(_UNASSIGNED))
