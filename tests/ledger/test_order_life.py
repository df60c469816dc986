"""Steps, cancels and refunds of orders at the ledger: once each, never too much, the books sound."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ledger.server import books, erasing, order_life, orders, records
from ledger.server.database import Database, Tx
from ledger.server.judging import Merchant
from ledger.server.writer import Writer
from pos.domain.availability import Availability, AvailabilitySet
from pos.domain.events import Event
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.order import Order, OrderLine, OrderState
from pos.domain.order_events import OrderAccepted, OrderMoved, OrderRefundAsked, OrderRejected
from pos.domain.won import Won
from tests.ledger.conftest import DEVICE, open_shops
from tests.ledger.journal import START, Journal, payment_id
from tests.ledger.plain_cards import PlainOpener
from tests.ledger.plain_cards import policy as load_policy

SHOP = Merchant(1, DEVICE, True, True)
POLICY = load_policy()
NOW = START + timedelta(minutes=1)


def an_order(number: str = "1", total: int = 25_000, *, door: bool = False) -> Order:
    return Order(
        channel="baedal-eum",
        number=number,
        short_number=f"B{number}",
        placed_at=START,
        accept_by=START + timedelta(minutes=5),
        lines=(OrderLine("김치찌개", 1, Won(total)),),
        total=Won(total),
        paid_in_app=not door,
        disposables=False,
    )


class Books:
    """A ledger with one shop, and its till's journal."""

    def __init__(self, database: Database) -> None:
        open_shops(database)
        self.path = database
        self.writer = Writer(database)
        self.journal = Journal()
        self.cursor = 0

    def tell(self, event: Event, at: datetime = NOW) -> ForwardOutcome:
        record = self.journal.add(event)
        prepared = records.prepare(record, SHOP, PlainOpener())
        return self.writer.run_now(lambda tx: records.take(tx, prepared, SHOP, POLICY, at))

    def accepted(self, order: Order, number: int = 1) -> ForwardOutcome:
        self.writer.run_now(lambda tx: orders.place(tx, 1, order))
        return self.tell(OrderAccepted(payment_id(number), order.key, order.total, 20, NOW))

    def back(
        self, order: Order, amount: int, number: int, *, cancels: bool = False
    ) -> ForwardOutcome:
        return self.tell(
            OrderRefundAsked(payment_id(number), order.key, Won(amount), "x", cancels, NOW)
        )

    def cancel(self, order: Order) -> bool:
        return self.writer.run_now(lambda tx: order_life.cancel(tx, 1, order.key, POLICY, NOW))

    def state(self, order: Order) -> OrderState:
        found = self.writer.run_now(lambda tx: orders.find(tx, 1, order.key))
        assert found is not None
        return found[0].state

    def balances(self) -> dict[str, int]:
        def look(tx: Tx) -> dict[str, int]:
            assert books.check(tx) == []
            return dict(books.balances(tx))

        held = self.writer.run_now(look)
        return {name.split(":")[0]: won for name, won in held.items() if won}

    def news(self) -> list[str]:
        page = self.writer.run_now(lambda tx: orders.read_feed(tx, 1, self.cursor))
        self.cursor = int(page.cursor)
        return [
            f"{i.kind} {i.state.value if i.state else i.amount or ''}".strip() for i in page.items
        ]


@pytest.fixture
def ledger(database: Database) -> Books:
    return Books(database)


@pytest.fixture
def fast(tmp_path: Path) -> Books:
    return Books(tmp_path / "ledger.db")


def test_a_step_is_taken_told_to_the_shops_tills_and_never_backwards(ledger: Books) -> None:
    order = an_order()
    ledger.accepted(order)
    for state in (OrderState.READY, OrderState.COOKING, OrderState.READY):
        assert ledger.tell(OrderMoved(order.key, state, NOW)).status is ForwardStatus.ACCEPTED
    assert ledger.state(order) is OrderState.READY
    assert ledger.news() == ["order.placed", "order.state accepted", "order.state ready"]


def test_a_partial_refund_gives_the_commission_back_by_what_is_left(ledger: Books) -> None:
    order = an_order(total=25_050)  # 1 %: 251 won, rounded half up.
    assert ledger.accepted(order).commission == Won(251)
    first = ledger.back(order, 10_000, 2)
    assert first.commission == Won(251 - 151)  # 15,050 won cost 151.
    assert ledger.back(order, 15_051, 3).status is ForwardStatus.DECLINED
    rest = ledger.back(order, 15_050, 4, cancels=True)
    assert rest.commission == Won(151)
    assert ledger.state(order) is OrderState.CANCELLED
    assert ledger.balances() == {}


def test_the_same_refund_twice_is_one(fast: Books) -> None:
    order = an_order()
    fast.accepted(order)
    first = fast.back(order, 5_000, 2)
    again = fast.back(order, 5_000, 2)
    assert (first.commission, again.commission) == (Won(50), Won(50))
    assert fast.balances()["delivery_clearing"] == -20_000


def test_a_customer_cancels_in_any_state_and_everything_goes_back(ledger: Books) -> None:
    steps = [None, OrderState.COOKING, OrderState.READY, OrderState.PICKED_UP, OrderState.DELIVERED]
    for number, state in enumerate(steps, start=1):
        order = an_order(str(number))
        ledger.accepted(order, number)
        if state is not None:
            ledger.tell(OrderMoved(order.key, state, NOW))
        assert ledger.cancel(order)
        assert not ledger.cancel(order)
        delivered = state is OrderState.DELIVERED  # That stays; its money goes back all the same.
        wanted = OrderState.DELIVERED if delivered else OrderState.CANCELLED
        assert ledger.state(order) is wanted
        assert "order.refund 25,000" in ledger.news()
    assert ledger.balances() == {}


def test_an_unanswered_order_is_cancelled_without_a_posting(fast: Books) -> None:
    order = an_order()
    fast.writer.run_now(lambda tx: orders.place(tx, 1, order))
    assert fast.cancel(order)
    late = fast.tell(OrderAccepted(payment_id(1), order.key, order.total, 20, NOW))
    assert late.status is ForwardStatus.DECLINED
    assert fast.back(order, 1_000, 2).status is ForwardStatus.DECLINED
    assert fast.balances() == {}


def test_door_money_is_the_tills_so_only_the_commission_comes_back(fast: Books) -> None:
    order = an_order(door=True)
    fast.accepted(order)
    assert fast.balances() == {"commission": 250, "merchant": -250}
    assert fast.back(order, 25_000, 2, cancels=True).commission == Won(250)
    assert fast.balances() == {}


def test_the_second_tills_yes_is_not_charged_and_its_no_changes_nothing(fast: Books) -> None:
    order = an_order()
    fast.accepted(order)
    again = fast.tell(OrderAccepted(payment_id(7), order.key, order.total, 30, NOW))
    refused = fast.tell(OrderRejected(payment_id(8), order.key, "too_busy", NOW))
    assert (again.status, refused.status) == (ForwardStatus.DECLINED, ForwardStatus.DECLINED)
    assert fast.balances()["commission"] == 250


def test_the_newest_word_on_availability_holds(fast: Books) -> None:
    late, early = NOW + timedelta(minutes=1), NOW
    paused = Availability().paused(NOW + timedelta(hours=1))
    fast.tell(AvailabilitySet(paused, late))
    fast.tell(AvailabilitySet(Availability(), early))  # Of another till; it was said before.
    assert fast.writer.run_now(lambda tx: order_life.availability(tx, 1)) == paused


def test_steps_of_orders_that_are_unknown_are_parked_and_early_ones_change_nothing(
    fast: Books,
) -> None:
    order = an_order()
    assert fast.tell(OrderMoved("baedal-eum:none", OrderState.READY, NOW)).problem
    assert fast.back(replace(order, number="none"), 1, 2).problem
    fast.writer.run_now(lambda tx: orders.place(tx, 1, order))
    fast.tell(OrderMoved(order.key, OrderState.READY, NOW))
    assert fast.state(order) is OrderState.NEW


def test_customers_words_are_erased_of_orders_that_are_over_in_books_and_feed(
    ledger: Books,
) -> None:
    over = replace(an_order("1"), shop_note="현관 4821", address_masked="청천동 ***")
    still = replace(an_order("2"), shop_note="벨 금지")
    for number, order in enumerate((over, still), start=1):
        ledger.accepted(order, number)
    ledger.tell(OrderMoved(over.key, OrderState.DELIVERED, NOW))

    def words(tx: Tx) -> str:
        rows = [*tx.execute("SELECT body FROM orders"), *tx.execute("SELECT item FROM feed")]
        return " ".join(str(row[0]) for row in rows)

    def erase(days: int) -> int:
        return ledger.writer.run_now(lambda tx: erasing.erase(tx, NOW + timedelta(days=days)))

    assert [erase(1), erase(3), erase(3)] == [0, 1, 0]
    left = ledger.writer.run_now(words)
    assert "4821" not in left
    assert "청천동" not in left
    assert "벨 금지" in left
    assert erase(8) == 1  # Nobody will say any more how it ended.
    assert "벨 금지" not in ledger.writer.run_now(words)
    assert ledger.state(over) is OrderState.DELIVERED
