"""A shop's day on paper and in the bank: to the won, once, and again as of any day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.policy.dated import Span
from ledger.policy.shop import Shop, ShopFacts
from ledger.server import (
    accounts,
    as_of,
    books,
    devices,
    matching,
    merchants,
    orders,
    payments,
    refunds,
    settlement,
    shops,
)
from ledger.server.database import Database, Tx, is_postgres
from ledger.server.judging import Ask, Merchant
from ledger.server.rules import Posting, make_posting
from ledger.server.seed import seed
from ledger.server.shops import Enrolled
from ledger.server.writer import Writer
from pos.domain.business_day import business_day
from pos.domain.identifiers import TransactionId
from pos.domain.order import Order, OrderLine
from pos.domain.order_events import OrderAccepted
from pos.domain.payment_answers import Approval
from pos.domain.payment_events import RefundAsked
from pos.domain.statement import Statement
from pos.domain.tender import ApprovalMode
from pos.domain.won import ZERO, Won
from tests.ledger.plain_cards import PlainOpener, new_card, policy, seal

POLICY = policy()
START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # A Tuesday.
DAY = date(2026, 11, 24)
LONG_AGO = Span(date(2020, 1, 1), date(2020, 1, 1))
SHOP = Shop("cafe", (ShopFacts(LONG_AGO, Won(700_000_000), "seo", "cafe", win_win_bp=500),))
TILLS = (1, 2)
CARDS = tuple(new_card(n, charged=5_000_000, member=n) for n in ("rich", "poor"))


class City:
    """A ledger with one shop of two tills."""

    def __init__(self, database: Database) -> None:
        self.writer = Writer(database)
        self.opener = PlainOpener()
        self.number = 0
        self.amounts: dict[TransactionId, int] = {}

        def fill(tx: Tx) -> None:
            shops.enrol(tx, (Enrolled(SHOP, TILLS),))
            for till in TILLS:
                devices.enrol(
                    tx, merchants.add(tx, f"till {till}"), till, bytes([till]) * 32, START
                )
            seed(tx, CARDS, self.opener, START)

        self.writer.run_now(fill)

    def pay(
        self, amount: int, at: datetime = START, *, till: int = 1, card: str = "rich"
    ) -> TransactionId:
        self.number += 1
        payment = TransactionId(till, 7, self.number)
        sealed = seal(payment, Won(amount), self.number, card=card)
        facts = self.opener.open(sealed, payment.hex)
        merchant = Merchant(till, till, eligible=True, earns_cashback=True, shop=SHOP)
        ask = Ask(payment, merchant, Won(amount), ApprovalMode.ONLINE, facts, b"b", at, at)
        answer = self.writer.run_now(lambda tx: payments.authorize(tx, ask, POLICY))
        assert isinstance(answer, Approval), answer
        self.amounts[payment] = amount
        return payment

    def give_back(self, payment: TransactionId, amount: int, at: datetime = START) -> None:
        self.number += 1
        names = (TransactionId(payment.device, 8, self.number), payment, TransactionId(1, 9, 1))
        event = RefundAsked(*names, Won(amount), False, at)
        self.writer.run_now(lambda tx: refunds.give_back(tx, event, POLICY, at))

    def reverse(self, payment: TransactionId, at: datetime = START) -> None:
        self.writer.run_now(lambda tx: payments.reverse(tx, payment, at))

    def order(self, amount: int, at: datetime = START) -> None:
        self.number += 1
        line = OrderLine("떡볶이", 1, Won(amount))
        order = Order(
            channel="baedal-eum",
            number=f"B{self.number}",
            short_number="1",
            placed_at=at,
            accept_by=at,
            lines=(line,),
            total=Won(amount),
            paid_in_app=True,
            disposables=False,
        )
        yes = OrderAccepted(TransactionId(1, 7, self.number), order.key, Won(amount), 20, at)
        merchant = Merchant(1, 1, eligible=True, earns_cashback=True, shop=SHOP)

        def job(tx: Tx) -> None:
            orders.place(tx, 1, order)
            orders.accept(tx, merchant, yes, POLICY, at)

        self.writer.run_now(job)

    def statement(self, day: date = DAY) -> Statement:
        return self.writer.run_now(lambda tx: settlement.statement(tx, "cafe", day, POLICY))

    def pay_out(self, at: datetime, day: date = DAY) -> Posting | None:
        return self.writer.run_now(lambda tx: settlement.pay_out(tx, "cafe", day, at))

    def due(self, today: date) -> list[date]:
        return self.writer.run_now(lambda tx: list(settlement.due_days(tx, "cafe", POLICY, today)))

    def held(self, account: str) -> int:
        assert self.writer.run_now(books.check) == []
        return self.writer.run_now(lambda tx: books.balance(tx, account)).amount


@pytest.fixture
def city(database: Database) -> Iterator[City]:
    made = City(database)
    yield made
    made.writer.close()


def days(number: int) -> timedelta:
    return timedelta(days=number)


def test_a_day_worked_out_by_hand(city: City) -> None:
    """The worked example of docs/ledger-rules.md."""
    first = city.pay(50_000)
    city.pay(12_345, till=2, card="poor")
    gone = city.pay(8_000)
    city.reverse(gone)
    city.give_back(first, 20_000)
    city.order(25_000)

    said = city.statement()

    assert said == Statement(
        shop="cafe",
        day=DAY,
        pay_on=date(2026, 11, 26),
        pay_days=2,
        sales=Won(70_345),  # 50,000 + 12,345 + 8,000
        reversed_=Won(-8_000),
        refunds=Won(-20_000),
        orders=Won(25_000),
        fee=Won(381),  # 0.9 %: 450 + 111 + 72 - 72 - 180
        commission=Won(250),  # 1 %
        merchant_funded=Won(2_117),  # 5 %: 2,500 + 617 + 400 - 400 - 1,000
        fee_support_due=Won(148),  # 0.35 %: 175 + 43 + 28 - 28 - 70
    )
    assert said.net == Won(64_597)
    assert city.held(accounts.CASHBACK_FUND) == -(3_000 + 1_234)
    assert city.held(accounts.district_fund("seo")) == -(600 + 246)


def test_a_day_is_paid_on_its_pay_day_once(city: City) -> None:
    city.pay(50_000)
    city.pay(10_000, till=2)
    net = city.statement().net
    assert [city.due(DAY + days(n)) for n in (0, 1, 2, 9)] == [[], [], [DAY], [DAY]]

    made = city.pay_out(START + days(2))

    assert made is not None
    assert made.net()[accounts.PAID_OUT] == net
    assert city.pay_out(START + days(3)) == made
    assert city.held(accounts.PAID_OUT) == net.amount
    assert city.due(DAY + days(2)) == []
    assert city.statement() == replace(city.statement(), closed=True)
    assert city.statement().net == net  # A closed day says what it said.
    for till in TILLS:
        takings = accounts.merchant(till, DAY)
        assert city.held(takings) == 0
        assert city.held(accounts.merchant_funded(takings)) == 0


def test_a_day_that_is_not_over_is_not_paid(city: City) -> None:
    city.pay(50_000)

    with pytest.raises(ValueError, match="not over"):
        city.pay_out(START)
    assert city.held(accounts.PAID_OUT) == 0


def test_what_a_shop_owes_is_carried_into_the_day_it_is_closed_on(city: City) -> None:
    sold = city.pay(50_000)
    city.pay_out(START + days(2))
    city.give_back(sold, 50_000, START + days(3))
    returned = DAY + days(3)
    owed = city.statement(returned).net
    assert owed == Won(-(50_000 - 450 - 2_500))

    made = city.pay_out(START + days(6), returned)

    assert made is not None
    assert made.kind == "carry"
    assert city.statement(returned).net == owed
    city.pay(60_000, START + days(6))
    later = city.statement(DAY + days(6))
    assert later.carried == owed
    assert later.net == owed + Won(60_000 - 540 - 3_000)


def test_an_empty_day_is_nothing_to_close(city: City) -> None:
    assert city.pay_out(START + days(2)) is None
    assert city.statement().net == ZERO


def test_a_pay_out_that_the_bank_sends_back_waits_and_is_paid_with_another_day(city: City) -> None:
    city.pay(50_000)
    made = city.pay_out(START + days(2))
    assert made is not None
    net = made.net()[accounts.PAID_OUT]

    for _ in range(2):
        city.writer.run_now(lambda tx: settlement.send_back(tx, "cafe", DAY, START + days(3)))
    assert city.held(accounts.suspense("cafe")) == net.amount
    assert city.held(accounts.PAID_OUT) == 0
    for _ in range(2):
        city.writer.run_now(lambda tx: settlement.release(tx, "cafe", DAY, START + days(4)))

    assert city.held(accounts.suspense("cafe")) == 0
    assert city.statement(DAY + days(4)).carried == net
    with pytest.raises(LookupError):
        city.writer.run_now(lambda tx: settlement.release(tx, "cafe", DAY + days(1), START))
    with pytest.raises(LookupError):
        city.writer.run_now(lambda tx: settlement.send_back(tx, "cafe", DAY + days(1), START))


def test_fee_support_is_paid_after_the_half_year_once_and_never_with_the_day(city: City) -> None:
    sold = city.pay(50_000)
    support = accounts.support_due_of(f"{1:012x}", "2026-2")
    assert city.held(support) == 175
    city.pay_out(START + days(2))
    assert city.held(support) == 175

    def paid(half: str, at: datetime) -> Posting | None:
        return city.writer.run_now(lambda tx: settlement.pay_support(tx, "cafe", half, at))

    with pytest.raises(ValueError, match="not over"):
        paid("2026-2", START)
    new_year = datetime(2027, 1, 4, 3, tzinfo=UTC)
    before = city.held(accounts.PAID_OUT)
    made = paid("2026-2", new_year)
    assert made is not None
    assert paid("2026-2", new_year + days(1)) == made
    assert city.held(accounts.PAID_OUT) == before + 175
    assert paid("2026-1", new_year) is None

    city.give_back(sold, 50_000, new_year + days(2))  # The city has its support back...
    assert city.held(accounts.support_due_of(f"{1:012x}", "2027-1")) == -175
    carried = paid("2027-1", datetime(2027, 7, 2, 3, tzinfo=UTC))  # ...out of the next half-year.
    assert carried is not None
    assert accounts.PAID_OUT not in carried.net()
    assert city.held(accounts.support_due_of(f"{1:012x}", "2027-2")) == -175


def test_money_that_comes_after_a_day_was_closed_is_found(city: City) -> None:
    city.pay(50_000)
    city.pay_out(START + days(2))
    assert city.writer.run_now(lambda tx: settlement.check(tx, "cafe", DAY)) == []

    stray = make_posting(
        "payment", "late", ((accounts.FUNDING, Won(-7)), (accounts.merchant(1, DAY), Won(7)))
    )
    city.writer.run_now(lambda tx: books.post(tx, stray, START + days(2), 0))

    (said,) = city.writer.run_now(lambda tx: settlement.check(tx, "cafe", DAY))
    assert "holds 7" in said


def test_a_statement_refuses_a_kind_of_posting_that_it_has_no_line_for(city: City) -> None:
    stray = make_posting(
        "gift", "g", ((accounts.FUNDING, Won(-7)), (accounts.merchant(1, DAY), Won(7)))
    )
    city.writer.run_now(lambda tx: books.post(tx, stray, START, 0))

    with pytest.raises(ValueError, match="gift"):
        city.statement()


def test_shops_are_read_by_their_index(city: City, database: Database) -> None:
    city.pay(50_000)
    explain = "EXPLAIN" if is_postgres(database) else "EXPLAIN QUERY PLAN"
    asked = (
        (settlement._LINES, 8),
        (matching._MOVED, 5),
        (as_of._PAYMENTS, 3),
        (books._OF_SHOPS.format(marks="?"), 2),
    )

    for sql, count in asked:
        words = (f"{explain} {sql}", ("2026-11-24",) * count)
        rows = city.writer.run_now(lambda tx, words=words: list(tx.execute(*words)))
        plan = [str(row[-1]) for row in rows]

        assert any("entries_of_shops" in step or "account_idx" in step for step in plan), plan
        scans = {step for step in plan if step.startswith("SCAN ") or "Seq Scan" in step}
        assert scans <= {"SCAN parts"}, plan  # What a subquery has found.


def test_every_shop_with_a_terminal_is_settled_and_one_alone_by_its_own_name(city: City) -> None:
    city.writer.run_now(
        lambda tx: devices.enrol(tx, merchants.add(tx, "alone"), 9, b"9" * 32, START)
    )

    assert city.writer.run_now(settlement.all_shops) == ["000000000009", "cafe"]


steps = st.tuples(
    st.sampled_from(["pay", "pay", "pay", "back", "back", "reverse", "order", "close"]),
    st.integers(0, 3),
    st.integers(1, 60_000),
    st.integers(0, 1_000),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(steps, max_size=25))
def test_whatever_happened_all_statements_together_are_what_was_paid_and_is_still_held(
    happened: list[tuple[str, int, int, int]],
) -> None:
    with TemporaryDirectory() as folder:
        city = City(Path(folder) / "ledger.db")
        at = START
        for kind, hours, amount, pick in happened:
            at += timedelta(hours=6 * hours)
            known = list(city.amounts)
            chosen = known[pick % len(known)] if known else None
            match kind:
                case "pay":
                    card = CARDS[pick % 2].id
                    city.pay(amount, at, till=TILLS[pick // 2 % 2], card=card)
                case "back" if chosen is not None:
                    city.give_back(chosen, min(amount, city.amounts[chosen]), at)
                case "reverse" if chosen is not None and not city.writer.run_now(
                    lambda tx, one=chosen: refunds.any_of(tx, one)
                ):
                    city.reverse(chosen, at)
                case "order":
                    city.order(amount, at)
                case "close":
                    for day in city.due(business_day(at)):
                        city.pay_out(at, day)
                case _:
                    pass
        asked = [DAY + days(n) for n in range((business_day(at) - DAY).days + 1)]
        said = [city.statement(day) for day in asked]
        paid = city.held(accounts.PAID_OUT)
        names = [n for day in asked for n in accounts.takings_of_shop(TILLS, day)]
        left = sum(city.held(n) + city.held(accounts.merchant_funded(n)) for n in names)
        # A carried day's debt stands in two statements: where it arose and where it went.
        carried = sum(each.carried.amount for each in said)
        assert sum(each.net.amount for each in said) - carried == paid + left
        for day, each in zip(asked, said, strict=True):
            held = sum(
                city.held(n) + city.held(accounts.merchant_funded(n))
                for n in accounts.takings_of_shop(TILLS, day)
            )
            assert held == (0 if each.closed else each.net.amount)
        support = sum(each.fee_support_due.amount for each in said)
        assert support == -city.held(accounts.FEE_SUPPORT)
        city.writer.close()
