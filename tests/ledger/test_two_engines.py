"""The same days on SQLite and on PostgreSQL: the same answers, and the same books posting by posting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from ledger.policy.dated import Span
from ledger.policy.policy import Policy
from ledger.policy.rows import CouponRow, GrantRow, Where
from ledger.server import accounts, books, coupons, grants, payments, records, settlement
from ledger.server.database import Asked, Engine, Tx, open_engine
from ledger.server.judging import Ask, Merchant
from ledger.server.payments import IdReused
from ledger.server.tables import Needs
from pos.domain.business_day import business_day
from pos.domain.forwarding import ForwardOutcome
from pos.domain.payment_answers import Approval, Decline
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from tests.ledger.cluster import Cluster
from tests.ledger.conftest import DEVICE
from tests.ledger.journal import Journal
from tests.ledger.test_any_day import (
    MERCHANT,
    OPENER,
    START,
    AnyDay,
    Ledger,
    amounts,
    names,
    policy,
)

T = TypeVar("T")
SHOP = Merchant(2, DEVICE, eligible=True, earns_cashback=True)
BOOKS = (
    "SELECT id, day, kind, reference, at, shard FROM postings ORDER BY id",
    "SELECT posting, day, line, account, amount, shard FROM entries ORDER BY posting, line",
    "SELECT name, card, balance FROM accounts ORDER BY name",
    "SELECT member, month, spend FROM cashback_months ORDER BY member, month",
    "SELECT card, atc FROM card_atcs ORDER BY card, atc",
    "SELECT id, status, member FROM cards ORDER BY id",
    "SELECT card, last_online_atc, offline_limit, seen_limit, seen_spent FROM card_counters"
    " ORDER BY card",
    "SELECT id, body_hash, answer, reversed, card, posting, month, cashback_base, member, day,"
    " shard, earned_on FROM payments ORDER BY id",
    "SELECT id, payment, sale, amount, body_hash, answer, posting, cashback, cashback_base, fee,"
    " fee_support, refund, district_cashback, merchant_funded, day FROM card_refunds ORDER BY id",
    "SELECT device, incarnation, sequence, hash, outcome FROM records ORDER BY 1, 2, 3",
    "SELECT device, incarnation, sequence, hash, count FROM heads ORDER BY id",
    "SELECT account, day, amount FROM rollups ORDER BY account, day",
    "SELECT kind, reference, posting, day FROM posted_once ORDER BY kind, reference",
    "SELECT programme, card FROM grants ORDER BY programme, card",
    "SELECT id, kind, card, payment FROM coupons ORDER BY id",
)

# One programme ends while the days go by.
ALWAYS = Span(date(2020, 1, 1), date(2020, 1, 1))
SOON = replace(ALWAYS, valid_until=START.date() + timedelta(days=4))
RULES = replace(
    policy(),
    grants=(GrantRow(ALWAYS, "anywhere", Where()), GrantRow(SOON, "soon", Where())),
    coupons=(CouponRow(ALWAYS, "three", "city", Where(), amount=Won(3_000), minimum=Won(20_000)),),
)
TILLS = (f"{MERCHANT.device:012x}", f"{DEVICE:012x}")


def whole_book(tx: Tx) -> list[list[tuple[Any, ...]]]:
    return [list(tx.execute(sql)) for sql in BOOKS]


class Both:
    """Two engines that are asked the same and must say the same."""

    def __init__(self, path: Path, url: str) -> None:
        self.engines: tuple[Engine, Engine] = (open_engine(path), open_engine(url))

    def run_now(self, job: Callable[[Tx], T]) -> T:
        return self.run_together([job], [None])[0]

    def run_together(
        self, jobs: Sequence[Callable[[Tx], T]], needs: Sequence[Needs | None]
    ) -> list[T]:
        """Run jobs as one group on each engine."""
        said = [self._run(engine, jobs, needs) for engine in self.engines]
        first, second = said
        for one, other in zip(first, second, strict=True):
            assert (one.value, type(one.error)) == (other.value, type(other.error)), said
            if one.error is not None:
                raise one.error
        return [each.value for each in first]

    def close(self) -> None:
        for each in self.engines:
            each.close()

    @staticmethod
    def _run(
        engine: Engine, jobs: Sequence[Callable[[Tx], T]], needs: Sequence[Needs | None]
    ) -> list[Asked]:
        group = [Asked(job, need) for job, need in zip(jobs, needs, strict=True)]
        engine.apply(group)
        engine.commit(group)
        return group


class SameOnBoth(AnyDay):
    """Any day, lived twice; some of it in groups, some of it forwarded in batches."""

    cluster: ClassVar[Cluster]
    rates: ClassVar[Policy] = RULES

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[records.Prepared]] = []
        self.incarnation = 1_000

    def open(self, path: Path) -> Ledger:
        self.both = Both(path, self.cluster.fresh())
        return self.both

    def post(self, ask: Ask) -> Approval | Decline:
        job = partial(payments.authorize, ask=ask, policy=self.rates)
        return self.both.run_together([job], [payments.needs(ask)])[0]

    @rule(
        wishes=st.lists(st.tuples(names, amounts, st.sampled_from(ApprovalMode)), max_size=12),
        data=st.data(),
    )
    def pay_all_at_once(
        self, wishes: list[tuple[str, int, ApprovalMode]], data: st.DataObject
    ) -> None:
        asks = [self.ask(*each) for each in wishes]
        known = list(self.asked.values())
        again = data.draw(st.lists(st.sampled_from(known), max_size=3)) if known else []
        jobs = [
            partial(payments.authorize, ask=each, policy=self.rates) for each in (*asks, *again)
        ]
        answers = self.both.run_together(jobs, [payments.needs(each) for each in (*asks, *again)])
        for ask, answer in zip(asks, answers, strict=False):
            self.asked[ask.payment_id], self.answers[ask.payment_id] = ask, answer

    @rule(wishes=st.lists(st.tuples(names, amounts), min_size=1, max_size=8), data=st.data())
    def forwards_a_batch(self, wishes: list[tuple[str, int]], data: st.DataObject) -> None:
        """Advices, reversals of what was and was not seen, refunds, and poison among them."""
        self.incarnation += 1
        journal = Journal(DEVICE, self.incarnation)
        for name, amount in wishes:
            self.number += 1
            kind = data.draw(st.sampled_from(("advice", "risk", "reversal", "refund", "sale")))
            before = max(1, self.number - data.draw(st.integers(0, 3)))
            match kind:
                case "advice":
                    journal.offline(self.number, amount, card=name)
                case "risk":
                    mode = ApprovalMode.OFFLINE_AT_RISK
                    journal.offline(self.number, amount, card=name, mode=mode)
                case "reversal":
                    journal.reversal(before, amount)
                case "refund":
                    journal.refund(self.number, before, amount)
                case "sale":
                    journal.sale(self.number, (before, amount))
        batch = [records.prepare(each, SHOP, OPENER) for each in journal.records]
        self.batches.append(batch)
        self.forward(batch)

    @precondition(lambda self: self.batches)
    @rule(data=st.data())
    def forwards_again(self, data: st.DataObject) -> None:
        self.forward(data.draw(st.sampled_from(self.batches)))

    def check_that_all_is_undone(self) -> None:
        """Not here: what was forwarded stands."""

    @rule()
    def days_are_rolled_up(self) -> None:
        self.both.run_now(lambda tx: books.roll_up(tx, START.date()))

    @rule(name=names, programme=st.sampled_from(("anywhere", "soon")), amount=amounts)
    def a_card_is_given_policy_money(self, name: str, programme: str, amount: int) -> None:
        self.number += 1
        given = (name, programme, Won(amount), f"g{self.number}", self.now())
        assert self.both.run_now(lambda tx: grants.give(tx, *given))
        assert not self.both.run_now(lambda tx: grants.give(tx, *given))

    @rule(name=names)
    def a_card_is_given_a_coupon(self, name: str) -> None:
        self.number += 1
        coupon = f"c{self.number}"
        assert self.both.run_now(lambda tx: coupons.issue(tx, coupon, "three", name))

    @rule()
    def what_has_ended_is_taken_back(self) -> None:
        self.both.run_now(lambda tx: grants.take_back_ended(tx, self.rates, self.now()))

    @rule(till=st.sampled_from(TILLS))
    def a_shop_is_paid(self, till: str) -> None:
        at = self.now() + timedelta(days=3)
        today = business_day(at)
        due = self.both.run_now(lambda tx: list(settlement.due_days(tx, till, self.rates, today)))
        for day in due:
            said = self.both.run_now(lambda tx, day=day: settlement.statement(tx, till, day, RULES))
            made = self.both.run_now(lambda tx, day=day: settlement.pay_out(tx, till, day, at))
            assert made is not None
            assert made.net().get(accounts.PAID_OUT, said.net) == said.net
            assert (
                self.both.run_now(lambda tx, day=day: settlement.pay_out(tx, till, day, at)) == made
            )

    def now(self) -> datetime:
        return START + timedelta(hours=6 * self.number)

    def forward(self, batch: list[records.Prepared]) -> None:
        def take(tx: Tx) -> list[ForwardOutcome]:
            return [records.take(tx, each, SHOP, self.rates, START) for each in batch]

        self.both.run_together([take], [records.needs(batch, START)])

    @rule(amount=amounts)
    def asks_with_another_body(self, amount: int) -> None:
        """One job of a group that fails, between two that stand."""
        asks = [self.ask("rich", amount, ApprovalMode.ONLINE) for _ in range(2)]
        other = self.ask("rich", amount + 1, ApprovalMode.ONLINE)
        wrong = Ask(
            asks[0].payment_id, MERCHANT, other.amount, other.mode, other.facts, b"o", START, START
        )
        group = [asks[0], wrong, asks[1]]
        jobs = [partial(payments.authorize, ask=each, policy=self.rates) for each in group]
        with pytest.raises(IdReused):
            self.both.run_together(jobs, [payments.needs(each) for each in group])

    @invariant()
    def the_books_are_the_same_posting_by_posting(self) -> None:
        first, second = (_read(engine) for engine in self.both.engines)
        for sql, one, other in zip(BOOKS, first, second, strict=True):
            assert one == other, sql


def _read(engine: Engine) -> list[list[tuple[Any, ...]]]:
    return engine.run_now(whole_book)


@pytest.fixture(scope="module", autouse=True)
def on_cluster(cluster: Cluster) -> None:
    SameOnBoth.cluster = cluster


TestSameOnBoth = SameOnBoth.TestCase
TestSameOnBoth.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
