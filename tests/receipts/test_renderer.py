from __future__ import annotations

from dataclasses import replace

import pytest

from pos.ports import DocumentRenderer, PrintKind
from receipts.renderer import ReceiptRenderer
from tests.receipts.samples import SAMPLES, SHOP

SALE = SAMPLES["online_voucher"]


def test_it_is_the_renderer_that_the_spool_asks_for() -> None:
    renderer: DocumentRenderer = ReceiptRenderer(SHOP, 42)
    assert renderer.render(SALE.kind, SALE.body, copy=1).startswith(b"\x1b@\x1c&")


def test_every_reset_is_followed_by_hangul_on() -> None:
    data = ReceiptRenderer(SHOP, 42).render(SALE.kind, SALE.body, copy=1)
    assert data.count(b"\x1b@") == data.count(b"\x1b@\x1c&") == 1


def test_it_ends_with_feed_and_cut_and_asks_for_nothing() -> None:
    data = ReceiptRenderer(SHOP, 42).render(SALE.kind, SALE.body, copy=1)
    assert data.endswith(b"\x1dVB\x00")
    assert b"\x1d(H" not in data  # The echo is the driver's to ask for.
    assert b"\x1bp" not in data  # And so is the drawer.


@pytest.mark.parametrize("kind", list(PrintKind))
def test_a_body_of_another_shape_is_refused(kind: PrintKind) -> None:
    with pytest.raises(ValueError, match=r"."):
        ReceiptRenderer(SHOP, 42).render(kind, {"type": "Something"}, copy=1)


def test_copies_count_from_one() -> None:
    with pytest.raises(ValueError, match="copies"):
        ReceiptRenderer(SHOP, 42).render(SALE.kind, SALE.body, copy=0)


def test_a_renderer_for_impossible_paper_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="columns"):
        ReceiptRenderer(SHOP, 12)


def test_a_signed_proof_is_printed_as_a_qr_code() -> None:
    renderer = ReceiptRenderer(SHOP, 42, proof=lambda body: f"ieum:{body.sale.receipt_number}")
    assert "ieum:20261124-0007" in renderer.to_text(SALE.kind, SALE.body)
    assert b"1P0ieum:20261124-0007" in renderer.render(SALE.kind, SALE.body, copy=1)


def test_a_receipt_that_has_no_proof_is_printed_without_a_code() -> None:
    renderer = ReceiptRenderer(SHOP, 42, proof=lambda body: "")
    assert renderer.to_text(SALE.kind, SALE.body) == ReceiptRenderer(SHOP, 42).to_text(
        SALE.kind, SALE.body
    )


def test_a_proof_too_large_for_the_paper_stops_no_receipt() -> None:
    text = ReceiptRenderer(SHOP, 32, proof=lambda body: "X" * 2_000).to_text(SALE.kind, SALE.body)
    assert "용지보다 커서" in text
    assert "10,500원" in text


def test_a_shop_name_opens_no_drawer() -> None:
    shop = replace(SHOP, name="이음\x1bp\x00\x19\xfa\x1d(H마트")
    data = ReceiptRenderer(shop, 42).render(SALE.kind, SALE.body, copy=1)
    assert b"\x1bp" not in data
    assert b"\x1d(H" not in data
