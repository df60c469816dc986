"""Rows as a picture of thermal paper, dot for dot. Never a font that is not Korean and monospaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from receipts.cp949 import width
from receipts.encoders.dots import bars_raster, qr_modules
from receipts.encoders.glyphs import CELL_DOTS, SCALE, glyph
from receipts.rows import Align, Bars, CutMark, Printed, QrCode, Raster, Row

if TYPE_CHECKING:
    from PIL import Image

PAPER = (252, 251, 246)
INK = (38, 36, 42)
SURROUND = (214, 212, 206)
ROW_DOTS = 24  # The height of a plain character, font A.
GAP_DOTS = 6  # Between rows: 30 dots a line feed, the printers' default.
MARGIN_DOTS = 24  # Left and right; 80 mm paper has 72 mm of print.
TOOTH_DOTS = 6  # The knife leaves a serrated edge.
SHADES = 15  # From paper to ink; with the surround 16 colours, 4 bits a pixel.
_SURROUND_INDEX = SHADES


def to_png(rows: Iterable[Printed], columns: int) -> bytes:
    """Return the picture as a PNG file."""
    out = BytesIO()
    to_image(rows, columns).save(out, "PNG", bits=4)
    return out.getvalue()


def to_pdf(rows: Iterable[Printed], columns: int) -> bytes:
    """Return the picture as a PDF of one page, as large as the paper is."""
    out = BytesIO()
    dots_an_inch = 203 * SCALE
    to_image(rows, columns).convert("L").save(out, "PDF", resolution=dots_an_inch)
    return out.getvalue()


def to_image(rows: Iterable[Printed], columns: int) -> Image.Image:
    """Return the picture; a plain character is 12 by 24 dots, a dot 2 by 2 pixels."""
    from PIL import Image

    printed = [row for row in rows if not isinstance(row, CutMark)]
    ink = Image.new("L", (columns * CELL_DOTS * SCALE, _height(printed) * SCALE), 0)
    top = 0
    for row in printed:
        if isinstance(row, Row):
            _draw_row(ink, row, top * SCALE)
        elif isinstance(row, QrCode):
            _draw_qr(ink, row, top * SCALE)
        else:
            raster = bars_raster(row) if isinstance(row, Bars) else row
            _draw_raster(ink, raster, (top + GAP_DOTS) * SCALE)
        top += _row_height(row)
    return _on_paper(ink)


def row_height_dots(row: Row) -> int:
    """Return how far a row moves the paper."""
    return ROW_DOTS * row.high + GAP_DOTS


def _height(rows: Sequence[Printed]) -> int:
    return max(1, sum(_row_height(row) for row in rows))


def _row_height(row: Printed) -> int:
    match row:
        case Row():
            return row_height_dots(row)
        case QrCode():
            return len(qr_modules(row.content)) * row.module_dots + 2 * GAP_DOTS
        case Bars() | Raster():
            return row.high_dots + 2 * GAP_DOTS
        case CutMark():
            return 0


def _draw_row(ink: Image.Image, row: Row, top: int) -> None:
    left = _start(row.align, row.columns * CELL_DOTS * SCALE, ink.width)
    bottom = top + ROW_DOTS * row.high * SCALE
    for span in row.spans:
        for char in span.text:
            tile = glyph(char, width(char), span.wide, span.high, bold=span.bold)
            box = (left, bottom - tile.height, left + tile.width, bottom)
            if span.underline:
                ink.paste(255, (box[0], box[3] - SCALE, box[2], box[3]))
            if span.inverse:
                ink.paste(255, box)
                ink.paste(0, box, tile)
            else:
                ink.paste(255, box, tile)
            left += tile.width


def _start(align: Align, used: int, room: int) -> int:
    return {Align.LEFT: 0, Align.CENTER: (room - used) // 2, Align.RIGHT: room - used}[align]


def _draw_qr(ink: Image.Image, code: QrCode, top: int) -> None:
    modules = qr_modules(code.content)
    side = code.module_dots * SCALE
    left = _start(code.align, len(modules) * side, ink.width)
    top += GAP_DOTS * SCALE
    for y, line in enumerate(modules):
        for x, dark in enumerate(line):
            if dark:
                corner = (left + x * side, top + y * side)
                ink.paste(255, (*corner, corner[0] + side, corner[1] + side))


def _draw_raster(ink: Image.Image, raster: Raster, top: int) -> None:
    from PIL import Image

    size = (raster.width_dots, raster.high_dots)
    dots = Image.frombytes("1", size, raster.dots)
    big = dots.resize((size[0] * SCALE, size[1] * SCALE))
    ink.paste(255, (_start(raster.align, big.width, ink.width), top), big)


def _on_paper(ink: Image.Image) -> Image.Image:
    """Lay the ink on paper with a margin all around and serrated ends."""
    from PIL import Image, ImageDraw

    margin, tooth = MARGIN_DOTS * SCALE, TOOTH_DOTS * SCALE
    size = (ink.width + 2 * margin, ink.height + 2 * margin + 2 * tooth)
    picture = Image.new("L", size, 0)
    picture.paste(
        ink.point([level * SHADES // 256 for level in range(256)]), (margin, margin + tooth)
    )
    draw = ImageDraw.Draw(picture)
    for x in range(0, size[0], 2 * tooth):
        draw.polygon([(x, 0), (x + 2 * tooth, 0), (x + tooth, tooth)], fill=_SURROUND_INDEX)
        low = size[1] - 1
        draw.polygon(
            [(x, low), (x + 2 * tooth, low), (x + tooth, low - tooth)], fill=_SURROUND_INDEX
        )
    picture.putpalette(_palette())
    return picture


def _palette() -> list[int]:
    shades = [
        paper + (ink - paper) * shade // (SHADES - 1)
        for shade in range(SHADES)
        for paper, ink in zip(PAPER, INK, strict=True)
    ]
    return [*shades, *SURROUND]
