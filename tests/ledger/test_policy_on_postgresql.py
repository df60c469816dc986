"""What programmes, coupons and pay-outs ask of PostgreSQL: no more round trips, and once for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.policy.dated import Span
from ledger.policy.rows import GrantRow, Where
from ledger.server import accounts, books, grants, payments, settlement
from ledger.server.database import Asked, Tx
from ledger.server.judging import Ask, Merchant
from ledger.server.payments import hash_body
from ledger.server.postgres.engine import PostgresEngine
from ledger.server.postgres.working_set import WorkingTx
from ledger.server.rules import Posting
from ledger.server.seed import seed
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval
from pos.domain.tender import ApprovalMode
from pos.domain.won import ZERO, Won
from tests.ledger.cluster import Cluster
from tests.ledger.plain_cards import PlainOpener, new_card, policy, seal

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)
ALWAYS = Span(date(2020, 1, 1), date(2020, 1, 1))
PROGRAMMES = ("one", "three", "two")
RULES = replace(policy(), grants=tuple(GrantRow(ALWAYS, name, Where()) for name in PROGRAMMES))
CARD = new_card("rich", charged=100_000, offline_limit=50_000)
SHOP = Merchant(1, 1, eligible=True, earns_cashback=True)
SHOP_ID = f"{SHOP.device:012x}"


@pytest.fixture
def url(cluster: Cluster) -> str:
    return cluster.fresh()


@pytest.fixture
def engine(url: str) -> Iterator[PostgresEngine]:
    made = PostgresEngine(url)

    def fill(tx: Tx) -> None:
        seed(tx, (CARD,), PlainOpener(), NOW)
        grants.give(tx, "rich", "two", Won(9_000), "g", NOW)

    made.run_now(fill)
    yield made
    made.close()


def ask(number: int, amount: int, mode: ApprovalMode = ApprovalMode.ONLINE) -> Ask:
    payment = TransactionId(1, 7, number)
    cid = "tc" if mode is ApprovalMode.OFFLINE_GUARANTEED else "arqc"
    facts = PlainOpener().open(seal(payment, Won(amount), number, cid=cid), payment.hex)
    return Ask(payment, SHOP, Won(amount), mode, facts, hash_body(number), NOW, NOW)


def pay(wanted: Ask, *, knows_needs: bool = True) -> Asked:
    needs = payments.needs(wanted) if knows_needs else None
    return Asked(lambda tx: payments.authorize(tx, wanted, RULES), needs)


def test_programmes_cost_a_payment_no_statement_of_their_own(
    engine: PostgresEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.commit([pay(ask(1, 10))])
    statements: list[str] = []
    direct = WorkingTx._direct

    def noted(tx: WorkingTx, sql: str, parameters: tuple[object, ...]) -> object:
        statements.append(sql)
        return direct(tx, sql, parameters)

    monkeypatch.setattr(WorkingTx, "_direct", noted)
    group = [pay(ask(number, 1_000)) for number in range(2, 22)]
    engine.commit(group)

    assert all(isinstance(each.value, Approval) for each in group)
    assert statements == []
    monkeypatch.undo()
    assert engine.run_now(lambda tx: books.balance(tx, accounts.grant("rich", "two"))) == ZERO
    assert engine.run_now(books.check) == []


def test_money_of_a_programme_is_found_whatever_was_fetched_before(engine: PostgresEngine) -> None:
    """The reserve alone was asked for, so nothing is known of the card's other accounts."""
    guaranteed = pay(ask(1, 10, ApprovalMode.OFFLINE_GUARANTEED), knows_needs=False)
    group = [guaranteed, pay(ask(2, 9_000), knows_needs=False)]
    engine.commit(group)

    assert all(isinstance(each.value, Approval) for each in group)
    assert engine.run_now(lambda tx: books.balance(tx, accounts.grant("rich", "two"))) == ZERO
    charged = engine.run_now(lambda tx: books.balance(tx, "purse:rich:charged"))
    assert charged == Won(50_000)


def test_two_servers_close_a_day_once_though_each_on_another(
    engine: PostgresEngine, url: str
) -> None:
    """Both have seen that it is open before either has closed it."""
    engine.commit([pay(ask(1, 50_000))])
    both_looked = threading.Barrier(2, timeout=10)
    made: list[Posting | None] = []

    def close(later: int) -> None:
        own, at = PostgresEngine(url), NOW + timedelta(days=later)
        looked = False

        def job(tx: Tx) -> Posting | None:
            nonlocal looked
            posting = settlement.pay_out(tx, SHOP_ID, DAY, at)
            if not looked:
                looked = True
                both_looked.wait()
            return posting

        made.append(own.run_now(job))
        own.close()

    threads = [threading.Thread(target=close, args=(later,)) for later in (2, 3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(made) == 2
    assert made[0] is not None
    assert made[0] == made[1]
    count = "SELECT count(*) FROM postings WHERE kind = 'payout'"
    assert engine.run_now(lambda tx: tx.row(count)) == (1,)
    assert engine.run_now(lambda tx: settlement.check(tx, SHOP_ID, DAY)) == []
    assert engine.run_now(books.check) == []
