"""Makes the devices that settings name. Never a simulator: the demo has its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from composition.absent import NoReader
from composition.clock import SystemClock
from composition.printers import printer_of
from composition.wiring import Devices
from config.settings import Settings
from ledger.client import HttpLedger
from offline_queue.device_key import Signer
from pos.ports import CardReader, CustomerDisplay, Scanner
from pos.services.hotlist import Hotlist

if TYPE_CHECKING:  # A till without such a reader does not load it.
    from drivers.cards.serial.serial_reader import SerialReader

DISPLAY_SOCKET = "display.sock"  # Beside the settings.


def reader_of(settings: Settings, folder: Path, hotlist: Hotlist) -> CardReader:
    """Return the card reader; it asks the hotlist of each card.

    Raises:
        ConfigError: the terminal's keys can't be read.
    """
    if settings.reader.kind == "none":
        return NoReader()
    if settings.reader.kind == "serial":
        return serial_reader_of(settings, folder, hotlist)
    from drivers.cards.kernel import Kernel
    from drivers.cards.pcsc_reader import PcscReader
    from drivers.cards.terminal_keys import load_terminal_keys

    kernel = Kernel(load_terminal_keys(folder / settings.files.keys))
    return PcscReader(kernel, settings.reader.name or None, hotlist.is_stopped)


def serial_reader_of(settings: Settings, folder: Path, hotlist: Hotlist) -> SerialReader:
    """Return the secure reader on a serial line; its checks are kept beside the settings.

    Raises:
        ConfigError: the terminal's keys can't be read.
    """
    from drivers.cards.serial.integrity import LOG_NAME, IntegrityLog
    from drivers.cards.serial.kernel import SerialKernel
    from drivers.cards.serial.port import open_port
    from drivers.cards.serial.profiles import PROFILES
    from drivers.cards.serial.serial_reader import SerialReader
    from drivers.cards.terminal_keys import load_terminal_keys

    reader = settings.reader
    profile = PROFILES[reader.profile]
    return SerialReader(
        SerialKernel(load_terminal_keys(folder / settings.files.keys)),
        profile,
        lambda: open_port(reader.port, reader.baud or profile.baud),
        IntegrityLog(folder / LOG_NAME),
        hotlist.is_stopped,
    )


def scanner_of(settings: Settings) -> Scanner | None:
    """Return the scanner, if it has a line of its own."""
    given = settings.scanner
    if given.kind == "keyboard":
        return None
    from drivers.scanners.framing import ENDS, Framing
    from drivers.scanners.serial_scanner import SerialScanner

    framing = Framing(given.prefix.encode(), ENDS[given.suffix])
    return SerialScanner(given.port, baud=given.baud, framing=framing)


def displays_of(settings: Settings, folder: Path) -> tuple[CustomerDisplay, ...]:
    """Return what the customer may look at: screens of their own, and the display on a line.

    Raises:
        ConfigError: the display's profile can't be used.
    """
    from drivers.displays.screen_link import ScreenLink

    screens = ScreenLink(folder / DISPLAY_SOCKET)
    given = settings.display
    if given.kind == "none":
        return (screens,)
    from drivers.displays.profile import load_profile
    from drivers.displays.vfd_serial import VfdSerial

    profile = load_profile(given.profile, folder)
    return (screens, VfdSerial(given.port, profile, baud=given.baud))


def ledger_of(settings: Settings, folder: Path) -> Callable[[Signer], HttpLedger]:
    """Return what makes the line to the central ledger, signed by the device.

    Raises:
        ConfigError: the keys can't be read.
    """
    public = ledger_public(folder / settings.files.keys)
    device, url = settings.terminal.device, settings.ledger.url
    return lambda signer: HttpLedger(url, device, signer, public)


def ledger_public(keys: Path) -> bytes | None:
    """Return the ledger's public key; None where a terminal without cards has no keys.

    Raises:
        ConfigError: the file is there and damaged.
    """
    from drivers.cards.terminal_keys import load_terminal_keys

    return load_terminal_keys(keys).ledger_public if keys.exists() else None


def devices_of(settings: Settings, folder: Path) -> Devices:
    """Return everything around a real terminal.

    Raises:
        ConfigError: a key can't be read.
    """
    hotlist = Hotlist()
    return Devices(
        reader=reader_of(settings, folder, hotlist),
        printer=printer_of(settings, folder),
        ledger=ledger_of(settings, folder),
        clock=SystemClock(),
        hotlist=hotlist,
        scanner=scanner_of(settings),
        displays=displays_of(settings, folder),
    )
