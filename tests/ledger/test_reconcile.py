"""A terminal's day against the ledger's: to zero, and each difference by its name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.server import books, devices, matching, merchants, payments, records
from ledger.server.database import Database
from ledger.server.differences import Fate, LedgerDay, Reconciliation
from ledger.server.judging import Ask, Merchant
from ledger.server.reconcile import reconcile
from ledger.server.seed import seed
from ledger.server.writer import Writer
from pos.domain.events import Event, from_record
from pos.domain.rates import ChannelRate
from pos.domain.reconciliation import (
    Difference,
    PrintedDay,
    TerminalDay,
    What,
    printed_day,
    terminal_day,
)
from pos.domain.record import Record
from pos.domain.report import summarize
from pos.domain.tender import ApprovalMode
from pos.domain.won import ZERO, Won
from tests.ledger.conftest import DEVICE, KEY
from tests.ledger.journal import START, Journal, card_return, card_sale, payment_id
from tests.ledger.plain_cards import CARDS, PlainOpener, policy, seal

DAY = date(2026, 11, 24)
POLICY, OPENER = policy(), PlainOpener()
MERCHANT = Merchant(1, DEVICE, eligible=True, earns_cashback=True)
APP = ChannelRate("private", 780, 300, 1_000)
TOMORROW = timedelta(days=1)


class Shop:
    """A terminal's journal, and the ledger that it is told to."""

    def __init__(self, database: Database) -> None:
        self.writer = Writer(database)
        self.writer.run_now(
            lambda tx: devices.enrol(tx, merchants.add(tx, "shop"), DEVICE, KEY.public, START)
        )
        self.writer.run_now(lambda tx: seed(tx, CARDS, OPENER, START))
        self.journal = Journal()

    def online(self, number: int, amount: int, at=START) -> None:  # type: ignore[no-untyped-def]
        payment = payment_id(number)
        facts = OPENER.open(seal(payment, Won(amount), number), payment.hex)
        mode = ApprovalMode.ONLINE
        ask = Ask(payment, MERCHANT, Won(amount), mode, facts, b"b", at, at)
        self.writer.run_now(lambda tx: payments.authorize(tx, ask, POLICY))

    def tell(self, *told: Record, at=START) -> None:  # type: ignore[no-untyped-def]
        for each in told:
            prepared = records.prepare(each, MERCHANT, OPENER)
            self.writer.run_now(
                lambda tx, one=prepared: records.take(tx, one, MERCHANT, POLICY, at)
            )

    def events(self) -> list[Event]:
        return [from_record(each) for each in self.journal.records]

    def match(self, printed: PrintedDay | None = None, day: date = DAY) -> Reconciliation:
        mine = terminal_day(day, self.events())
        made = self.writer.run_now(lambda tx: matching.match_day(tx, DEVICE, day, mine, printed))
        assert (made.net_sales.unexplained, made.cards.unexplained) == (ZERO, ZERO)
        assert self.writer.run_now(books.check) == []
        return made


@pytest.fixture
def shop(database: Database) -> Iterator[Shop]:
    made = Shop(database)
    yield made
    made.writer.close()


def names(made: Reconciliation) -> list[tuple[What, int]]:
    return [(each.what, each.amount.amount) for each in made.differences]


def test_a_whole_day_agrees_to_zero(shop: Shop) -> None:
    journal = shop.journal
    shop.online(10, 9_000)
    shop.online(11, 5_000)
    shop.online(12, 4_000)  # A part payment whose sale was dropped.
    shop.tell(
        journal.sale(1, (10, 9_000)),
        journal.sale(2, (11, 5_000)),
        journal.cash_sale(3, 1_000),
        journal.reversal(12, 4_000),
        journal.offline(13, 20_000),
        journal.sale(4, (13, 20_000)),
        journal.refund(20, 10, 2_000, sale=1),
        journal.refunded(21, card_sale(1, (10, 9_000)), card_return(20, 10, 2_000)),
    )

    made = shop.match(printed_day(summarize(DAY, shop.events(), APP)))

    assert made.differences == ()
    assert (made.net_sales.terminal, made.net_sales.ledger) == (Won(33_000), Won(33_000))
    assert (made.cards.terminal, made.cards.ledger) == (Won(32_000), Won(32_000))


def test_a_sale_that_the_ledger_was_not_told_of(shop: Shop) -> None:
    shop.online(10, 9_000)
    shop.journal.sale(1, (10, 9_000))

    made = shop.match()

    assert names(made) == [(What.SALE_MISSING, 9_000)]
    assert made.cards.terminal == made.cards.ledger == Won(9_000)


def test_an_offline_payment_that_has_not_come(shop: Shop) -> None:
    shop.journal.offline(13, 20_000)
    shop.tell(shop.journal.sale(4, (13, 20_000)))

    assert names(shop.match()) == [(What.PAYMENT_NOT_POSTED, 20_000)]


def test_an_offline_payment_that_was_declined_afterwards(shop: Shop) -> None:
    risk = ApprovalMode.OFFLINE_AT_RISK
    shop.tell(
        shop.journal.offline(13, 20_000, mode=risk, card="gone"),
        shop.journal.sale(4, (13, 20_000)),
    )

    assert names(shop.match()) == [(What.PAYMENT_DECLINED, 20_000)]


def test_a_payment_that_was_posted_and_that_no_sale_rests_on(shop: Shop) -> None:
    shop.online(10, 9_000)

    made = shop.match()

    assert names(made) == [(What.PAYMENT_NOT_TENDERED, -9_000)]
    assert made.differences[0].subject == payment_id(10).hex


def test_a_payment_that_was_reversed_and_tendered_all_the_same(shop: Shop) -> None:
    shop.online(10, 9_000)
    shop.writer.run_now(lambda tx: payments.reverse(tx, payment_id(10), START))
    shop.tell(shop.journal.sale(1, (10, 9_000)))

    assert names(shop.match()) == [(What.PAYMENT_REVERSED, 9_000)]


def test_a_reversal_of_yesterdays_payment_takes_from_today(shop: Shop) -> None:
    shop.online(10, 9_000, START - TOMORROW)
    shop.writer.run_now(lambda tx: payments.reverse(tx, payment_id(10), START))

    (said,) = shop.match().differences

    assert (said.what, said.amount) == (What.PAYMENT_REVERSED, Won(9_000))
    assert said.day == DAY - TOMORROW


def test_an_offline_payment_told_after_midnight_is_a_matter_of_days(shop: Shop) -> None:
    shop.tell(
        shop.journal.offline(13, 20_000), shop.journal.sale(4, (13, 20_000)), at=START + TOMORROW
    )

    (said,) = shop.match().differences
    (on_the_next,) = shop.match(day=DAY + TOMORROW).differences

    assert (said.what, said.day) == (What.POSTED_ANOTHER_DAY, DAY + TOMORROW)
    assert (on_the_next.what, on_the_next.day) == (What.TENDERED_ANOTHER_DAY, DAY)
    assert said.amount + on_the_next.amount == ZERO


def test_a_refund_that_the_ledger_was_not_told_of(shop: Shop) -> None:
    shop.online(10, 9_000)
    shop.tell(shop.journal.sale(1, (10, 9_000)))
    shop.journal.refund(20, 10, 2_000, sale=1)
    shop.journal.refunded(21, card_sale(1, (10, 9_000)), card_return(20, 10, 2_000))

    assert names(shop.match()) == [
        (What.REFUND_MISSING, -2_000),
        (What.CARD_REFUND_NOT_POSTED, -2_000),
    ]


def test_a_card_refund_whose_slip_is_missing_from_the_journal(shop: Shop) -> None:
    shop.online(10, 9_000)
    shop.tell(
        shop.journal.sale(1, (10, 9_000)),
        shop.journal.refund(20, 10, 2_000, sale=1),
    )

    assert names(shop.match()) == [(What.CARD_REFUND_UNKNOWN, 2_000)]


def test_a_sale_that_the_terminals_journal_has_lost(shop: Shop) -> None:
    shop.online(10, 9_000)
    shop.tell(shop.journal.sale(1, (10, 9_000)))
    shop.journal.records.clear()

    assert names(shop.match()) == [
        (What.SALE_UNKNOWN, -9_000),
        (What.PAYMENT_OF_UNKNOWN_SALE, -9_000),
    ]


def test_a_printed_report_that_its_own_journal_does_not_bear_out(shop: Shop) -> None:
    shop.online(10, 9_000)
    shop.tell(shop.journal.sale(1, (10, 9_000)))
    right = printed_day(summarize(DAY, shop.events(), APP))
    wrong = replace(right, sales=right.sales + Won(500))

    assert shop.match(right).differences == ()
    (said,) = shop.match(wrong).differences
    assert (said.what, said.subject, said.amount) == (What.Z_DIFFERS, "sales", Won(500))


def test_what_the_ledger_was_told_can_stand_for_the_journal(shop: Shop) -> None:
    shop.online(10, 9_000)
    shop.tell(shop.journal.sale(1, (10, 9_000)))
    told = shop.writer.run_now(lambda tx: list(matching.told_events(tx, DEVICE)))

    assert terminal_day(DAY, told) == terminal_day(DAY, shop.events())


def test_training_is_no_part_of_a_day() -> None:
    sale = card_sale(1, (10, 9_000))
    journal = Journal()
    journal.sale(1, (10, 9_000))
    event = from_record(journal.records[0])

    assert terminal_day(DAY, [replace(event, sale=replace(sale, training=True))]) == TerminalDay()


ids = st.sampled_from("abcdef")
money = st.dictionaries(ids, st.integers(1, 90_000).map(Won), max_size=5)
posted = st.dictionaries(ids, st.integers(-90_000, 90_000).map(Won), max_size=5)
other_days = st.none() | st.just(DAY + TOMORROW)
fates = st.dictionaries(
    ids, st.builds(Fate, other_days, other_days, ids, st.booleans(), st.booleans()), max_size=5
)
terminals = st.builds(TerminalDay, money, money, money, money)
ledgers = st.builds(LedgerDay, money, money, posted, money, fates)


@given(terminals, ledgers)
def test_whatever_the_two_sides_say_nothing_is_left_unexplained(
    mine: TerminalDay, theirs: LedgerDay
) -> None:
    made = reconcile(mine, theirs)

    assert (made.net_sales.unexplained, made.cards.unexplained) == (ZERO, ZERO)
    for each in made.differences:
        assert each.amount != ZERO


@given(terminals)
def test_two_sides_that_say_the_same_differ_in_nothing(mine: TerminalDay) -> None:
    theirs = LedgerDay(mine.sales, mine.refunds, mine.paid, mine.card_refunds)

    assert reconcile(mine, theirs).differences == ()


@given(terminals, st.data())
def test_every_single_change_is_named_by_what_was_changed(
    mine: TerminalDay, data: st.DataObject
) -> None:
    column = data.draw(st.sampled_from(["sales", "refunds", "payments", "card_refunds"]))
    theirs = LedgerDay(mine.sales, mine.refunds, mine.paid, mine.card_refunds)
    held = dict(getattr(theirs, column))
    subject = data.draw(ids)
    held[subject] = held.get(subject, ZERO) + Won(data.draw(st.integers(1, 999)))

    (said,) = reconcile(mine, replace(theirs, **{column: held})).differences

    assert isinstance(said, Difference)
    assert said.subject == subject
    assert said.what.value.startswith(
        {"sales": "sale_", "refunds": "refund_", "payments": "payment_"}.get(column, "card_refund")
    )
