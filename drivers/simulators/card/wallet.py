"""Makes virtual cards by their demo id. Never the same object for two insertions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from drivers.simulators.card.applet import VoucherCard
from drivers.simulators.card.bank_card import BankCard
from drivers.simulators.card.keys import FactoryKeys, load_factory_keys
from drivers.simulators.card.memory import MemoryFile
from drivers.simulators.card.personalise import Chip, personalise
from drivers.simulators.card.profiles import CardKind, CardProfile

VirtualCard = VoucherCard | BankCard


class Wallet:
    """All the demo's cards.

    Raises:
        ConfigError: the card keys can't be read.
    """

    def __init__(self, profiles: Sequence[CardProfile], card_keys: Path, state: Path) -> None:
        self._profiles = {each.id: each for each in profiles}
        self._keys = load_factory_keys(card_keys)
        self._memory = MemoryFile(state)
        self._chips: dict[str, Chip] = {}

    @property
    def card_ids(self) -> tuple[str, ...]:
        """The cards there are, in the file's order."""
        return tuple(self._profiles)

    @property
    def keys(self) -> FactoryKeys:
        """What the cards are personalised with."""
        return self._keys

    @property
    def memory(self) -> MemoryFile:
        """What they remember."""
        return self._memory

    def profile(self, card_id: str) -> CardProfile:
        """Return what a card is. Raises KeyError where there is no such card."""
        return self._profiles[card_id]

    def card(self, card_id: str) -> VirtualCard:
        """Take a card out of the wallet.

        Raises:
            KeyError: there is no such card.
        """
        profile = self._profiles[card_id]
        if profile.kind is not CardKind.VOUCHER:
            return BankCard(profile.id, profile.kind)
        if card_id not in self._chips:
            self._chips[card_id] = personalise(profile, self._keys)
        return VoucherCard(self._chips[card_id], self._memory)
