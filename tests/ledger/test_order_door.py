"""An order's door money, asked for by several tills of one shop: one takes it, once for ever, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from ledger.contract import models as wire
from ledger.feed_mapping import item_to_wire, page_from_wire
from ledger.policy.shop import Shop
from ledger.server import order_door, orders
from ledger.server.database import Database, Tx
from ledger.server.judging import Merchant
from ledger.server.writer import Writer
from pos.domain.door_money import DoorMoney
from pos.domain.forwarding import ForwardStatus
from pos.domain.identifiers import TransactionId
from pos.domain.order import Order, OrderLine, OrderState
from pos.domain.order_door import HELD_FOR
from pos.domain.order_events import OrderDoorAsked
from pos.domain.sale import SaleRecord
from pos.domain.won import Won
from pos.ports import FeedItem
from tests.ledger.conftest import open_shops
from tests.pos.domain.receipts import sale_of

T = TypeVar("T")
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
SHOP = Shop("shop 1", ())
ONE, TWO = (Merchant(1, 0x1_0000_0000 + till, True, True, SHOP) for till in (1, 2))
ORDER = Order(
    channel="baedal-eum",
    number="B1",
    short_number="1",
    placed_at=NOW,
    accept_by=NOW + timedelta(minutes=3),
    lines=(OrderLine("떡볶이", 1, Won(12_000)),),
    total=Won(12_000),
    paid_in_app=False,
    disposables=False,
)
KEY = ORDER.key


class Ledger:
    def __init__(self, database: Database) -> None:
        self.writer = Writer(database)
        self.run(lambda tx: orders.place(tx, 1, ORDER))

    def run(self, job: Callable[[Tx], T]) -> T:
        return self.writer.run_now(job)

    def asks(self, till: Merchant, at: datetime = NOW) -> ForwardStatus:
        event = OrderDoorAsked(TransactionId(till.device, 1, 1), KEY, at)
        return self.run(lambda tx: order_door.ask(tx, till, event, at))[0]

    def brings(self, till: Merchant, receipt: str, at: datetime = NOW) -> None:
        self.run(lambda tx: order_door.taken(tx, till, sale(receipt), at))

    @property
    def says(self) -> DoorMoney | None:
        return self.run(lambda tx: order_door.find(tx, 1, KEY))

    @property
    def told(self) -> list[DoorMoney]:
        page = self.run(lambda tx: orders.read_feed(tx, 1, 0))
        return [item.door for item in page.items if item.door is not None]


def sale(receipt: str, **facts: object) -> SaleRecord:
    return replace(sale_of(), receipt_number=receipt, **{"order_key": KEY, **facts})  # type: ignore[arg-type]


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    open_shops(database)
    made = Ledger(database)
    yield made
    made.writer.close()


def test_the_till_that_asks_first_has_it_and_the_second_hears_who(ledger: Ledger) -> None:
    assert ledger.asks(ONE) is ForwardStatus.ACCEPTED
    assert ledger.asks(ONE) is ForwardStatus.ACCEPTED  # A sale dropped and begun again.
    assert ledger.asks(TWO) is ForwardStatus.DECLINED
    assert ledger.told[-1] == DoorMoney(ONE.device, "", NOW)


def test_a_till_that_brings_no_receipt_gives_way_and_hears_of_it(ledger: Ledger) -> None:
    ledger.asks(ONE)
    late = NOW + HELD_FOR + timedelta(seconds=1)
    assert ledger.asks(TWO, NOW + HELD_FOR) is ForwardStatus.DECLINED
    assert ledger.asks(TWO, late) is ForwardStatus.ACCEPTED
    assert ledger.told[-1] == DoorMoney(TWO.device, "", late)
    assert ledger.asks(ONE, late) is ForwardStatus.DECLINED


def test_a_receipt_settles_it_for_ever(ledger: Ledger) -> None:
    ledger.asks(ONE)
    ledger.brings(ONE, "0001-1")
    assert ledger.asks(TWO, NOW + timedelta(days=400)) is ForwardStatus.DECLINED
    assert ledger.asks(ONE, NOW + timedelta(days=400)) is ForwardStatus.DECLINED
    assert ledger.says == DoorMoney(ONE.device, "0001-1", NOW)


def test_of_two_tills_that_were_offline_the_first_receipt_to_come_stands(ledger: Ledger) -> None:
    later = NOW + timedelta(minutes=5)
    ledger.brings(TWO, "0002-7", NOW)
    ledger.brings(ONE, "0001-3", later)
    assert ledger.says == DoorMoney(TWO.device, "0002-7", NOW)
    assert ledger.told == [ledger.says, ledger.says]  # Said again, so that the second hears.


def test_the_same_sale_told_twice_is_one_and_training_is_none(ledger: Ledger) -> None:
    ledger.run(lambda tx: order_door.taken(tx, TWO, sale("0002-9", training=True), NOW))
    ledger.run(lambda tx: order_door.taken(tx, TWO, sale("0002-9", order_key=""), NOW))
    ledger.run(lambda tx: order_door.taken(tx, TWO, sale("0002-9", order_key="x:1"), NOW))
    assert ledger.says is None
    ledger.brings(ONE, "0001-3")
    ledger.brings(ONE, "0001-3", NOW + timedelta(days=1))
    assert ledger.says == DoorMoney(ONE.device, "0001-3", NOW)


def test_an_order_that_nobody_placed_is_poison(ledger: Ledger) -> None:
    event = OrderDoorAsked(TransactionId(ONE.device, 1, 1), "baedal-eum:none", NOW)
    status, why = ledger.run(lambda tx: order_door.ask(tx, ONE, event, NOW))
    assert (status, why) == (ForwardStatus.POISON, "no such order")


def test_a_replaced_till_has_no_more_right_than_any_other(ledger: Ledger) -> None:
    assert ORDER.state is OrderState.NEW  # Whatever the order's state, the money is one.
    third = replace(TWO, device=TWO.device + 1)
    ledger.brings(TWO, "0002-1")
    assert ledger.asks(third) is ForwardStatus.DECLINED


def test_what_is_said_of_it_travels_as_it_is() -> None:
    for receipt in ("", "0001-1"):
        item = FeedItem("order.door", order_key=KEY, door=DoorMoney(ONE.device, receipt, NOW))
        answer = wire.FeedAnswer(cursor="1", items=(item_to_wire(item),), at=NOW)
        told = wire.FeedAnswer.model_validate_json(answer.model_dump_json())
        assert page_from_wire(told).items == (item,)
