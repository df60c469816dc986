"""One serial port through pyserial, found by what does not change. Never a port by its passing name.

A reader that was unplugged comes back as another tty. It is found by its place in /dev/serial/by-id
or by `usb:VID:PID[:SERIAL]`. pyserial raises plain OSError in places, so OSError is what is caught.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from drivers.cards.serial.framing import DATA_MAX

READ_SLICE_S = 0.1  # Longest a read holds its thread; a wake-up ends it at once.
WRITE_LIMIT_S = 1.0
USB = re.compile(r"usb:([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})(?::([^:\s]{1,64}))?")


class PortGone(Exception):
    """The port can't be opened, or went away."""


class PortInUse(PortGone):
    """Another program holds the port."""


class PortInfo(Protocol):
    """What pyserial says of a port that it found."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None


class Port(Protocol):
    """An open line."""

    def read(self) -> bytes:
        """Return what has come, or nothing after a moment. Raises PortGone."""
        ...

    def write(self, data: bytes) -> None:
        """Send bytes. Raises PortGone."""
        ...

    def wake(self) -> None:
        """End a read that waits in another thread. Never raises."""
        ...

    def close(self) -> None:
        """Let the port go. Never raises."""
        ...


OpenPort = Callable[[], Port]


@dataclass(frozen=True, slots=True)
class UsbId:
    """A USB device by vendor, product and, where there are two alike, its serial number."""

    vendor: int
    product: int
    serial: str = ""

    @classmethod
    def parse(cls, text: str) -> UsbId | None:
        """Read `usb:VID:PID[:SERIAL]`; None where it is no such text."""
        found = USB.fullmatch(text)
        if found is None:
            return None
        return cls(int(found[1], 16), int(found[2], 16), found[3] or "")

    def fits(self, port: PortInfo) -> bool:
        """Tell whether a port is this device's."""
        same = (port.vid, port.pid) == (self.vendor, self.product)
        return same and (not self.serial or port.serial_number == self.serial)


def find_port(wanted: str, list_ports: Callable[[], Iterable[PortInfo]]) -> str:
    """Return the present name of the port that settings mean.

    Raises:
        PortGone: it is not there, or two fit and settings do not say which.
    """
    usb = UsbId.parse(wanted)
    if usb is None:
        if not Path(wanted).exists():
            raise PortGone(f"{wanted} is not there")
        return wanted  # A by-id link leads to the tty of the moment.
    names = sorted(port.device for port in list_ports() if usb.fits(port))
    if len(names) != 1:
        raise PortGone(f"{len(names)} ports are {wanted}")
    return names[0]


def open_port(wanted: str, baud: int) -> Port:
    """Find and open a port, for this program alone.

    Raises:
        PortGone: it is not there.
        PortInUse: another program has it.
    """
    import serial  # The start needs no reader.
    from serial.tools import list_ports

    name = find_port(wanted, list_ports.comports)
    try:
        line = serial.Serial(
            name,
            baud,
            timeout=READ_SLICE_S,
            write_timeout=WRITE_LIMIT_S,
            exclusive=True,
        )
        line.reset_input_buffer()
    except (OSError, ValueError) as error:
        if "lock" in str(error):
            raise PortInUse(f"{wanted} is in use") from error
        raise PortGone(f"{wanted} can't be opened") from error
    return _PySerialPort(line)


class _PySerialPort:
    def __init__(self, line: Any) -> None:
        self._line = line

    def read(self) -> bytes:
        try:
            first: bytes = self._line.read(1)
            if not first:
                return b""
            more: bytes = self._line.read(min(self._line.in_waiting, DATA_MAX))
        except (OSError, TypeError, AttributeError) as error:  # The latter two: closed meanwhile.
            raise PortGone(type(error).__name__) from None
        return first + more

    def write(self, data: bytes) -> None:
        try:
            self._line.write(data)
        except (OSError, TypeError, AttributeError) as error:
            raise PortGone(type(error).__name__) from None

    def wake(self) -> None:
        try:
            self._line.cancel_read()
        except (OSError, TypeError, AttributeError):
            return

    def close(self) -> None:
        try:
            self._line.close()
        except OSError:
            return


def monotonic_ms() -> int:
    """Return a time that only rises."""
    return time.monotonic_ns() // 1_000_000
