from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.printers.escpos_replies import (
    Replies,
    completion_request,
    read_status,
    status_request,
)


def test_requests_are_the_standards_bytes() -> None:
    assert status_request(4).hex() == "100404"
    assert completion_request("A001").hex(" ") == "1d 28 48 06 00 30 30 41 30 30 31"


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({}, ""),
        ({1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12}, ""),
        ({1: 0x1A}, "offline"),
        ({1: 0x1A, 2: 0x16}, "cover_open"),
        ({1: 0x1A, 2: 0x32}, "paper_out"),
        ({4: 0x7E}, "paper_out"),
        ({3: 0x1A}, "cutter_error"),
        ({3: 0x32}, "printer_error"),
        ({2: 0x52}, "printer_error"),
        ({1: 0x16}, ""),  # The drawer's switch, no trouble.
        ({4: 0x1E}, ""),
    ],
)
def test_status_bits_are_read_as_epson_defines_them(answers: dict[int, int], problem: str) -> None:
    assert read_status(answers).problem == problem


def test_a_low_roll_is_no_problem() -> None:
    assert read_status({4: 0x1E}).near_end
    assert not read_status({4: 0x12}).near_end


@given(st.lists(st.integers(1, 8), max_size=20))
def test_replies_may_be_cut_anywhere(cuts: list[int]) -> None:
    stream = b"\x11\x12\x14\x00\x00\x0f7\x22A127\x00\x1a7\x22    \x00\x7e"
    replies = Replies()
    for cut in cuts:
        replies.feed(stream[:cut])
        stream = stream[cut:]
    replies.feed(stream)
    assert replies.statuses == [0x12, 0x1A, 0x7E]
    assert replies.tokens == ["A127", "    "]


@given(st.binary(max_size=200))
def test_noise_is_survived(noise: bytes) -> None:
    replies = Replies()
    replies.feed(noise)
    replies.feed(b"\x00" * 8 + b"7\x22A001\x00")
    assert replies.tokens[-1:] == ["A001"]
