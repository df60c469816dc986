"""The card reader of the demo: virtual cards in this process. Never for a real shop."""

from __future__ import annotations

from drivers.cards.kernel import Kernel
from drivers.cards.slot import Slot
from drivers.cards.threaded_reader import ThreadedReader


class InProcessReader(ThreadedReader):
    """Reads the card that lies in a slot of this process; the kernel runs in a thread."""

    def __init__(self, kernel: Kernel, slot: Slot) -> None:
        super().__init__(kernel, "in-process", lambda: slot)
