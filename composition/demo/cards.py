"""Puts the demo's cards at a reader: a real pcscd where it can be had, else in process. Says which."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from composition.demo.home import Home
from drivers.cards.kernel import IsStopped, Kernel, none_is_stopped
from drivers.cards.terminal_keys import load_terminal_keys
from drivers.simulators.card import pcscd as real
from drivers.simulators.card.card_process import CardFiles, CardProcess
from drivers.simulators.card.keys import CARD_FILE, TERMINAL_FILE
from drivers.simulators.card.profiles import CardProfile
from drivers.simulators.card.virtual_cards import SlotCards, VirtualCards
from drivers.simulators.card.wallet import Wallet
from pos.domain.errors import ReaderUnavailable
from pos.ports import CardReader

OFF_SWITCH = "IEUM_NO_PCSC"  # Set to 1, the cards stay in process.


@dataclass(frozen=True, slots=True)
class CardTable:
    """The reader, the hand with the cards, and how the two meet, in words."""

    reader: CardReader
    cards: VirtualCards
    how: str


class CardWorld:
    """Starts and ends whatever the cards need. Blocks: started before the screens."""

    def __init__(
        self,
        home: Home,
        profiles: tuple[CardProfile, ...],
        is_stopped: IsStopped = none_is_stopped,
    ) -> None:
        self._home = home
        self._profiles = profiles
        self._is_stopped = is_stopped
        self._pcscd: real.PrivatePcscd | None = None
        self._process: CardProcess | None = None

    def start(self) -> CardTable:
        """Lay the table: real where it works, in process where it does not."""
        kernel = Kernel(load_terminal_keys(self._home.folder / TERMINAL_FILE))
        switched_off = os.environ.get(OFF_SWITCH) == "1"
        problem = f"{OFF_SWITCH}=1" if switched_off else real.why_not()
        if not problem:
            try:
                return self._start_real(kernel)
            except ReaderUnavailable:
                self.stop()
                problem = "pcscd"
        return self._start_in_process(kernel, problem)

    def stop(self) -> None:
        """End the processes, if there are any."""
        if self._process is not None:
            self._process.stop()
        if self._pcscd is not None:
            self._pcscd.stop()
        self._process = self._pcscd = None

    def _start_real(self, kernel: Kernel) -> CardTable:
        from drivers.cards.pcsc_reader import PcscReader

        folder = self._home.folder / "pcsc"
        folder.mkdir(exist_ok=True)
        self._pcscd = real.PrivatePcscd(folder)
        self._pcscd.start()
        files = CardFiles(self._home.cards, self._home.folder / CARD_FILE, self._state())
        process = CardProcess(self._pcscd, files, folder / "cards.sock")
        self._process = process
        process.start()
        return CardTable(
            PcscReader(kernel, None, self._is_stopped), process.cards, "PC/SC (pcscd, vpcd)"
        )

    def _start_in_process(self, kernel: Kernel, problem: str) -> CardTable:
        from drivers.cards.in_process_reader import InProcessReader
        from drivers.cards.slot import Slot

        slot = Slot()
        wallet = Wallet(self._profiles, self._home.folder / CARD_FILE, self._state())
        how = f"in process, no PC/SC: {problem}"
        reader = InProcessReader(kernel, slot, self._is_stopped)
        return CardTable(reader, SlotCards(slot, wallet), how)

    def _state(self) -> Path:
        return self._home.folder / "cards_state.json"
