from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.compact import EPOCH, CompactError, Reader, Writer

TEXTS = st.one_of(
    st.text(max_size=80),
    st.text("0123456789abcdef", max_size=64),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", max_size=400),
    st.from_regex(r"[0-9]{6}\*{1,12}[0-9]{4}", fullmatch=True),
)
TIMES = st.datetimes(timezones=st.sampled_from((UTC, timezone(timedelta(hours=9)))))


def written(text: str) -> bytes:
    out = Writer()
    out.text(text)
    return out.done()


@given(st.integers(-(2**62) + 1, 2**62 - 1), TEXTS, TIMES)
def test_values_come_back_as_they_were(number: int, text: str, at: datetime) -> None:
    out = Writer()
    out.signed(number)
    out.text(text)
    out.moment(at)
    out.moment(at, since=at)
    data = Reader(out.done())
    assert (data.signed(), data.text(), data.moment(), data.moment(since=at)) == (
        number,
        text,
        at,
        at,
    )
    data.end()


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", 1),
        ("629099******1234", 7),
        ("0123456789abcdef0123456789abcdef", 17),
        ("A" * 332, 2 + 249),
        ("이음", 7),
        ("F0000043", 7),
    ],
)
def test_a_text_takes_no_more_than_what_stands_behind_it(text: str, size: int) -> None:
    assert len(written(text)) == size


@pytest.mark.parametrize("text", ["AB", "A", "ABCDE", "629099*********1234", "٣٣", "0A", "a_-b="])
def test_a_text_that_only_looks_like_one_of_the_kinds_comes_back_whole(text: str) -> None:
    assert Reader(written(text)).text() == text


@pytest.mark.parametrize("number", [-1, 1 << 63])
def test_a_number_beyond_its_bits_is_refused(number: int) -> None:
    with pytest.raises(CompactError):
        Writer().number(number)


@pytest.mark.parametrize("text", ["한" * 400, "\ud800"])
def test_a_text_too_long_or_no_unicode_is_refused(text: str) -> None:
    with pytest.raises(CompactError):
        Writer().text(text)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(CompactError, match="zone"):
        Writer().moment(EPOCH.replace(tzinfo=None))


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    for read in (Reader.number, Reader.signed, Reader.text, Reader.moment, Reader.end):
        try:
            read(Reader(data))
        except CompactError:
            continue


def test_a_text_that_claims_more_than_there_may_be_is_refused_before_it_is_read() -> None:
    out = Writer()
    out.number(1 << 40)
    with pytest.raises(CompactError, match="bytes"):
        Reader(out.done()).text()
