"""Reversals through the client into a real ledger: all back, once, also before the original."""

from __future__ import annotations

from ledger.client import HttpLedger
from pos.domain.forwarding import ForwardStatus
from pos.domain.payment_answers import Approval, Decline, DeclineReason
from pos.domain.tender import ApprovalMode
from pos.domain.won import Won
from pos.ports import PaymentFate
from tests.ledger.conftest import Process
from tests.ledger.journal import Journal, payment_id
from tests.ledger.test_payments_over_http import request

DEADLINE_MS = 5_000
ACCEPTED = ForwardStatus.ACCEPTED


async def test_a_reversal_gives_everything_back_once(ledger: HttpLedger, process: Process) -> None:
    before = process.ask("/demo/cards")
    await ledger.authorize(request(1, amount=30_000), deadline_ms=DEADLINE_MS)
    journal = Journal()
    journal.reversal(1, 30_000)
    journal.reversal(1, 30_000)

    outcomes = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert [each.status for each in outcomes] == [ACCEPTED, ACCEPTED]
    assert process.ask("/demo/cards") == before
    assert await ledger.outcome(payment_id(1), deadline_ms=1_000) is PaymentFate.REVERSED
    late = await ledger.authorize(request(1, amount=30_000), deadline_ms=DEADLINE_MS)
    assert late == Decline(DeclineReason.REVERSED_BEFORE)
    assert process.ask("/demo/entries")["wrong"] == []


async def test_a_reversal_leaves_a_tombstone_that_stops_a_late_original(
    ledger: HttpLedger, process: Process
) -> None:
    before = process.ask("/demo/cards")
    journal = Journal()
    journal.reversal(1, 12_500)

    (outcome,) = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)
    late = await ledger.authorize(request(1), deadline_ms=DEADLINE_MS)

    assert outcome.status is ACCEPTED
    assert late == Decline(DeclineReason.REVERSED_BEFORE)
    assert await ledger.outcome(payment_id(1), deadline_ms=1_000) is PaymentFate.REVERSED
    assert process.ask("/demo/cards") == before


async def test_reversing_gives_the_months_cashback_room_back(ledger: HttpLedger) -> None:
    full = await ledger.authorize(request(1, amount=310_000), deadline_ms=DEADLINE_MS)
    capped = await ledger.authorize(request(2, amount=10_000), deadline_ms=DEADLINE_MS)
    journal = Journal()
    journal.reversal(1, 310_000)
    await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    again = await ledger.authorize(request(3, amount=310_000), deadline_ms=DEADLINE_MS)

    assert [a.cashback for a in (full, capped, again) if isinstance(a, Approval)] == [
        Won(30_000),
        Won(0),
        Won(30_000),
    ]


async def test_a_payment_that_a_finished_sale_rests_on_is_not_reversed(
    ledger: HttpLedger, process: Process
) -> None:
    await ledger.authorize(request(1, amount=30_000), deadline_ms=DEADLINE_MS)
    journal, restored = Journal(), Journal(incarnation=8)
    journal.sale(5, (1, 30_000))
    restored.reversal(1, 30_000)
    await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)
    book = process.ask("/demo/entries")

    (outcome,) = await ledger.forward(restored.records, deadline_ms=DEADLINE_MS)

    assert outcome.status is ForwardStatus.DECLINED
    assert process.ask("/demo/entries") == book
    assert isinstance(await ledger.outcome(payment_id(1), deadline_ms=1_000), Approval)


async def test_a_payment_reversed_before_any_sale_stays_reversed(ledger: HttpLedger) -> None:
    await ledger.authorize(request(1, amount=30_000), deadline_ms=DEADLINE_MS)
    journal, restored = Journal(), Journal(incarnation=8)
    journal.reversal(1, 30_000)
    journal.sale(5, (1, 30_000))  # Its till must not have done that; the ledger says what is.
    restored.reversal(1, 30_000)
    await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    (outcome,) = await ledger.forward(restored.records, deadline_ms=DEADLINE_MS)

    assert outcome.status is ACCEPTED
    assert await ledger.outcome(payment_id(1), deadline_ms=1_000) is PaymentFate.REVERSED


async def test_a_second_sale_on_the_same_payment_is_poison(
    ledger: HttpLedger, process: Process
) -> None:
    journal = Journal()
    journal.sale(5, (1, 30_000))
    journal.sale(6, (2, 10_000), (1, 30_000))
    journal.sale(7, (2, 10_000))

    outcomes = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert [each.status for each in outcomes] == [ACCEPTED, ForwardStatus.POISON, ACCEPTED]
    assert [each["total"] for each in process.ask("/demo/entries")["sales"]] == [30_000, 10_000]


async def test_an_advice_and_its_reversal_in_one_batch_cancel_out(
    ledger: HttpLedger, process: Process
) -> None:
    journal = Journal()
    journal.offline(1, 20_000)
    journal.reversal(1, 20_000)

    outcomes = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)

    assert [each.status for each in outcomes] == [ACCEPTED, ACCEPTED]
    card = process.ask("/demo/cards")["rich"]
    # The card has counted down, so what it can't spend by itself any more is spendable online.
    assert (card["offline_reserve"], card["purses"]["charged"]) == (30_000, 870_000)
    assert card["purses"]["cashback"] == 5_000


async def test_a_declined_advice_is_reversed_although_a_finished_sale_rests_on_it(
    ledger: HttpLedger, process: Process
) -> None:
    journal, restored = Journal(), Journal(incarnation=8)
    journal.offline(1, 9_000, card="poor", mode=ApprovalMode.OFFLINE_AT_RISK)
    journal.sale(5, (1, 9_000))
    restored.reversal(1, 9_000)
    outcomes = await ledger.forward(journal.records, deadline_ms=DEADLINE_MS)
    assert [each.status for each in outcomes] == [ForwardStatus.DECLINED, ACCEPTED]
    balances = process.ask("/demo/entries")["balances"]

    (outcome,) = await ledger.forward(restored.records, deadline_ms=DEADLINE_MS)

    assert outcome.status is ACCEPTED, "it never drew anything"
    assert process.ask("/demo/entries")["balances"] == balances
