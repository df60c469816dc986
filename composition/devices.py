"""Makes the devices that settings name. Never a simulator: the demo has its own."""

from __future__ import annotations

from pathlib import Path

from composition.absent import NoPrinter, NoReader
from composition.clock import SystemClock
from composition.wiring import Devices
from config.secrets import read_secret
from config.settings import Settings
from ledger.client import HttpLedger
from pos.ports import CardReader, Printer


def reader_of(settings: Settings, folder: Path) -> CardReader:
    """Return the card reader.

    Raises:
        ConfigError: the terminal's keys can't be read.
    """
    if settings.reader.kind == "none":
        return NoReader()
    from drivers.cards.kernel import Kernel
    from drivers.cards.pcsc_reader import PcscReader
    from drivers.cards.terminal_keys import load_terminal_keys

    kernel = Kernel(load_terminal_keys(folder / settings.files.keys))
    return PcscReader(kernel, settings.reader.name or None)


def printer_of(settings: Settings) -> Printer:
    """Return the receipt printer."""
    if settings.printer.kind == "none":
        return NoPrinter()
    from drivers.printers.escpos_network import EscposNetworkPrinter

    return EscposNetworkPrinter(settings.printer.host, settings.printer.port)


def ledger_of(settings: Settings, folder: Path) -> HttpLedger:
    """Return the line to the central ledger.

    Raises:
        ConfigError: the token can't be read.
    """
    token = read_secret(folder / settings.ledger.token_file)
    return HttpLedger(settings.ledger.url, token, settings.terminal.device)


def devices_of(settings: Settings, folder: Path) -> Devices:
    """Return everything around a real terminal.

    Raises:
        ConfigError: a key or token can't be read.
    """
    return Devices(
        reader=reader_of(settings, folder),
        printer=printer_of(settings),
        ledger=ledger_of(settings, folder),
        clock=SystemClock(),
    )
