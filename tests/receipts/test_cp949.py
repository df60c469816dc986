from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.cp949 import TEXT_MAX, clean, encode, head, shorten, width, wrap

# Text as it comes from outside: any character, with the nasty ones more often than chance has it.
NASTY = st.sampled_from(
    "\x1b\x1d\x10\x1c\x00\n\r\t\x7f\x9b₩€é🍗\u200d\u202e\u0301ㄱ가뷁똠\u1100\u1161"
)
TEXTS = st.text(st.one_of(st.characters(codec="utf-8"), NASTY), max_size=60)


@given(TEXTS)
def test_clean_text_never_holds_a_control_byte(text: str) -> None:
    assert all(byte >= 0x20 and byte != 0x7F for byte in encode(text))


@given(TEXTS)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(TEXTS, st.integers(4, 48), st.integers(1, 5))
def test_wrapped_rows_fit_and_lose_nothing_unmarked(text: str, columns: int, rows_max: int) -> None:
    line = clean(text)
    rows = wrap(line, columns, rows_max)
    assert len(rows) <= rows_max
    assert all(width(row) <= columns for row in rows)
    if "".join(rows).replace(" ", "") != line.replace(" ", ""):
        assert rows[-1].endswith("…")


@given(TEXTS, st.integers(0, 40))
def test_a_head_never_splits_a_character(text: str, columns: int) -> None:
    kept = head(clean(text), columns)
    assert clean(text).startswith(kept)
    assert width(kept) <= columns
    assert kept.encode("cp949").decode("cp949") == kept


def test_hangul_is_two_columns_and_ascii_one() -> None:
    assert width("인천e음") == 7  # C0CE C3B5 65 C0BD
    assert encode("인천e음").hex() == "c0cec3b565c0bd"


def test_cuts_before_the_character_that_would_be_split() -> None:
    assert head("배달e음 김밥천국 인천점", 11) == "배달e음 김"


def test_every_modern_syllable_is_two_bytes() -> None:
    syllables = [chr(0xAC00 + index) for index in range(11_172)]
    assert {len(encode(each)) for each in syllables} == {2}
    assert encode("뷁") == b"\x94\xee"


def test_decomposed_hangul_is_put_together() -> None:
    assert clean(unicodedata.normalize("NFD", "떡볶이")) == "떡볶이"


@pytest.mark.parametrize(
    ("given_text", "printed"),
    [
        ("₩4,500", "￦4,500"),
        ("치킨🍗", "치킨□"),
        ("Café", "Cafe"),
        ("A—B", "A-B"),
        ("두\n줄\t탭", "두 줄 탭"),
        ("가\u202e나\u200b다", "가나다"),
        ("\x1bp\x00\x19\xfa", "pu"),
        ("👨\u200d👩", "□□"),
    ],
)
def test_what_cannot_be_printed_is_replaced_so_that_it_shows(given_text: str, printed: str) -> None:
    assert clean(given_text) == printed


def test_an_endless_text_is_cut_with_a_mark() -> None:
    assert len(clean("가" * 100_000)) == TEXT_MAX
    assert clean("가" * 100_000).endswith("…")


def test_shortens_with_a_mark_only_where_it_must() -> None:
    assert shorten("참치김밥", 8) == "참치김밥"
    assert shorten("참치김밥", 7) == "참치…"


def test_breaks_at_a_space_near_the_end_else_inside_the_word() -> None:
    assert wrap("문 앞에 놓아 주세요", 14, 3) == ["문 앞에 놓아", "주세요"]
    assert wrap("가 나다라마바사아자", 10, 3) == ["가 나다라", "마바사아자"]


def test_refuses_to_wrap_in_next_to_nothing() -> None:
    with pytest.raises(ValueError, match="too few"):
        wrap("가", 3, 1)


def test_a_row_breaks_before_a_bracket_rather_than_inside_it() -> None:
    assert wrap("모둠튀김 세트(오징어, 김말이)", 17, 9) == ["모둠튀김 세트", "(오징어, 김말이)"]
