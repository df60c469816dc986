from __future__ import annotations

from receipts.encoders.text import to_text
from receipts.rows import Align, CutMark, QrCode, Row, Size, Span


def test_large_letters_stay_in_the_middle() -> None:
    row = Row((Span(" " * 15), Span("영수증", 2, 2)))
    assert to_text([row], 42) == " " * 18 + "영수증\n"


def test_a_large_pair_reaches_both_edges() -> None:
    row = Row.of("합계" + " " * 10 + "1,000원", Size.LARGE)
    assert row.columns == 42
    assert to_text([row], 42) == "합계" + " " * 31 + "1,000원\n"


def test_the_printers_own_alignment_is_followed() -> None:
    rows = [Row((Span("가"),), Align.CENTER), Row((Span("가"),), Align.RIGHT)]
    assert to_text(rows, 10) == "    가\n        가\n"


def test_a_cut_shows_only_between_two_papers() -> None:
    first, second = Row.of("1"), Row.of("2")
    assert to_text([first, CutMark()], 8) == "1\n"
    assert to_text([first, CutMark(), second, CutMark()], 8) == "1\n\n- - - -\n\n2\n"


def test_a_qr_code_is_told_by_its_content() -> None:
    assert to_text([QrCode("IEUM", align=Align.LEFT)], 10) == "[QR]\nIEUM\n"
