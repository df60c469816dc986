"""The card reader on PC/SC, contact or contactless. Never shared with another program in a payment."""

from __future__ import annotations

from drivers.cards.kernel import Kernel
from drivers.cards.pcsc_link import PcscLink
from drivers.cards.threaded_reader import ThreadedReader


class PcscReader(ThreadedReader):
    """Reads cards on the first PC/SC reader whose name contains `reader_name`, or on the first."""

    def __init__(self, kernel: Kernel, reader_name: str | None = None) -> None:
        super().__init__(kernel, reader_name or "pcsc", lambda: PcscLink(reader_name))
