"""A card that is kept powered while the ledger is asked. Never kept beyond one answer."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from drivers.cards.completion import AwaitingIssuer, complete
from drivers.cards.link import CardSession
from pos.domain.card import CardUpdate
from pos.domain.identifiers import TransactionId


@dataclass(frozen=True, slots=True)
class _Held:
    session: CardSession
    waiting: AwaitingIssuer


class CardHolder:
    """Room for one card, for the reader's thread alone; only `abandon` is called from another."""

    def __init__(self) -> None:
        self._held: _Held | None = None
        self._abandoned = False
        self._lock = threading.Lock()

    def keep(self, session: CardSession, waiting: AwaitingIssuer) -> None:
        """Keep a card that waits for the ledger."""
        with self._lock:
            if not self._abandoned:
                self._held = _Held(session, waiting)
                return
        session.close()

    def abandon(self) -> None:
        """Keep nothing any more: the thread was written off, and what it still brings is nobody's."""
        with self._lock:
            self._abandoned = True

    def let_go(self) -> None:
        """Let a card go that nobody has an answer for. No-op without one."""
        held, self._held = self._held, None
        if held is not None:
            held.session.close()

    def complete(self, payment_id: TransactionId, for_card: bytes | None) -> CardUpdate:
        """Give the card its answer and let it go; of another payment, let it go alone."""
        held = self._held
        try:
            if held is None or held.waiting.payment_id != payment_id:
                return CardUpdate()
            return complete(held.session.transmit, held.waiting, for_card)
        finally:
            self.let_go()
