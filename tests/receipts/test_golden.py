"""Every document at every usual width against a file a person can read.

After a wanted change: `UPDATE_GOLDEN=1 pytest tests/receipts/test_golden.py`, then read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drivers.simulators.printer.head import Head
from drivers.simulators.printer.parser import Parser
from receipts.cp949 import width
from receipts.encoders.escpos import to_escpos
from receipts.encoders.text import to_text
from receipts.renderer import ReceiptRenderer
from tests.receipts.more_samples import MORE_SAMPLES
from tests.receipts.samples import SAMPLES

GOLDEN = Path(__file__).parent / "golden"
ALL = SAMPLES | MORE_SAMPLES
EVERY = pytest.mark.parametrize("name", ALL)
WIDTHS = pytest.mark.parametrize("columns", [32, 42, 48])


@EVERY
@WIDTHS
def test_the_text_is_as_agreed(name: str, columns: int) -> None:
    sample = ALL[name]
    text = ReceiptRenderer(sample.shop, columns).to_text(sample.kind, sample.body, sample.copy)
    file = GOLDEN / f"{name}-{columns}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
    assert all(width(line) <= columns for line in text.splitlines())


@EVERY
@WIDTHS
def test_the_bytes_say_to_a_printer_what_the_text_says(name: str, columns: int) -> None:
    sample = ALL[name]
    renderer = ReceiptRenderer(sample.shop, columns)
    meant = renderer.rows(sample.kind, sample.body, copy=sample.copy)
    head = Head(columns)
    for token in Parser().feed(to_escpos(meant)):
        head.take(token)
    assert head.unknown == []
    assert head.strayed == 0
    assert tuple(head.rows) == meant
    assert to_text(head.rows, columns) == to_text(meant, columns)
