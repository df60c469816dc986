"""The printers and the paper in `settings.toml`. Never a connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from config.reading import Strict
from pos.ports import PrintKind

RECEIPT_PRINTER = "receipt"
"""What the till's own printer is called where another stands in for it."""

Name = Annotated[str, Field(min_length=1, max_length=40)]
Port = Annotated[int, Field(ge=1, le=65_535)]


class PrinterSettings(Strict):
    """The receipt printer; 42 columns are 80 mm paper, 32 are 58 mm.

    Attributes:
        device: of a serial port, best by /dev/serial/by-id; of a USB printer `usb:04b8:0202`.
        queue: of CUPS.
        folder: for `file`: each job becomes a file there.
        make: what the printer draws itself, by maker.
        drawer_sensor: what its pin says when the drawer is open; `none` where there is no sensor.
        instead: the printer that prints for it once it has failed for `instead_after_s`.
    """

    kind: Literal["network", "serial", "usb", "cups", "file", "none"] = "network"
    host: str = "127.0.0.1"
    port: Port = 9_100
    device: str = ""
    baud: Literal[9_600, 19_200, 38_400, 57_600, 115_200] = 115_200
    flow: Literal["none", "rts", "xon"] = "none"
    queue: str = ""
    folder: str = ""
    make: Literal["epson", "bixolon", "sewoo", "generic58"] = "epson"
    columns: Annotated[int, Field(ge=24, le=80)] = 42
    drawer_pin: Literal[2, 5] = 2
    drawer_sensor: Literal["none", "high", "low"] = "none"
    instead: str = ""
    instead_after_s: Annotated[int, Field(ge=1, le=3_600)] = 20

    @property
    def missing(self) -> str:
        """The key that this kind of line needs and that is not there; empty where all is."""
        needed = {"serial": "device", "usb": "device", "cups": "queue", "file": "folder"}
        key = needed.get(self.kind, "")
        return key if key and not getattr(self, key) else ""


class MorePrinterSettings(PrinterSettings):
    """Another printer, in the kitchen or for labels.

    Attributes:
        prints: its documents, by the names of `PrintKind`; all others stay with the till's own.
        drawer: a cash drawer hangs on it too.
    """

    name: Name
    prints: Annotated[list[str], Field(min_length=1)]
    drawer: bool = False


class PaperSettings(Strict):
    """What the owner adds to the papers, and which papers come by themselves.

    Attributes:
        template: the owner's words; see docs/technician.md.
        logo: a picture, PNG or JPEG.
        merchant_copy: when the shop's copy of a card slip is printed.
        rider_slip, order_label: printed with an accepted order's ticket.
        phone_host, phone_port: where customers' phones fetch their receipts, an address of this
            machine in the shop's own network; empty where they can't.
    """

    template: str = ""
    logo: str = ""
    merchant_copy: Literal["never", "signature", "always"] = "never"
    rider_slip: bool = False
    order_label: bool = False
    phone_host: Annotated[str, Field(max_length=80)] = ""
    phone_port: Port = 8_480


def clash(own: PrinterSettings, others: Sequence[MorePrinterSettings]) -> str:
    """Return what is wrong with printers that are right each by itself; empty if nothing is."""
    known = {kind.value for kind in PrintKind}
    names = [RECEIPT_PRINTER, *(each.name for each in others)]
    kinds = [kind for each in others for kind in each.prints]
    for name in names:
        if names.count(name) > 1:
            return f"이름이 두 번 / a name twice: {name}"
    for kind in kinds:
        if kind not in known:
            return f"모르는 문서 / unknown document: {kind} ({', '.join(sorted(known))})"
        if kinds.count(kind) > 1:
            return f"두 프린터에 같은 문서 / a document on two printers: {kind}"
    for name, each in zip(names, (own, *others), strict=True):
        if each.missing:
            return f"{name}: {each.kind}에 {each.missing} 빠짐 / {each.missing} missing"
        if each.instead and (each.instead == name or each.instead not in names):
            return f"{name}: instead = {each.instead!r}: 다른 프린터 이름이 아님 / no other printer"
    return ""
