"""Cards, keys and requests for the card tests. Never a stand-in for the code under test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from drivers.cards.kernel import Kernel
from drivers.cards.terminal_keys import load_terminal_keys
from drivers.simulators.card.keys import (
    CARD_FILE,
    LEDGER_FILE,
    TERMINAL_FILE,
    generate_keys,
)
from drivers.simulators.card.profiles import CardProfile, load_profiles
from drivers.simulators.card.wallet import VirtualCard, Wallet
from ledger.server.cardcrypto import LedgerKeys, load_ledger_keys
from pos.domain.card import CardEntry, CardRead
from pos.domain.identifiers import TransactionId
from pos.domain.won import Won
from pos.ports import CardRequest

CARD_FILE_PATH = Path(__file__).parents[3] / "config" / "demo_cards.toml"
NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 12:00 in Korea.
PAYMENT = TransactionId(1, 2, 3)
DEADLINE_MS = 5_000


class CardWorld:
    """The demo's keys and cards in a folder of their own."""

    def __init__(self, keys: Path, state: Path) -> None:
        self.profiles: tuple[CardProfile, ...] = load_profiles(CARD_FILE_PATH)
        generate_keys(keys, self.profiles)
        self.keys = keys
        self.state = state
        self.wallet = Wallet(self.profiles, keys / CARD_FILE, state)
        self.kernel = Kernel(load_terminal_keys(keys / TERMINAL_FILE))
        self.ledger: LedgerKeys = load_ledger_keys(keys / LEDGER_FILE)

    def profile(self, card_id: str) -> CardProfile:
        return next(each for each in self.profiles if each.id == card_id)

    def card(self, card_id: str) -> VirtualCard:
        return self.wallet.card(card_id)

    def tap(self, card_id: str, request: CardRequest) -> CardRead:
        return self.run(self.card(card_id).transmit, request)

    def run(self, transmit: Callable[[bytes], bytes], request: CardRequest) -> CardRead:
        return self.kernel.run(transmit, request, CardEntry.CONTACTLESS_CHIP)


def request(
    amount: int = 4_500, *, online: bool = True, at: datetime = NOON, deadline_ms: int = DEADLINE_MS
) -> CardRequest:
    return CardRequest(PAYMENT, Won(amount), online, at, deadline_ms)
