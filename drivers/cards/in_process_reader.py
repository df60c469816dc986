"""The card reader of the demo: virtual cards in this process. Never for a real shop."""

from __future__ import annotations

from drivers.cards.kernel import IsStopped, Kernel, none_is_stopped
from drivers.cards.slot import Slot
from drivers.cards.threaded_reader import ThreadedReader


class InProcessReader(ThreadedReader):
    """Reads the card that lies in a slot of this process; the kernel runs in a thread.

    `is_stopped` tells a stopped card by its hot_ref; it is called in that thread.
    """

    def __init__(self, kernel: Kernel, slot: Slot, is_stopped: IsStopped = none_is_stopped) -> None:
        super().__init__(kernel, "in-process", lambda: slot, is_stopped)
