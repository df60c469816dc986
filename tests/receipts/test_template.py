from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from receipts.document import Blank, Document, Rule, Text
from receipts.layout import layout
from receipts.logo import read_logo
from receipts.rows import Align, Size
from receipts.template import LETTERS_MAX, LINES_MAX, TemplateError, parse_template
from tests.receipts.samples import TEMPLATE

FACTS = {
    "name": "부평 이음마트",
    "phone": "032-555-0100",
    "address": "인천",
    "terminal_number": "IE-1",
}


def test_marks_and_names_become_lines_with_looks() -> None:
    read = parse_template(TEMPLATE, FACTS)
    assert read.header == (
        Text("부평 이음마트", Align.CENTER, Size.LARGE, bold=True),
        Text("시장에서 제일 신선한 김밥", Align.CENTER),
    )
    assert read.notice[0] == Text("교환·환불 안내", bold=True)
    assert read.notice[1] == Text("7일 안에 영수증과 카드를 가져오세요. 문의 032-555-0100")
    assert read.footer == (Rule(), Text("고맙습니다. 또 오세요!", Align.CENTER))


def test_both_languages_name_the_same_things() -> None:
    assert parse_template("[header]\n{shop}", FACTS) == parse_template("[머리]\n{가게}", FACTS)


def test_an_empty_row_stands_only_between_others() -> None:
    assert parse_template("[꼬리]\n\na\n\nb\n\n", FACTS).footer == (Text("a"), Blank(), Text("b"))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[없는것]", 1, "unknown section"),
        ("\n[머리]\n{없는것}", 3, "unknown name"),
        ("[머리]\n{가게", 2, "brace"),
        ("[머리]\n가게}", 2, "brace"),
        ("그냥 글", 1, "section"),
        ("[머리]\na\n[머리]", 3, "twice"),
        ("[머리]\n" + "a" * (LETTERS_MAX + 1), 2, "letters"),
        ("[머리]\n" + "a\n" * (LINES_MAX + 1), LINES_MAX + 2, "lines"),
    ],
)
def test_the_first_wrong_line_is_named(text: str, line: int, said: str) -> None:
    with pytest.raises(TemplateError, match=said) as caught:
        parse_template(text, FACTS)
    assert caught.value.line == line


@given(st.text(max_size=300))
def test_any_file_at_all_is_read_or_refused_and_what_is_read_fits_the_paper(text: str) -> None:
    try:
        read = parse_template("[머리]\n" + text, FACTS)
    except TemplateError:
        return
    layout(Document((*read.header, *read.notice, *read.footer)), 24)


def picture(size: tuple[int, int], colour: object, mode: str = "RGBA") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, "PNG")  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize(
    ("size", "made"), [((100, 50), (100, 50)), ((1_000, 100), (384, 38)), ((100, 1_000), (24, 240))]
)
def test_a_logo_is_made_as_large_as_the_paper_bears(
    size: tuple[int, int], made: tuple[int, int]
) -> None:
    logo = read_logo(picture(size, "black"), 32)
    assert logo.width_dots == made[0]
    assert len(logo.dots) == (made[0] + 7) // 8 * made[1]


def test_black_is_ink_and_what_is_clear_is_paper() -> None:
    assert set(read_logo(picture((16, 4), "black"), 32).dots) == {0xFF}
    assert set(read_logo(picture((16, 4), (0, 0, 0, 0)), 32).dots) == {0}


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"x" * 50, b"x" * 2_000_001]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"picture|bytes"):
        read_logo(data, 32)
