from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receipts.code128 import QUIET_MODULES, bars, module_dots, runs
from receipts.document import Barcode, Document
from receipts.layout import layout
from receipts.rows import COLUMN_DOTS, Bars, Row

CONTENTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=30)


@given(CONTENTS)
@settings(max_examples=60, deadline=None)
def test_another_maker_s_reader_reads_what_was_meant(content: str) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    from PIL import Image

    drawn = bars(content)
    row = bytes(0 if module == "1" else 255 for module in drawn for _ in range(3))
    picture = Image.new("L", (len(row) + 120, 80), 255)
    picture.paste(Image.frombytes("L", (len(row), 60), row * 60), (60, 10))
    assert [each.text for each in zxingcpp.read_barcodes(picture)] == [content]


@given(CONTENTS, st.integers(24, 80))
def test_bars_and_their_white_are_never_wider_than_the_paper(content: str, columns: int) -> None:
    dots = module_dots(content, columns)
    if dots is not None:
        assert (len(bars(content)) + 2 * QUIET_MODULES) * dots <= columns * COLUMN_DOTS


def test_digits_go_two_a_symbol() -> None:
    assert [(run.code_set, run.text) for run in runs("A12345-6")] == [
        ("B", "A1"),
        ("C", "2345"),
        ("B", "-6"),
    ]


@pytest.mark.parametrize("content", ["", "가", "a\nb", "x" * 61])
def test_what_no_barcode_holds_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match="barcode"):
        bars(content)


def test_bars_too_wide_for_the_paper_leave_their_letters_and_the_words_instead() -> None:
    rows = layout(Document((Barcode("X" * 30, "설명", "바코드 없음"),)), 24)
    assert not any(isinstance(row, Bars) for row in rows)
    texts = [row.text.strip() for row in rows if isinstance(row, Row)]
    assert texts[0] == "바코드 없음"
    assert "설명" in texts
