from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from receipts.encoders.glyphs import BASELINE_DOTS, CELL_DOTS, HIGH_DOTS, SCALE, _font, glyph
from receipts.encoders.png import MARGIN_DOTS, TOOTH_DOTS, to_image, to_png
from receipts.renderer import ReceiptRenderer
from receipts.rows import QrCode, Row, Size
from tests.receipts.samples import SAMPLES

CELL = CELL_DOTS * SCALE
EDGE = MARGIN_DOTS * SCALE
TOP = (MARGIN_DOTS + TOOTH_DOTS) * SCALE
DARK = 128


def inked_columns(text: str, size: Size = Size.NORMAL, columns: int = 20) -> list[bool]:
    """Tell for each column of the paper whether there is ink in it."""
    picture = to_image([Row.of(text, size)], columns).convert("L")
    bottom = picture.height - TOP
    boxes = [(EDGE + at * CELL, TOP, EDGE + (at + 1) * CELL, bottom) for at in range(columns)]
    return [picture.crop(box).getextrema()[0] < DARK for box in boxes]


def test_hangul_takes_exactly_twice_the_columns_of_ascii() -> None:
    assert inked_columns("가나다")[:8] == [True] * 6 + [False] * 2
    assert inked_columns("ABC")[:8] == [True] * 3 + [False] * 5


def test_what_stands_below_each_other_on_paper_does_so_in_the_picture() -> None:
    assert inked_columns("가나    |") == inked_columns("ABCD    |") == inked_columns("가CD    |")


def test_large_letters_take_twice_as_many() -> None:
    assert inked_columns("가A", Size.LARGE)[:8] == [True] * 6 + [False] * 2


def test_tall_letters_take_no_more() -> None:
    assert inked_columns("가A", Size.TALL)[:5] == [True] * 3 + [False] * 2


@pytest.mark.parametrize(("char", "columns"), [("가", 2), ("A", 1), ("…", 2), ("□", 2), ("佳", 2)])
@pytest.mark.parametrize(("wide", "high"), [(1, 1), (1, 2), (2, 2), (3, 1)])
def test_a_tile_is_as_large_as_its_cells(char: str, columns: int, wide: int, high: int) -> None:
    tile = glyph(char, columns, wide, high, bold=True)
    assert tile.size == (columns * wide * CELL, high * 2 * CELL)
    assert tile.getextrema()[1] > DARK


def test_no_syllable_leaves_its_cell() -> None:
    above, below = BASELINE_DOTS * SCALE, (HIGH_DOTS - BASELINE_DOTS) * SCALE
    for code in range(0xAC00, 0xD7A4):
        left, top, right, bottom = _font(1).getbbox(chr(code), anchor="ls")
        assert -top <= above
        assert bottom <= below
        assert right - left <= 2 * CELL


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_the_picture_is_as_wide_as_the_paper(columns: int) -> None:
    sample = SAMPLES["online_voucher"]
    data = ReceiptRenderer(sample.shop, columns).to_png(sample.kind, sample.body)
    picture = Image.open(BytesIO(data))
    assert picture.format == "PNG"
    assert picture.width == columns * CELL + 2 * EDGE


def test_a_qr_code_is_drawn_in_the_middle() -> None:
    picture = to_image([QrCode("IEUM", 6)], 32).convert("L")
    dark = picture.crop((EDGE, TOP, picture.width - EDGE, picture.height - TOP))
    left, _, right, _ = dark.point([255 if level < DARK else 0 for level in range(256)]).getbbox()
    assert abs(left - (dark.width - right)) <= SCALE


def test_empty_paper_is_a_picture_too() -> None:
    assert to_png([], 32).startswith(b"\x89PNG")
