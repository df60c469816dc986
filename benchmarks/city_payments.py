"""Payments of a filled city, as jobs for an engine: real rules, no HTTP. Never the same one twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from benchmarks.city_fill import FIRST_DEVICE, City, pan
from ledger.server import payments, records
from ledger.server.database import Asked, Tx
from ledger.server.judging import Ask, Merchant
from ledger.server.payments import hash_body
from pos.domain.events import SaleCompleted
from pos.domain.forwarding import ForwardOutcome
from pos.domain.identifiers import TransactionId
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from tests.ledger.journal import Journal, card_sale
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

    def sales(self, count: int) -> Asked:
        """Return a batch of a terminal's records of finished sales, each of three lines and paid by card."""
        self._number += 1
        shop = 1 + self._random.randrange(self._city.shops)
        merchant = Merchant(shop, FIRST_DEVICE + shop, eligible=True, earns_cashback=True)
        journal = Journal(merchant.device, self._number)
        batch = [
            records.prepare(journal.add(self._sale(merchant.device)), merchant, self._opener)
            for _ in range(count)
        ]

        def take(tx: Tx) -> list[ForwardOutcome]:
            return [records.take(tx, each, merchant, self._rates, self.now) for each in batch]

        return Asked(take, records.needs(batch, self.now))

    def _sale(self, device: int) -> SaleCompleted:
        self._number += 2
        ids = (TransactionId(device, INCARNATION, self._number - at) for at in (0, 1))
        sale = replace(card_sale(1, (1, 3_000)), id=next(ids))
        line = replace(sale.lines[0], unit_price=Won(1_000))
        lines = tuple(replace(line, number=number) for number in (1, 2, 3))
        tender = replace(sale.tenders[0], payment_id=next(ids))
        return SaleCompleted(replace(sale, lines=lines, tenders=(tender,)), self.now)
