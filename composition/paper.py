"""Makes the renderer of a shop's settings, and finds its rates. Never prints."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from config.rates import BUILT_IN
from config.settings import Settings
from pos.domain.business_day import business_day
from pos.domain.rates import Rates, in_force
from receipts.renderer import ReceiptRenderer
from receipts.shop import ShopFacts


def rates_file(settings: Settings, folder: Path) -> Path:
    """Return the shop's own rates, or those that come with the product."""
    return folder / settings.files.rates if settings.files.rates else BUILT_IN


def renderer_of(settings: Settings, periods: tuple[Rates, ...]) -> ReceiptRenderer:
    """Return what turns the spool's documents into this shop's paper.

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
    )
    return ReceiptRenderer(shop, settings.printer.columns)
