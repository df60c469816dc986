"""Voids and refunds through the client into a real ledger: to the card, once, never more than it paid."""

from __future__ import annotations

import pytest

from ledger.client import HttpLedger
from pos.domain.events import SaleCompleted
from pos.domain.forwarding import ForwardOutcome, ForwardStatus
from pos.domain.payment_answers import Decline, DeclineReason, GivenBack
from pos.domain.refund import CashReturn
from pos.domain.tender import ApprovalMode, Purse, PurseDraw
from pos.domain.won import Won
from tests.ledger.conftest import Process
from tests.ledger.journal import Journal, card_return, card_sale, cash_sale, with_card
from tests.ledger.test_payments_over_http import request

DEADLINE_MS = 5_000
ACCEPTED, DECLINED, POISON = ForwardStatus
UNKNOWN = Decline(DeclineReason.PAYMENT_UNKNOWN)
EXCEEDS = Decline(DeclineReason.REFUND_EXCEEDS)


async def forward(ledger: HttpLedger, journal: Journal) -> list[ForwardOutcome]:
    return list(await ledger.forward(journal.records, deadline_ms=DEADLINE_MS))


async def paid(ledger: HttpLedger, amount: int = 30_000) -> Journal:
    """Pay 10,000 won of policy money and the rest charged; finish the sale."""
    await ledger.authorize(request(1, amount=amount), deadline_ms=DEADLINE_MS)
    journal = Journal()
    journal.sale(1, (1, amount))
    return journal


def of(process: Process, *kinds: str) -> list[str]:
    postings = process.ask("/demo/entries")["postings"]
    return [each["kind"] for each in postings if each["kind"] in kinds]


async def test_all_back_leaves_the_card_as_it_was(ledger: HttpLedger, process: Process) -> None:
    before = process.ask("/demo/cards")
    journal = await paid(ledger)
    journal.refund(8, 1, 30_000)

    (_, outcome) = await forward(ledger, journal)

    assert outcome.status is ACCEPTED
    assert outcome.given_back == GivenBack(
        (PurseDraw(Purse.POLICY, Won(10_000)), PurseDraw(Purse.CHARGED, Won(20_000))),
        cashback_taken=Won(2_000),
        balance=Won(865_000),
    )
    assert process.ask("/demo/cards") == before
    assert process.ask("/demo/entries")["wrong"] == []


async def test_parts_come_back_in_the_order_drawn_and_sum_to_the_whole(
    ledger: HttpLedger, process: Process
) -> None:
    before = process.ask("/demo/cards")
    journal = await paid(ledger)
    for number, part in enumerate((6_001, 7_333, 16_666), start=8):
        journal.refund(number, 1, part)

    outcomes = await forward(ledger, journal)

    given = [each.given_back for each in outcomes[1:]]
    assert [each and each.purses for each in given] == [
        (PurseDraw(Purse.POLICY, Won(6_001)),),
        (PurseDraw(Purse.POLICY, Won(3_999)), PurseDraw(Purse.CHARGED, Won(3_334))),
        (PurseDraw(Purse.CHARGED, Won(16_666)),),
    ]
    # Kept of 20,000 won that earn: 20,000, then 16,666 (1,666 won), then nothing.
    assert [each and each.cashback_taken for each in given] == [Won(0), Won(334), Won(1_666)]
    assert process.ask("/demo/cards") == before


async def test_never_more_than_was_captured(ledger: HttpLedger, process: Process) -> None:
    journal = await paid(ledger)
    journal.refund(8, 1, 20_000)
    journal.refund(9, 1, 10_001)
    journal.refund(10, 1, 10_000)
    journal.refund(11, 1, 1)

    outcomes = await forward(ledger, journal)

    assert [each.status for each in outcomes] == [ACCEPTED, ACCEPTED, DECLINED, ACCEPTED, DECLINED]
    assert [each.decline for each in outcomes if each.decline] == [EXCEEDS, EXCEEDS]
    assert of(process, "refund") == ["refund", "refund"]


async def test_a_refund_is_given_once_for_ever_by_its_id(
    ledger: HttpLedger, process: Process
) -> None:
    journal, restored = await paid(ledger), Journal(incarnation=8)
    journal.refund(8, 1, 10_000)
    restored.cash_sale(3, 1_000)
    restored.refund(8, 1, 10_000)
    restored.refund(8, 1, 10_001)  # Another body.

    first = (await forward(ledger, journal))[1]
    again = (await forward(ledger, journal))[1]
    _, same, other = await forward(ledger, restored)

    assert again == first
    assert same.given_back == first.given_back
    assert other.status is POISON
    assert of(process, "refund") == ["refund"]


async def test_what_was_never_posted_is_unknown_and_stays_so_for_that_refund(
    ledger: HttpLedger, process: Process
) -> None:
    early = Journal()
    early.refund(8, 1, 12_500)
    early.reversal(2, 5_000)  # A tombstone.
    early.refund(9, 2, 5_000)
    first, _, tombstone = await forward(ledger, early)
    await ledger.authorize(request(1), deadline_ms=DEADLINE_MS)  # 12,500 won, posted later.
    late = Journal(incarnation=8)
    late.refund(8, 1, 12_500)
    late.refund(10, 1, 12_500)
    late.refund(11, 1, 12_500)

    outcomes = await forward(ledger, late)

    assert (first.decline, tombstone.decline) == (UNKNOWN, UNKNOWN)
    assert [each.status for each in outcomes] == [DECLINED, ACCEPTED, DECLINED]
    assert [each.decline for each in outcomes] == [UNKNOWN, None, EXCEEDS]
    assert of(process, "refund") == ["refund"]


async def test_of_a_declined_payment_nothing_comes_back(
    ledger: HttpLedger, process: Process
) -> None:
    journal = Journal()
    journal.offline(1, 9_000, mode=ApprovalMode.OFFLINE_AT_RISK, card="poor")
    journal.refund(8, 1, 9_000)

    advice, refund = await forward(ledger, journal)

    assert advice.status is DECLINED
    assert (refund.status, refund.given_back) == (ACCEPTED, GivenBack())
    assert of(process, "payment", "refund") == []


async def test_of_a_reversed_payment_nothing_is_left(ledger: HttpLedger) -> None:
    await ledger.authorize(request(1), deadline_ms=DEADLINE_MS)
    journal = Journal()
    journal.reversal(1, 12_500)
    journal.refund(8, 1, 12_500)

    assert (await forward(ledger, journal))[1].decline == EXCEEDS


async def test_a_payment_given_back_is_not_reversed_too(
    ledger: HttpLedger, process: Process
) -> None:
    await ledger.authorize(request(1), deadline_ms=DEADLINE_MS)
    journal = Journal()
    journal.refund(8, 1, 2_500)
    journal.reversal(1, 12_500)

    assert (await forward(ledger, journal))[1].status is DECLINED
    assert of(process, "reversal") == []


async def test_a_guaranteed_payments_reserve_goes_back_to_the_charged_purse(
    ledger: HttpLedger, process: Process
) -> None:
    journal = Journal()
    journal.offline(1, 20_000)
    journal.refund(8, 1, 15_000)
    journal.refund(9, 1, 5_000)

    _, first, second = await forward(ledger, journal)

    assert first.given_back is not None
    assert first.given_back.purses == (PurseDraw(Purse.CHARGED, Won(15_000)),)
    assert (first.given_back.cashback_taken, second.status) == (Won(1_500), ACCEPTED)
    card = process.ask("/demo/cards")["rich"]
    assert (card["offline_reserve"], card["purses"]["charged"]) == (30_000, 870_000)


async def test_the_issuer_gets_back_what_it_bore(ledger: HttpLedger, process: Process) -> None:
    journal = Journal()
    journal.offline(1, 40_000)
    journal.offline(2, 40_000)  # 30,000 won more than was set aside.
    journal.refund(8, 2, 40_000)

    outcome = (await forward(ledger, journal))[2]

    assert outcome.given_back is not None
    assert outcome.given_back.purses == (PurseDraw(Purse.CHARGED, Won(10_000)),)
    book = process.ask("/demo/entries")
    assert (book["balances"]["issuer_risk"], book["wrong"]) == (0, [])


@pytest.mark.parametrize(
    ("payment", "amount", "sale"), [(1, 0, 1), (1, -5, 1), (1, 100, 2)], ids=["0", "-5", "sale"]
)
async def test_a_refund_that_contradicts_itself_or_its_sale_is_poison(
    ledger: HttpLedger, payment: int, amount: int, sale: int
) -> None:
    journal = await paid(ledger)
    journal.refund(8, payment, amount, sale=sale)
    journal.cash_sale(9, 1_000)

    outcomes = await forward(ledger, journal)

    assert [each.status for each in outcomes] == [ACCEPTED, POISON, ACCEPTED]


# The whole, for comparing days ---------------------------------------------------------------


async def test_a_whole_refund_is_kept_by_tender(ledger: HttpLedger, process: Process) -> None:
    sale = with_card(cash_sale(1, 9_000), 6_000)
    journal = Journal()
    await ledger.authorize(request(900, amount=6_000), deadline_ms=DEADLINE_MS)
    journal.add(SaleCompleted(sale, sale.completed_at))
    journal.refund(8, 900, 6_000)
    journal.refunded(9, sale, card_return(8, 900, 6_000), CashReturn(Won(1_000)))
    journal.refunded(9, sale, card_return(8, 900, 6_000), CashReturn(Won(1_000)))

    outcomes = await forward(ledger, journal)

    assert [each.status for each in outcomes] == [ACCEPTED] * 4
    (kept,) = process.ask("/demo/entries")["refunds"]
    assert (kept["total"], kept["returns"]) == (7_000, {"online": 6_000, "cash": 1_000})
    assert (kept["sale"], kept["day"], kept["kind"]) == (sale.id.hex, "2026-11-24", "refund")


async def test_a_declined_part_still_counts_as_owed_by_the_shop(ledger: HttpLedger) -> None:
    sale = card_sale(1, (1, 5_000))
    journal = Journal()
    journal.add(SaleCompleted(sale, sale.completed_at))
    journal.refund(8, 1, 5_000)  # Never posted.
    journal.refunded(9, sale, card_return(8, 1, 5_000))

    assert [each.status for each in await forward(ledger, journal)] == [
        ACCEPTED,
        DECLINED,
        ACCEPTED,
    ]


async def test_a_whole_refund_that_does_not_fit_is_poison(
    ledger: HttpLedger, process: Process
) -> None:
    sale = with_card(cash_sale(1, 9_000), 6_000)
    await ledger.authorize(request(900, amount=6_000), deadline_ms=DEADLINE_MS)
    journal = Journal()
    journal.add(SaleCompleted(sale, sale.completed_at))
    journal.refund(8, 900, 4_000)
    journal.refunded(10, cash_sale(77, 5_000), CashReturn(Won(100)))  # No such sale.
    journal.refunded(11, sale, CashReturn(Won(3_001)))  # More cash than it took.
    journal.refunded(12, sale, card_return(7, 900, 4_000))  # Never asked for.
    journal.refunded(13, sale, card_return(8, 900, 4_001))  # Another amount than asked for.
    journal.refunded(14, sale, card_return(8, 900, 4_000))
    journal.refunded(15, sale, card_return(8, 900, 4_000))  # The same card's part again.
    journal.refunded(14, sale, CashReturn(Won(100)))  # Another body.

    outcomes = await forward(ledger, journal)

    assert [each.status for each in outcomes] == [
        *(ACCEPTED, ACCEPTED),
        *(POISON, POISON, POISON, POISON),
        *(ACCEPTED, POISON, POISON),
    ]
    assert all(each.problem for each in outcomes if each.status is POISON)
    assert len(process.ask("/demo/entries")["refunds"]) == 1
