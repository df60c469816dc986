"""What an approval tells for the papers: the fee and support as posted, the coupon and the shop's own cashback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.client import HttpLedger
from ledger.contract import models, note_models, operations
from ledger.mapping import approval_from_wire, approval_to_wire
from ledger.server import payments
from ledger.server.accounts import FEE, FEE_SUPPORT
from ledger.server.database import Database
from ledger.server.judging import Ask, Merchant
from pos.domain.benefit import Benefit, BenefitKind, percent
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from tests.ledger.conftest import Process
from tests.ledger.journal import Journal
from tests.ledger.plain_cards import seal
from tests.ledger.test_grants_and_coupons import RULES, START, Ledger, shop
from tests.ledger.test_payments_over_http import DEADLINE_MS, request


@pytest.fixture
def ledger_(database: Database) -> Iterator[Ledger]:
    made = Ledger(database, charged=90_000)
    yield made
    made.writer.close()


def pay(ledger: Ledger, amount: int, where: object) -> Approval:
    ledger.number += 1
    payment = TransactionId(1, 7, ledger.number)
    facts = ledger.opener.open(seal(payment, Won(amount), ledger.number), payment.hex)
    merchant = Merchant(1, 1, eligible=True, earns_cashback=True, shop=where)  # type: ignore[arg-type]
    ask = Ask(payment, merchant, Won(amount), ApprovalMode.ONLINE, facts, b"b", START, START)
    answer = ledger.writer.run_now(lambda tx: payments.authorize(tx, ask, RULES))
    assert isinstance(answer, Approval)
    return answer


def test_a_coupon_is_told_with_what_it_paid(ledger_: Ledger) -> None:
    ledger_.coupon("c-1", "three")
    told = pay(ledger_, 30_000, shop("town", category="cafe")).benefits
    assert (Benefit(BenefitKind.COUPON, "three", Won(3_000)),) == told


def test_what_the_shop_adds_to_the_cashback_is_told_by_its_rate_and_is_part_of_it(
    ledger_: Ledger,
) -> None:
    answer = pay(ledger_, 20_000, shop("seo", district="seo", win_win_bp=500))
    [plus] = answer.benefits
    assert (BenefitKind.PLUS, "5%", Won(1_000)) == (plus.kind, plus.name, plus.amount)
    assert answer.cashback > plus.amount


async def test_a_terminal_of_before_is_told_no_field_that_it_does_not_know(
    ledger: HttpLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "BENEFITS", "nothing")
    answer = await ledger.authorize(request(1), deadline_ms=DEADLINE_MS)
    assert isinstance(answer, Approval)
    assert answer.fee is None
    before = await ledger.outcome(request(1).payment_id, deadline_ms=DEADLINE_MS)
    assert before == answer
    [outcome] = await ledger.forward([Journal().offline(9, 2_000, atc=9)], deadline_ms=DEADLINE_MS)
    assert outcome.approval is not None
    assert outcome.approval.fee is None
    monkeypatch.undo()
    told = await ledger.outcome(request(1).payment_id, deadline_ms=DEADLINE_MS)
    assert isinstance(told, Approval)
    assert told.fee is not None


async def test_the_fee_and_its_support_come_over_the_line_as_they_were_posted(
    ledger: HttpLedger, process: Process
) -> None:
    answer = await ledger.authorize(request(1), deadline_ms=DEADLINE_MS)
    assert isinstance(answer, Approval)
    assert answer.fee is not None
    accounts = {FEE: 0, FEE_SUPPORT: 0}
    for posting in process.ask("/demo/entries")["postings"]:
        for entry in posting["entries"]:
            if entry["account"] in accounts:
                accounts[entry["account"]] += entry["amount"]
    assert accounts[FEE] == answer.fee.fee.amount
    assert -accounts[FEE_SUPPORT] == answer.fee.support.amount
    again = await ledger.outcome(request(1).payment_id, deadline_ms=DEADLINE_MS)
    assert again == answer


def test_what_is_told_survives_the_wire() -> None:
    answer = models.ApprovalAnswer(
        amount=10_000,
        approval_code="00000001",
        rrn="260000000001",
        approved_at=START,
        purses=(models.PurseDrawn(purse="charged", amount=10_000),),
        cashback=500,
        balance=0,
        benefits=(note_models.BenefitTold(kind="plus", name="5%", amount=500),),
        fee=note_models.FeeTold(fee=15, support=15),
    )
    assert approval_to_wire(approval_from_wire(answer)) == answer


@pytest.mark.parametrize(
    ("bp", "said"), [(500, "5%"), (250, "2.5%"), (25, "0.25%"), (1_000, "10%")]
)
def test_a_rate_is_written_as_people_do(bp: int, said: str) -> None:
    assert said == percent(bp)
