from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos.domain.won import WON_MAX, Won
from receipts.document import (
    BigAmount,
    Blank,
    Cut,
    Document,
    Item,
    Items,
    Line,
    Notice,
    Pair,
    Qr,
    Rule,
    Ruler,
    RuleStyle,
    Text,
    Title,
)
from receipts.encoders.escpos import to_escpos
from receipts.layout import layout
from receipts.rows import Align, CutMark, QrCode, Row, Size
from tests.receipts.test_cp949 import TEXTS

AMOUNTS = st.integers(-WON_MAX, WON_MAX).map(lambda amount: str(Won(amount)))
INDENTS = st.integers(0, 4)
ITEMS = st.builds(Item, TEXTS, st.integers(1, 9_999).map(str), AMOUNTS, AMOUNTS)
HEADER = Item("상품명", "수량", "금액", "단가")
LINES: st.SearchStrategy[Line] = st.one_of(
    st.builds(Title, TEXTS),
    st.builds(Notice, TEXTS),
    st.builds(Text, TEXTS, st.sampled_from(Align), st.sampled_from(Size), st.booleans(), INDENTS),
    st.builds(Pair, TEXTS, TEXTS, st.sampled_from(Size), st.booleans(), INDENTS),
    st.builds(BigAmount, TEXTS, AMOUNTS),
    st.builds(Items, st.just(HEADER), st.lists(ITEMS, max_size=4).map(tuple)),
    st.builds(Rule, st.sampled_from(RuleStyle)),
    st.builds(Ruler),
    st.builds(Blank, st.integers(0, 3)),
    st.builds(Cut),
)
COLUMNS = st.one_of(st.sampled_from((32, 42, 48)), st.integers(24, 80))
WIDTHS = pytest.mark.parametrize("columns", [32, 42, 48])


def texts(line: Line, columns: int) -> list[str]:
    return [row.text for row in layout(Document((line,)), columns) if isinstance(row, Row)]


@given(st.lists(LINES, max_size=6), COLUMNS)
@settings(max_examples=150)
def test_no_row_is_wider_than_the_paper(lines: list[Line], columns: int) -> None:
    for row in layout(Document(tuple(lines)), columns):
        assert not isinstance(row, Row) or row.columns <= columns


@given(st.lists(LINES, max_size=4), COLUMNS)
@settings(max_examples=60)
def test_text_from_outside_never_becomes_a_command(lines: list[Line], columns: int) -> None:
    data = to_escpos(layout(Document(tuple(lines)), columns))
    commands = {data[at : at + 2] for at, byte in enumerate(data) if byte in b"\x10\x1b\x1c\x1d"}
    assert commands <= {b"\x1b@", b"\x1c&", b"\x1d!", b"\x1bE", b"\x1dV"}
    assert not set(data) & (set(range(0x20)) - set(b"\n\x1b\x1c\x1d\x00\x01\x11\x10"))


@given(TEXTS, AMOUNTS, st.sampled_from(Size), COLUMNS)
def test_an_amount_is_never_cut(label: str, amount: str, size: Size, columns: int) -> None:
    assert any(text.endswith(amount) for text in texts(Pair(label, amount, size), columns))
    assert any(text.endswith(amount) for text in texts(BigAmount(label, amount), columns))


@given(st.lists(ITEMS, min_size=1, max_size=4), COLUMNS)
def test_every_amount_in_a_table_stands_whole(items: list[Item], columns: int) -> None:
    rows = texts(Items(HEADER, tuple(items)), columns)
    for item in items:
        assert any(row.endswith(item.amount) for row in rows)


@WIDTHS
def test_amounts_of_a_table_end_in_the_last_column(columns: int) -> None:
    items = (Item("참치김밥", "2", "9,000", "4,500"), Item("Coffee", "10", "-12,500", "-1,250"))
    rows = layout(Document((Items(HEADER, items),)), columns)
    assert {row.columns for row in rows if isinstance(row, Row)} == {columns}


def test_a_long_name_wraps_below_itself_and_keeps_its_amount_on_the_first_row() -> None:
    name = "국내산 유기농 현미로 지은 즉석밥 12개입"
    rows = texts(Items(HEADER, (Item(name, "1", "15,900"),)), 32)[1:]
    assert rows[0].startswith("국내산 유기농")
    assert rows[0].endswith("1 15,900")
    assert all(row.startswith(" ") for row in rows[1:])
    assert "".join(rows).replace(" ", "").replace("115,900", "") == name.replace(" ", "")


def test_a_name_without_end_is_cut_with_a_mark() -> None:
    rows = texts(Items(HEADER, (Item("가" * 500, "1", "1,000"),)), 42)
    assert rows[-1].endswith("…")
    assert len(rows) <= 6


def test_the_largest_amount_there_is_fits_the_narrowest_paper() -> None:
    rows = texts(BigAmount("합계", str(Won(-WON_MAX))), 32)
    assert "-999,999,999,999" in rows[-1]


def test_the_middle_is_exact_for_large_letters_too() -> None:
    (row,) = layout(Document((Title("영수증"),)), 42)
    assert isinstance(row, Row)
    assert row.spans[0].text == " " * 15
    assert row.columns == 15 + 12


def test_a_qr_code_has_white_around_it_and_is_followed_by_its_caption() -> None:
    above, code, below, caption = layout(Document((Qr("IEUM", "확인"),)), 32)
    assert above == below == Row()
    assert code == QrCode("IEUM")
    assert isinstance(caption, Row)
    assert caption.text.strip() == "확인"


def test_what_stands_instead_of_a_code_that_is_too_large_is_printed() -> None:
    (row,) = layout(Document((Qr("X" * 2_000, "확인", "코드 없음"),)), 32)
    assert row == Row.of("코드 없음")


@pytest.mark.parametrize("content", ["x" * 2_000, "X" * 5_000, "a\x1bb"])
def test_a_qr_code_that_no_one_can_read_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match="QR"):
        layout(Document((Qr(content),)), 42)


@pytest.mark.parametrize("columns", [0, 23, 81])
def test_paper_that_does_not_exist_is_refused(columns: int) -> None:
    with pytest.raises(ValueError, match="columns"):
        layout(Document(()), columns)


def test_a_cut_stays_a_cut() -> None:
    assert layout(Document((Cut(),)), 42) == (CutMark(),)


@WIDTHS
def test_the_ruler_counts_to_the_last_column(columns: int) -> None:
    _, digits = texts(Ruler(), columns)
    assert len(digits) == columns
