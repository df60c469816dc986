"""Receipts through ESC/POS, the simulated printer and its picture to a QR reader that is not ours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from composition.paper import receipt_proof
from drivers.simulators.printer.head import Head
from drivers.simulators.printer.parser import Parser
from offline_queue.device_key import DeviceKey
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_code import read_code, receipt_key_id
from pos.ports import PrintKind
from receipts.encoders.png import to_image
from receipts.renderer import ReceiptRenderer
from receipts.rows import QrCode
from tests.pos.domain.receipts import ADVICE, OFFLINE_BODY, ONLINE_BODY, sale_of, tender_of
from tests.receipts.samples import SHOP, body_of

if TYPE_CHECKING:
    from PIL import Image

SEED = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
SECOND = replace(ADVICE, payment_id=replace(ADVICE.payment_id, sequence=1_043))
TWO_CARDS = ReceiptBody(sale_of(tender_of(ADVICE), tender_of(SECOND)), (ADVICE, SECOND))
BODIES = {"online": ONLINE_BODY, "offline": OFFLINE_BODY, "two offline cards": TWO_CARDS}
WIDTHS = pytest.mark.parametrize("columns", [32, 42, 48])
EVERY = pytest.mark.parametrize("name", BODIES)


def printed(body: ReceiptBody, columns: int) -> Head:
    renderer = ReceiptRenderer(SHOP, columns, proof=receipt_proof(DeviceKey(SEED)))
    head = Head(columns)
    data = renderer.render(PrintKind.SALE_RECEIPT, body_of(body), copy=1)
    for token in Parser().feed(data):
        head.take(token)
    assert head.unknown == []
    return head


def check(text: str, body: ReceiptBody) -> None:
    """Do what a ledger does with a scanned text."""
    read = read_code(text)
    assert read.key_id == receipt_key_id(PUBLIC)
    Ed25519PublicKey.from_public_bytes(PUBLIC).verify(read.signature, read.message)
    assert read.facts.sale_id == body.sale.id
    assert read.facts.advices == body.advices


def scan(picture: Image.Image) -> list[str]:
    zxingcpp = pytest.importorskip("zxingcpp", reason="the QR reader of the dev group is missing")
    return [code.text for code in zxingcpp.read_barcodes(picture)]


@EVERY
@WIDTHS
def test_what_the_printer_was_told_to_draw_is_the_signed_receipt(name: str, columns: int) -> None:
    (code,) = [row for row in printed(BODIES[name], columns).rows if isinstance(row, QrCode)]
    check(code.content, BODIES[name])


@EVERY
@WIDTHS
def test_another_makers_reader_reads_the_receipt_off_the_picture(name: str, columns: int) -> None:
    picture = to_image(printed(BODIES[name], columns).rows, columns).convert("L")
    (text,) = scan(picture)
    check(text, BODIES[name])


@WIDTHS
def test_it_still_reads_a_photograph_that_is_small_and_turned(columns: int) -> None:
    picture = to_image(printed(OFFLINE_BODY, columns).rows, columns).convert("L")
    small = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4))
    (text,) = scan(small.rotate(7, expand=True, fillcolor=230))
    check(text, OFFLINE_BODY)
