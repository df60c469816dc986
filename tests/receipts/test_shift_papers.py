"""The shift's papers at every usual width against files a person can read; what each says and must not.

After a wanted change: `UPDATE_GOLDEN=1 pytest tests/receipts/test_shift_papers.py`, then read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from receipts.cp949 import width
from receipts.renderer import ReceiptRenderer
from tests.receipts.shift_samples import DRAWER, SHIFT_SAMPLES

GOLDEN = Path(__file__).parent / "golden"


def text_of(name: str, columns: int) -> str:
    sample = SHIFT_SAMPLES[name]
    return ReceiptRenderer(sample.shop, columns).to_text(sample.kind, sample.body, sample.copy)


@pytest.mark.parametrize("name", SHIFT_SAMPLES)
@pytest.mark.parametrize("columns", [32, 42, 48])
def test_the_text_is_as_agreed(name: str, columns: int) -> None:
    text, file = text_of(name, columns), GOLDEN / f"{name}-{columns}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
    assert all(width(line) <= columns for line in text.splitlines())


def test_an_x_does_not_tell_what_a_count_must_find() -> None:
    assert str(DRAWER.expected) not in text_of("x_report", 42)
    assert f"{DRAWER.expected}원" in text_of("z_report", 42)


def test_a_z_says_who_accepted_a_difference_and_what_is_carried_on() -> None:
    text = text_of("z_report", 42)
    assert "Z0042" in text
    assert "-500원" in text
    assert "김사장" in text
    assert "미전송 기록(이월)" in text


def test_training_marks_it_above_and_below() -> None:
    assert text_of("z_training", 42).count("교육용") == 2
