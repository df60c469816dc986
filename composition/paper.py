"""Makes the renderer of a shop's settings. Never prints."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from config.rates import BUILT_IN, load_rates
from config.settings import Settings
from pos.domain.rates import in_force
from pos.domain.report import business_day
from receipts.renderer import ReceiptRenderer
from receipts.shop import ShopFacts


def renderer_of(settings: Settings, folder: Path = Path()) -> ReceiptRenderer:
    """Return what turns the spool's documents into this shop's paper.

    Raises:
        ConfigError: the rates can't be read.
        LookupError: no rates are in force today.
    """
    path = folder / settings.files.rates if settings.files.rates else BUILT_IN
    rates = in_force(load_rates(path), business_day(datetime.now(UTC)))
    shop = ShopFacts(
        name=settings.shop.name,
        business_number=settings.shop.business_number,
        representative=settings.shop.representative,
        phone=settings.shop.phone,
        address=settings.shop.address,
        terminal_number=settings.terminal.number,
        no_signature_max=rates.no_signature_max,
        show_vat=settings.shop.show_vat,
    )
    return ReceiptRenderer(shop, settings.printer.columns)
