"""Lines to printers at this machine: serial ports and USB printer devices. Never keeps one open between jobs.

A device is named so that it is found again after a reboot or in another socket: a serial port by
/dev/serial/by-id, a USB printer as `usb:VVVV:PPPP[:SERIAL]`, looked up in sysfs when it is opened.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from drivers.printers.escpos_link import Link

SYSFS = Path("/sys/class/usbmisc")
DEV = Path("/dev")
_USB = re.compile(r"usb:([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?")

Flow = Literal["none", "rts", "xon"]


async def open_serial(path: str, baud: int, flow: Flow = "none") -> Link:
    """Open a serial port.

    Raises:
        OSError: it is not there, or another program has it.
    """
    import serial  # Only where a printer hangs on one.

    def begin() -> serial.Serial:
        return serial.Serial(
            path, baud, timeout=0, exclusive=True, rtscts=flow == "rts", xonxoff=flow == "xon"
        )

    try:
        port = await asyncio.to_thread(begin)
    except ValueError as error:  # A speed that the port can't do.
        raise OSError(str(error)) from error

    def end() -> None:
        fcntl.flock(port.fileno(), fcntl.LOCK_UN)  # The next job may come before all is closed.
        port.close()

    try:
        return await _link(os.dup(port.fileno()), end)
    except BaseException:
        port.close()
        raise


async def open_usb(name: str, *, sysfs: Path = SYSFS, dev: Path = DEV) -> Link:
    """Open a USB printer's device, by its stable name or its path.

    Raises:
        OSError: it is not there, or another program has it.
    """
    path = usb_path(name, sysfs=sysfs, dev=dev) if name.startswith("usb:") else Path(name)
    return await _link(os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY), lambda: None)


def usb_path(name: str, *, sysfs: Path = SYSFS, dev: Path = DEV) -> Path:
    """Return where a USB printer is now.

    Raises:
        OSError: no such printer is plugged in.
    """
    asked = _USB.fullmatch(name)
    for each in usb_printers(sysfs=sysfs, dev=dev):
        parts = (each.vendor, each.product) if asked and not asked[3] else each.parts
        if asked and parts == tuple(part for part in asked.groups() if part):
            return each.path
    raise FileNotFoundError(f"no USB printer {name}")


@dataclass(frozen=True, slots=True)
class UsbPrinter:
    """A USB printer that is plugged in; `path` changes, `name` does not."""

    path: Path
    vendor: str
    product: str
    serial: str
    title: str

    @property
    def parts(self) -> tuple[str, str, str]:
        """What tells it from others."""
        return (self.vendor, self.product, self.serial)

    @property
    def name(self) -> str:
        """Its stable name."""
        return ":".join(["usb", *(part for part in self.parts if part)])


def usb_printers(*, sysfs: Path = SYSFS, dev: Path = DEV) -> list[UsbPrinter]:
    """Return the USB printers of this machine."""
    found = []
    for entry in sorted(sysfs.glob("lp*")):
        device = (entry / "device").resolve().parent  # The interface stands below its device.
        vendor, product, number = (
            _fact(device / name) for name in ("idVendor", "idProduct", "serial")
        )
        title = " ".join(filter(None, map(_fact, (device / "manufacturer", device / "product"))))
        found.append(UsbPrinter(dev / "usb" / entry.name, vendor, product, number, title))
    return found


def serial_ports(folder: Path = DEV / "serial" / "by-id") -> list[str]:
    """Return the stable names of the serial ports."""
    return [str(path) for path in sorted(folder.glob("*"))]


def _fact(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


class _OpenDevice:
    """An open device as a transport wants it. Closing one waits for what it has not sent, so a thread does."""

    def __init__(self, file: int) -> None:
        self._file = file

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._file

    def close(self) -> None:
        """Close it, behind the loop's back."""
        if self._file >= 0:
            threading.Thread(target=os.close, args=(self._file,), daemon=True).start()
            self._file = -1


async def _link(file: int, also_close: Callable[[], None]) -> Link:
    """Make a line of an open device; both ways go over the loop, and no thread waits for either."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    back, there = _OpenDevice(os.dup(file)), _OpenDevice(file)
    coming, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), back)
    going, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), there
    )

    def close() -> None:
        coming.close()
        with suppress(OSError):  # Pulled out: there is nothing left to close.
            also_close()

    return Link(reader, asyncio.StreamWriter(going, protocol, None, loop), close)
