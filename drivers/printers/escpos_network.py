"""An ESC/POS printer on the network, port 9100. Never raises, never waits past a deadline."""

from __future__ import annotations

from drivers.printers.escpos_link import Link
from drivers.printers.escpos_printer import EscposPrinter
from drivers.printers.escpos_replies import DRAWER, Drawer

PORT = 9100  # Raw printing, by custom of all makers.


class EscposNetworkPrinter(EscposPrinter):
    """Implements `pos.ports.Printer`."""

    def __init__(
        self, host: str, port: int = PORT, *, name: str = "printer", drawer: Drawer = DRAWER
    ) -> None:
        super().__init__(lambda: Link.open(host, port), name=name, drawer=drawer)
