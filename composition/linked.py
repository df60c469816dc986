"""Makes what goes with delivery orders, paper and screens, from the settings. Never runs any of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from config.settings import Settings
from pos.domain.tender import VoucherTender
from pos.ports import Clock, PrintKind, Store
from pos.services.call_rider import RiderDesk
from pos.services.call_taxi import TaxiDesk
from pos.services.erase_orders import EraseOrders
from pos.services.handle_orders import OrderDesk
from pos.services.ids import IdSource
from pos.services.terminal import Shop
from receipts.renderer import ReceiptRenderer

if TYPE_CHECKING:  # Loaded by the shops that want it.
    from composition.e_receipts import EReceipts


def riders_of(settings: Settings, store: Store, orders: OrderDesk, clock: Clock) -> RiderDesk:
    """Return the desk that calls riders, by the agency that the settings name."""
    agency = None
    if settings.orders.rider_agency == "simulated":
        from drivers.simulators.rider import SimulatedAgency  # The demo's alone.

        agency = SimulatedAgency(clock)
    return RiderDesk(store=store, orders=orders, clock=clock, agency=agency)


def taxis_of(settings: Settings, store: Store, ids: IdSource, clock: Clock) -> TaxiDesk:
    """Return the desk that calls taxis, by the service that the settings name."""
    service = None
    if settings.orders.taxi == "simulated":
        from drivers.simulators.taxi import SimulatedTaxis  # The demo's alone.

        service = SimulatedTaxis(clock)
    return TaxiDesk(store=store, ids=ids, clock=clock, service=service)


def eraser_of(settings: Settings, store: Store, orders: OrderDesk, clock: Clock) -> EraseOrders:
    """Return what takes customers' words away in time."""
    after = timedelta(hours=settings.orders.erase_after_hours)
    return EraseOrders(store=store, orders=orders, clock=clock, after=after)


def papers_with_an_order(settings: Settings) -> tuple[PrintKind, ...]:
    """Return what is printed beside the kitchen's ticket."""
    paper = settings.paper
    asked = {PrintKind.RIDER_SLIP: paper.rider_slip, PrintKind.ORDER_LABEL: paper.order_label}
    return tuple(kind for kind, wanted in asked.items() if wanted)


def shop_of(settings: Settings, *, training: bool) -> Shop:
    """Return what the screens say about the shop and the terminal."""
    scanner, orders = settings.scanner, settings.orders
    return Shop(
        settings.shop.name,
        settings.terminal.number,
        settings.terminal.language,
        training=training,
        scan_prefix=scanner.prefix if scanner.kind == "keyboard" else "",
        plus_bp=settings.shop.plus_bp,
        order_sound=orders.sound,
        order_sound_every_ms=orders.sound_every_s * 1_000,
    )


def keeps_a_slip(settings: Settings, renderer: ReceiptRenderer, card: VoucherTender) -> bool:
    """Tell whether the shop keeps a slip of its own of a card payment."""
    when, most = settings.paper.merchant_copy, renderer.shop.no_signature_max
    return when == "always" or (when == "signature" and card.amount > most)


async def pages_for_phones(
    settings: Settings, renderer: ReceiptRenderer, clock: Clock
) -> EReceipts | None:
    """Let customers' phones fetch their receipts; a taken port must not keep a shop from selling."""
    paper = settings.paper
    if not paper.phone_host:
        return None
    from composition.e_receipts import EReceipts  # Few shops let phones in.

    pages = EReceipts(renderer.to_html, clock)
    with suppress(OSError):
        await pages.open(paper.phone_host, paper.phone_port)
        return pages
    return None
