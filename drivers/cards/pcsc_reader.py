"""The card reader on PC/SC, contact or contactless. Never shared with another program in a payment."""

from __future__ import annotations

from drivers.cards.kernel import IsStopped, Kernel, none_is_stopped
from drivers.cards.pcsc_link import PcscLink
from drivers.cards.threaded_reader import ThreadedReader


class PcscReader(ThreadedReader):
    """Reads cards on the first PC/SC reader whose name contains `reader_name`, or on the first.

    `is_stopped` tells a stopped card by its hot_ref; it is called in the reader's thread.
    """

    def __init__(
        self,
        kernel: Kernel,
        reader_name: str | None = None,
        is_stopped: IsStopped = none_is_stopped,
    ) -> None:
        name = reader_name or "pcsc"
        super().__init__(kernel, name, lambda: PcscLink(reader_name), is_stopped)
