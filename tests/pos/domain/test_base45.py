from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos.domain.base45 import ALPHABET, Base45Error, base45_decode, base45_encode


@pytest.mark.parametrize(
    ("data", "text"),  # RFC 9285, 4.3 and 4.4
    [
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
        (b"", ""),
    ],
)
def test_it_writes_and_reads_the_examples_of_the_standard(data: bytes, text: str) -> None:
    assert base45_encode(data) == text
    assert base45_decode(text) == data


@given(st.binary(max_size=300))
def test_bytes_come_back_as_they_were(data: bytes) -> None:
    assert base45_decode(base45_encode(data)) == data


@given(st.text(ALPHABET, max_size=60))
def test_a_text_is_refused_or_is_the_one_that_an_encoder_makes(text: str) -> None:
    try:
        data = base45_decode(text)
    except Base45Error:
        return
    assert base45_encode(data) == text


@pytest.mark.parametrize("text", ["GGW", ":::", "::", "V5", "A", "BB8A", "bb8", "BB8한글"])
def test_what_no_encoder_makes_is_refused(text: str) -> None:
    with pytest.raises(Base45Error):
        base45_decode(text)


@given(st.binary(min_size=1, max_size=300))
def test_no_code_ends_in_a_blank_that_a_reader_might_strip(data: bytes) -> None:
    assert not base45_encode(data).endswith(" ")
