"""Journal records through the client into a real ledger: in order, once, none blocking the next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.client import HttpLedger
from pos.domain.events import SaleCompleted
from pos.domain.forwarding import ForwardStatus
from pos.domain.payment_answers import Decline, DeclineReason
from pos.domain.record import Record
from pos.domain.tender import ApprovalMode, Purse, PurseDraw
from pos.domain.won import Won
from tests.ledger.conftest import KEY, OTHER_DEVICE, Process
from tests.ledger.journal import Journal, cash_sale, with_card
from tests.ledger.test_payments_over_http import request

DEADLINE_MS = 5_000
ACCEPTED, DECLINED, POISON = ForwardStatus


async def test_a_guaranteed_payment_draws_what_was_set_aside(
    ledger: HttpLedger, process: Process
) -> None:
    journal = Journal()
    journal.offline(1, 20_000)

    (outcome,) = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert outcome.status is ACCEPTED
    assert outcome.approval is not None
    assert outcome.approval.purses == (PurseDraw(Purse.CHARGED, Won(20_000)),)
    assert outcome.approval.cashback == Won(2_000)
    card = process.ask("/demo/cards")["rich"]
    assert card["offline_reserve"] == 30_000
    assert card["purses"] == {"policy": 10_000, "charged": 850_000, "cashback": 7_000}


async def test_a_guaranteed_payment_is_never_declined_for_funds(
    ledger: HttpLedger, process: Process
) -> None:
    journal = Journal()
    journal.offline(1, 40_000)
    journal.offline(2, 40_000)  # 30,000 won more than was set aside.

    outcomes = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert [each.status for each in outcomes] == [ACCEPTED, ACCEPTED]
    assert process.ask("/demo/cards")["rich"]["offline_reserve"] == 0
    book = process.ask("/demo/entries")
    assert book["balances"]["issuer_risk"] == -30_000
    assert book["wrong"] == []


async def test_an_at_risk_payment_draws_the_purses_or_becomes_a_receivable(
    ledger: HttpLedger,
) -> None:
    journal = Journal()
    journal.offline(1, 3_000, mode=ApprovalMode.OFFLINE_AT_RISK, card="poor")
    journal.offline(2, 3_000, mode=ApprovalMode.OFFLINE_AT_RISK, card="poor")

    first, second = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert first.status is ACCEPTED
    assert second.status is DECLINED
    assert second.decline == Decline(DeclineReason.INSUFFICIENT_FUNDS, Won(300))


@pytest.mark.parametrize(
    "facts", [{"right": False}, {"cid": "arqc"}, {"atc": 1}], ids=["forged", "no TC", "replayed"]
)
async def test_a_guaranteed_payment_needs_the_cards_own_new_signature(
    ledger: HttpLedger, facts: dict[str, object]
) -> None:
    journal = Journal()
    journal.offline(1, 1_000)
    journal.offline(2, 1_000, **facts)  # type: ignore[arg-type]

    outcomes = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert outcomes[1].decline == Decline(DeclineReason.CARD_NOT_GENUINE)


async def test_an_advice_may_come_after_a_later_online_payment(ledger: HttpLedger) -> None:
    journal = Journal()
    journal.offline(1, 1_000, atc=5)
    await ledger.authorize(request(2, atc=6), deadline_ms=DEADLINE_MS)

    (outcome,) = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert outcome.status is ACCEPTED


async def test_a_resent_batch_gets_the_same_outcomes_and_posts_nothing(
    ledger: HttpLedger, process: Process
) -> None:
    journal = Journal()
    journal.offline(1, 5_000)
    journal.offline(2, 5_000, right=False)
    journal.cash_sale(3, 7_000)
    first = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)
    book = process.ask("/demo/entries")

    again = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert again == first
    assert process.ask("/demo/entries") == book


async def test_the_same_advice_under_another_number_is_posted_once(
    ledger: HttpLedger, process: Process
) -> None:
    journal, restored = Journal(), Journal(incarnation=8)
    journal.offline(1, 5_000)
    restored.cash_sale(9, 1_000)
    restored.offline(1, 5_000)

    (first,) = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)
    second = (await ledger.forward(restored.records, deadline_ms=DEADLINE_MS))[1]

    assert second.approval == first.approval
    assert process.ask("/demo/cards")["rich"]["offline_reserve"] == 45_000


def changed(record: Record) -> Record:
    return replace(record, body={**record.body, "amount": 1})


async def test_poison_is_named_and_blocks_nothing(ledger: HttpLedger, process: Process) -> None:
    journal = Journal()
    journal.offline(1, 1_000)
    journal.offline(2, 1_000)
    journal.reversal(3, 1_000, device=OTHER_DEVICE)
    journal.accepted(4, "baedal-eum:nobody's", 9_000)
    journal.offline(1, 2_000)  # A known id with another body.
    journal.offline(6, 1_000)
    records = [
        journal.records[0],
        changed(journal.records[1]),
        *journal.records[2:5],
        replace(journal.records[0], kind="payment.invented"),
        journal.records[5],
    ]

    outcomes = await ledger.forward(records, deadline_ms=DEADLINE_MS)

    assert [each.status for each in outcomes] == [
        ACCEPTED,
        POISON,
        POISON,
        POISON,
        POISON,
        POISON,
        ACCEPTED,
    ]
    assert all(each.problem for each in outcomes if each.status is POISON)
    book = process.ask("/demo/entries")
    assert book["wrong"] == []
    assert [each["kind"] for each in book["postings"]].count("payment") == 2


async def test_a_number_that_comes_with_other_content_is_poison(ledger: HttpLedger) -> None:
    journal, other = Journal(), Journal()
    journal.cash_sale(1, 1_000)
    other.cash_sale(2, 2_000)
    await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    (outcome,) = await ledger.forward(other.records, deadline_ms=DEADLINE_MS)
    (again,) = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert outcome.status is POISON
    assert again.status is ACCEPTED


async def test_a_sale_is_kept_by_tender_for_the_days_comparison(
    ledger: HttpLedger, process: Process
) -> None:
    journal = Journal()
    sale = with_card(cash_sale(1, 9_000), 6_000)
    journal.add(SaleCompleted(sale, sale.completed_at))
    journal.add(SaleCompleted(replace(sale, receipt_number="x"), sale.completed_at))

    first, second = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert (first.status, second.status) == (ACCEPTED, POISON)
    (kept,) = process.ask("/demo/entries")["sales"]
    assert kept["tenders"] == {"online": 6_000, "cash": 3_000}
    assert (kept["total"], kept["day"]) == (9_000, "2026-11-24")


async def test_nothing_to_forward_asks_nobody() -> None:
    nowhere = HttpLedger("http://127.0.0.1:1", 1, KEY)

    assert await nowhere.forward([], deadline_ms=1) == ()
