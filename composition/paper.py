"""Makes the renderer of a shop's settings, signs its receipts, and finds its rates. Never prints."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from config.rates import BUILT_IN
from config.settings import Settings
from offline_queue.device_key import Signer
from pos.domain.business_day import business_day
from pos.domain.rates import Rates, in_force
from pos.domain.receipt_body import ReceiptBody
from pos.domain.receipt_code import (
    ReceiptNotEncodable,
    encode_receipt,
    receipt_message,
    seal_text,
)
from receipts.builders.sale_receipt import Proof
from receipts.renderer import ReceiptRenderer
from receipts.shop import ShopFacts


def rates_file(settings: Settings, folder: Path) -> Path:
    """Return the shop's own rates, or those that come with the product."""
    return folder / settings.files.rates if settings.files.rates else BUILT_IN


def receipt_proof(signer: Signer) -> Proof:
    """Return what makes a receipt's signed code."""

    def proof(body: ReceiptBody) -> str:
        try:
            payload = encode_receipt(body)
        except ReceiptNotEncodable:
            return ""  # A receipt without a code is better than none.
        return seal_text(payload, signer.sign(receipt_message(payload)), signer.public)

    return proof


def renderer_of(
    settings: Settings,
    periods: tuple[Rates, ...],
    signer: Signer | None = None,
    *,
    training: bool = False,
) -> ReceiptRenderer:
    """Return what turns the spool's documents into this shop's paper.

    Args:
        settings: the shop's.
        periods: its rates.
        signer: signs the codes on sale receipts; without it they carry none.
        training: all of it is marked as no transaction.

    Raises:
        LookupError: no rates are in force today.
    """
    rates = in_force(periods, business_day(datetime.now(UTC)))
    shop = ShopFacts(
        name=settings.shop.name,
        business_number=settings.shop.business_number,
        representative=settings.shop.representative,
        phone=settings.shop.phone,
        address=settings.shop.address,
        terminal_number=settings.terminal.number,
        no_signature_max=rates.no_signature_max,
        show_vat=settings.shop.show_vat,
        training=training,
    )
    proof = receipt_proof(signer) if signer else None
    return ReceiptRenderer(shop, settings.printer.columns, proof=proof)
