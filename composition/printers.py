"""Makes the printers that settings name, and finds those at this machine. Never prints."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from composition.absent import NoPrinter
from config.printer_settings import PrinterSettings
from config.settings import Settings
from offline_queue.stations import Station
from pos.ports import DocumentRenderer, Printer, PrintKind
from receipts.profiles import PROFILES
from receipts.renderer import ReceiptRenderer


def printer_of(settings: Settings, folder: Path = Path()) -> Printer:
    """Return the till's own printer."""
    return line_of(settings.printer, "printer", folder)


def line_of(asked: PrinterSettings, name: str, folder: Path) -> Printer:
    """Return what reaches one printer; `folder` is where relative paths start."""
    if asked.kind == "none":
        return NoPrinter()
    from drivers.printers.escpos_replies import KICK, KICK_PIN_5, Drawer

    sensors = {"none": None, "high": True, "low": False}
    drawer = Drawer(KICK if asked.drawer_pin == 2 else KICK_PIN_5, sensors[asked.drawer_sensor])
    match asked.kind:
        case "network":
            from drivers.printers.escpos_network import EscposNetworkPrinter

            return EscposNetworkPrinter(asked.host, asked.port, name=name, drawer=drawer)
        case "cups":
            from drivers.printers.one_way import CupsPrinter

            return CupsPrinter(asked.queue, name=name, drawer=drawer)
        case "file":
            from drivers.printers.one_way import FilePrinter

            return FilePrinter(folder / asked.folder, name=name, drawer=drawer)
        case "serial" | "usb":
            from drivers.printers.device_line import open_serial, open_usb
            from drivers.printers.escpos_printer import EscposPrinter

            serial = partial(open_serial, asked.device, asked.baud, asked.flow)
            connect = serial if asked.kind == "serial" else partial(open_usb, asked.device)
            return EscposPrinter(connect, name=name, drawer=drawer)


def stations_of(settings: Settings, folder: Path, renderer: ReceiptRenderer) -> list[Station]:
    """Return the printers beside the till's own, each with a renderer for its paper.

    Raises:
        ValueError: a paper that no receipt fits.
    """
    return [
        Station(
            each.name,
            line_of(each, each.name, folder),
            renderer_for(each, renderer),
            frozenset(PrintKind(kind) for kind in each.prints),
            each.instead,
            each.instead_after_s * 1_000,
            each.drawer,
        )
        for each in settings.printers
    ]


def renderer_for(asked: PrinterSettings, like: ReceiptRenderer) -> DocumentRenderer:
    """Return what draws for a printer's paper and make, and signs as the till's own does."""
    shop = like.shop
    words = replace(shop.words, logo=None) if asked.columns < like.columns else shop.words
    return ReceiptRenderer(
        replace(shop, words=words),
        asked.columns,
        proofs=like.proofs,
        profile=PROFILES[asked.make],
    )


def found_printers() -> list[tuple[str, str]]:
    """Return the printers' lines at this machine, as (what to write into the settings, what it is)."""
    from drivers.printers.device_line import serial_ports, usb_printers

    usb = [(f'kind = "usb", device = "{each.name}"', each.title) for each in usb_printers()]
    serial = [(f'kind = "serial", device = "{path}"', "") for path in serial_ports()]
    return usb + serial
