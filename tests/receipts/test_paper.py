"""Every document, through the bytes, on the paper of a printer that shares no line with the product.

The pictures are kept: after a wanted change `UPDATE_GOLDEN=1 pytest tests/receipts/test_paper.py`,
then look at them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from composition.paper import receipt_proof, refund_proof
from offline_queue.device_key import DeviceKey
from receipts.building import Proofs
from receipts.encoders.escpos import to_escpos
from receipts.layout import layout
from receipts.profiles import PROFILES
from receipts.renderer import ReceiptRenderer
from receipts.rows import Row
from tests.receipts.more_samples import MORE_SAMPLES, SIGNED_SAMPLES
from tests.receipts.paper_printer import PaperPrinter
from tests.receipts.samples import SAMPLES
from tests.receipts.shift_samples import SHIFT_SAMPLES

PICTURES = Path(__file__).parent / "pictures"
ALL = SAMPLES | MORE_SAMPLES | SHIFT_SAMPLES | SIGNED_SAMPLES
PROOFS = Proofs(*(each(DeviceKey(bytes(range(32)))) for each in (receipt_proof, refund_proof)))
EVERY = pytest.mark.parametrize("name", ALL)
WIDTHS = pytest.mark.parametrize("columns", [32, 42, 48])
LABEL = 26  # 40 mm
DIFFERENT_MAX = 0.01  # Another FreeType hints a few dots otherwise.


def of_the_shop(name: str, columns: int, make: str = "epson") -> ReceiptRenderer:
    proofs = PROOFS if name in SIGNED_SAMPLES else Proofs()
    return ReceiptRenderer(ALL[name].shop, columns, proofs=proofs, profile=PROFILES[make])


def printed(name: str, columns: int, make: str = "epson") -> PaperPrinter:
    renderer = of_the_shop(name, columns, make)
    sample = ALL[name]
    return PaperPrinter(columns).take(renderer.render(sample.kind, sample.body, copy=sample.copy))


def check_against_kept(paper: PaperPrinter, file: Path) -> None:
    dots = paper.tear()
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        dots.save(file, optimize=True)
    kept = Image.open(file)
    assert kept.size == dots.size
    different = ImageChops.logical_xor(kept.convert("1"), dots).histogram()[255]
    assert different <= DIFFERENT_MAX * dots.width * dots.height


@EVERY
@WIDTHS
def test_the_paper_looks_as_it_was_looked_at(name: str, columns: int) -> None:
    check_against_kept(printed(name, columns), PICTURES / f"{name}-{columns}.png")


@pytest.mark.parametrize("name", ["order_label", "kitchen_ticket", "test_page"])
def test_a_label_printer_s_paper_too(name: str) -> None:
    check_against_kept(printed(name, LABEL), PICTURES / f"{name}-{LABEL}.png")


@EVERY
@pytest.mark.parametrize("make", PROFILES)
def test_every_make_of_printer_understands_all_of_it_and_no_row_breaks(
    name: str, make: str
) -> None:
    for columns in (32, 42, 48):
        paper = printed(name, columns, make)
        assert paper.unknown == []
        assert paper.ran_over == 0
        assert paper.kicks == 0


@EVERY
@WIDTHS
def test_it_says_what_was_laid_out_letter_for_letter(name: str, columns: int) -> None:
    sample = ALL[name]
    rows = of_the_shop(name, columns).rows(sample.kind, sample.body, copy=sample.copy)
    meant = [row.text for row in rows if isinstance(row, Row)]
    assert printed(name, columns).letters == meant


def test_a_printer_that_draws_no_codes_gets_them_as_dots_that_scan() -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    from tests.receipts.paper_printer import on_white

    for make, columns in (("generic58", 32), ("epson", 42)):
        picture = on_white(printed("test_page", columns, make).tear())
        found = {each.text for each in zxingcpp.read_barcodes(picture)}
        assert found == {"IEUM-POS-TEST", "IEUM-1234"}


def test_a_tall_picture_goes_in_strips_that_leave_no_gap() -> None:
    from receipts.document import Document, Logo

    solid = Logo(8 * 12, b"\xff" * 12 * 300)
    data = to_escpos(layout(Document((solid,)), 32), PROFILES["generic58"])
    assert data.count(b"\x1dv0") == 3
    dots = PaperPrinter(32).take(data).tear()
    assert dots.size == (384, 300)
    assert dots.histogram()[255] == 96 * 300
