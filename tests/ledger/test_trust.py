"""What the ledger believes of a terminal's clock, and what it looks at again after its own faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from ledger.policy.policy import Policy
from ledger.server import merchants, orders, records
from ledger.server.cards import CardFacts, CardOpener, SealBroken
from ledger.server.database import Database
from ledger.server.demo_orders import invent
from ledger.server.judging import Merchant
from ledger.server.seed import seed
from ledger.server.writer import Writer
from pos.domain.events import from_record
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.order_events import OrderAccepted
from pos.domain.record import Record
from tests.ledger.conftest import DEVICE
from tests.ledger.journal import START, Journal, payment_id
from tests.ledger.plain_cards import CARDS, PlainOpener, policy

MERCHANT = Merchant(1, DEVICE, True, True)


class WrongKeys(PlainOpener):
    def open(self, sealed: str, payment_id_hex: str) -> CardFacts:
        raise SealBroken("wrong key")


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    made = Writer(database)
    made.run_now(lambda tx: seed(tx, CARDS, PlainOpener(), START))
    made.run_now(lambda tx: merchants.add(tx, "shop"))
    yield made
    made.close()


def take(writer: Writer, record: Record, opener: CardOpener, known: Policy) -> ForwardOutcome:
    prepared = records.prepare(record, MERCHANT, opener)
    return writer.run_now(lambda tx: records.take(tx, prepared, MERCHANT, known, START))


@pytest.mark.parametrize("fault", ["keys", "terms"])
def test_poison_of_the_ledgers_own_making_is_looked_at_again(writer: Writer, fault: str) -> None:
    record = Journal().offline(1, 20_000)
    opener = WrongKeys() if fault == "keys" else PlainOpener()
    known = Policy() if fault == "terms" else policy()
    assert take(writer, record, opener, known).status is ForwardStatus.POISON
    assert take(writer, record, PlainOpener(), policy()).status is ForwardStatus.ACCEPTED


def test_turning_the_clock_back_earns_no_second_cap(writer: Writer) -> None:
    earned = 0
    for number, days in enumerate((0, 31, 62, 93), start=1):
        event = from_record(Journal(incarnation=number).offline(number, 300_000))
        back = replace(event, at=START - timedelta(days=days))
        record = Journal(incarnation=100 + number).add(back)
        outcome = take(writer, record, PlainOpener(), policy())
        assert outcome.approval is not None
        earned += outcome.approval.cashback.amount
    assert earned == 30_000


def test_a_clock_before_all_terms_does_not_cost_the_shop_its_order(writer: Writer) -> None:
    order = invent(Random(1), 1, START)
    writer.run_now(lambda tx: orders.place(tx, MERCHANT.id, order))
    long_ago = datetime(2025, 8, 31, tzinfo=UTC)
    accepted = OrderAccepted(payment_id(1), order.key, order.total, 20, long_ago)
    outcome = take(writer, Journal().add(accepted), PlainOpener(), policy())
    assert outcome.status is ForwardStatus.ACCEPTED
    assert outcome.commission is not None
