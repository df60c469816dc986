"""Payments of a filled city, as jobs for an engine: real rules, no HTTP. Never the same one twice."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from benchmarks.city_fill import FIRST_DEVICE, City, pan
from ledger.server import payments
from ledger.server.database import Asked
from ledger.server.judging import Ask, Merchant
from ledger.server.payments import hash_body
from pos.domain.identifiers import TransactionId
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from tests.ledger.plain_cards import PlainOpener, policy, seal_of

AMOUNT = Won(100)  # So little that no card runs dry, and no month's cap is reached.
INCARNATION = 9


class Payments:
    """One after the other: cards in turn, shops at random."""

    def __init__(self, city: City) -> None:
        self.now = datetime.now(UTC)
        self._city = city
        self._random = Random(1)
        self._opener = PlainOpener()
        self._rates = policy()
        self._number = 0

    def next(self) -> Asked:
        """Return a payment by the next card."""
        self._number += 1
        shop = 1 + self._random.randrange(self._city.shops)
        payment = TransactionId(FIRST_DEVICE + shop, INCARNATION, self._number)
        card = self._number % self._city.cards
        # Higher than what the load over HTTP has counted to before.
        counter = 10_000 + self._number // self._city.cards
        sealed = seal_of(payment, AMOUNT, counter, pan(card))
        merchant = Merchant(shop, FIRST_DEVICE + shop, eligible=True, earns_cashback=True)
        facts = self._opener.open(sealed, payment.hex)
        body = hash_body(self._number)
        online = ApprovalMode.ONLINE
        ask = Ask(payment, merchant, AMOUNT, online, facts, body, self.now, self.now)
        return Asked(lambda tx: payments.authorize(tx, ask, self._rates), payments.needs(ask))
