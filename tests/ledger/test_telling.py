"""What an approval tells for the papers: the fee and support as posted, the coupon and the shop's own cashback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ledger.client import HttpLedger
from ledger.contract import models, note_models
from ledger.mapping import approval_from_wire, approval_to_wire
from ledger.server import payments
from ledger.server.accounts import FEE, FEE_SUPPORT
from ledger.server.database import Database
from ledger.server.judging import Ask, Merchant
from ledger.server.telling import percent
from pos.domain.card_slip import Benefit, BenefitKind
from pos.domain.codec import encode
from pos.domain.identifiers import TransactionId
from pos.domain.payment_answers import Approval
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from tests.ledger.conftest import Process
from tests.ledger.plain_cards import seal
from tests.ledger.test_grants_and_coupons import RULES, START, Ledger, shop
from tests.ledger.test_payments_over_http import DEADLINE_MS, request


@pytest.fixture
def ledger_(database: Database) -> Iterator[Ledger]:
    made = Ledger(database, charged=90_000)
    yield made
    made.writer.close()


def pay(ledger: Ledger, amount: int, where: object, *, notes: bool) -> Approval:
    ledger.number += 1
    payment = TransactionId(1, 7, ledger.number)
    facts = ledger.opener.open(seal(payment, Won(amount), ledger.number), payment.hex)
    merchant = Merchant(1, 1, eligible=True, earns_cashback=True, shop=where)  # type: ignore[arg-type]
    ask = Ask(
        payment, merchant, Won(amount), ApprovalMode.ONLINE, facts, b"b", START, START, notes=notes
    )
    answer = ledger.writer.run_now(lambda tx: payments.authorize(tx, ask, RULES))
    assert isinstance(answer, Approval)
    return answer


def test_a_coupon_is_told_with_what_it_paid(ledger_: Ledger) -> None:
    ledger_.coupon("c-1", "three")
    told = pay(ledger_, 30_000, shop("town", category="cafe"), notes=True).notes
    assert told is not None
    assert (Benefit(BenefitKind.COUPON, "three", Won(3_000)),) == told.benefits


def test_what_the_shop_adds_to_the_cashback_is_told_by_its_rate_and_is_part_of_it(
    ledger_: Ledger,
) -> None:
    answer = pay(ledger_, 20_000, shop("seo", district="seo", win_win_bp=500), notes=True)
    assert answer.notes is not None
    [plus] = answer.notes.benefits
    assert (BenefitKind.PLUS, "5%", Won(1_000)) == (plus.kind, plus.name, plus.amount)
    assert answer.cashback > plus.amount


def test_nothing_is_told_to_a_terminal_that_did_not_ask(ledger_: Ledger) -> None:
    answer = pay(ledger_, 30_000, shop("town", category="cafe"), notes=False)
    assert answer.notes is None
    assert "notes" not in str(encode(answer))
    assert "notes" not in approval_to_wire(answer).model_dump_json()


def test_a_request_that_wants_no_notes_reads_as_it_always_did() -> None:
    plain = models.AuthorizeRequest(amount=1, sealed="x", at=START)
    assert "notes" not in plain.model_dump_json()
    assert "notes" in plain.model_copy(update={"notes": True}).model_dump_json()


async def test_the_fee_and_its_support_come_over_the_line_as_they_were_posted(
    ledger: HttpLedger, process: Process
) -> None:
    answer = await ledger.authorize(replace(request(1), notes=True), deadline_ms=DEADLINE_MS)
    assert isinstance(answer, Approval)
    assert answer.notes is not None
    accounts = {FEE: 0, FEE_SUPPORT: 0}
    for posting in process.ask("/demo/entries")["postings"]:
        for entry in posting["entries"]:
            if entry["account"] in accounts:
                accounts[entry["account"]] += entry["amount"]
    assert accounts[FEE] == answer.notes.fee.fee.amount
    assert -accounts[FEE_SUPPORT] == answer.notes.fee.support.amount
    again = await ledger.outcome(request(1).payment_id, deadline_ms=DEADLINE_MS)
    assert again == answer


def test_notes_survive_the_wire() -> None:
    wire = note_models.WireNotes(
        fee=15,
        fee_support=15,
        benefits=(note_models.WireBenefit(kind="plus", name="5%", amount=500),),
    )
    answer = models.ApprovalAnswer(
        amount=10_000,
        approval_code="00000001",
        rrn="260000000001",
        approved_at=START,
        purses=(models.PurseDrawn(purse="charged", amount=10_000),),
        cashback=500,
        balance=0,
        notes=wire,
    )
    assert approval_to_wire(approval_from_wire(answer)) == answer


@pytest.mark.parametrize(
    ("bp", "said"), [(500, "5%"), (250, "2.5%"), (25, "0.25%"), (1_000, "10%")]
)
def test_a_rate_is_written_as_people_do(bp: int, said: str) -> None:
    assert said == percent(bp)
